"""Order inputs, made from the catalogue: which fields a noun can be sorted by, and how."""

import sys
from enum import Enum, StrEnum
from typing import Annotated, Any

import strawberry

from models.catalogue import Order, entity
from resolvers.errors import BadRequest
from schema.filters import NOUNS
from schema.signature import make_input

MOST_KEYS = 5


class Direction(StrEnum):
    """Which way a sort runs."""

    ASC = "asc"
    DESC = "desc"


class NullsPlace(StrEnum):
    """Where rows without a value come."""

    FIRST = "first"
    LAST = "last"


for _values in (Direction, NullsPlace):
    strawberry.enum(_values, description=_values.__doc__)


def order_name(noun: str) -> Any:
    """The order input of a noun, looked up when the schema is built."""
    return Annotated[f"{noun.title()}Order", strawberry.lazy(__name__)]


def _declare_order(noun: str) -> None:
    of, title = entity(noun), noun.title()
    values = Enum(f"{title}OrderField", {name.upper(): name for name in of.orders}, module=__name__)  # type: ignore[misc]  # from the catalogue
    field_type = strawberry.enum(values, description=f"What {of.table.name} can be sorted by.")
    fields = {
        "field": (field_type, strawberry.field(description="What to sort by.")),
        "direction": (Direction, strawberry.field(description="Which way.", default=Direction.ASC)),
        "nulls": (NullsPlace, strawberry.field(description="Where rows without a value come.", default=NullsPlace.LAST)),
    }
    made = make_input(f"{title}Order", __name__, fields, f"One sort key of {of.table.name}; the id decides between equals.")
    setattr(sys.modules[__name__], f"{title}Order", made)


def order_keys(given: list[Any] | None) -> tuple[Order, ...]:
    """The sort that order inputs state; raises `BadRequest` for too many keys or one named twice."""
    if not given:
        return ()
    keys = tuple(Order(key.field.value, key.direction is Direction.DESC, key.nulls is NullsPlace.FIRST) for key in given)
    if len(keys) > MOST_KEYS:
        raise BadRequest.field("orderBy", f"has {len(keys)} keys; at most {MOST_KEYS} are taken")
    if len({key.column for key in keys}) < len(keys):
        raise BadRequest.field("orderBy", "names a field twice")
    return keys


for _noun in NOUNS:
    _declare_order(_noun)
