"""Filter and order inputs, made from the catalogue: each public field with the comparisons that its type allows."""

import keyword
import sys
from enum import Enum
from functools import cache
from typing import Annotated, Any, get_args, get_origin

import strawberry
from strawberry.utils.str_converters import to_camel_case

from models.catalogue import Entity, entity
from models.filters import All, AnyOf, Compare, Condition, Not, Related, Search
from resolvers.errors import BadRequest
from resolvers.inputs import UNSTORABLE, unstorable
from schema import scalars
from schema.fields import graphql_type
from schema.ids import read_id
from schema.naming import enum_type, list_of
from schema.signature import given_fields, make_input, optional_field

NOUNS = ("agent", "chunk", "contact", "conversation", "deal", "document", "job", "message", "thread")
LONGEST_LIST = 100
DEEPEST_FILTER = 6


WORDED = {
    "eq": "Equal to.",
    "ne": "Different from; null is different from every value.",
    "in": "One of, at most 100.",
    "not_in": "None of, at most 100; null is none of them.",
    "lt": "Less than.",
    "lte": "At most.",
    "gt": "Greater than.",
    "gte": "At least.",
    "is_null": "Whether there is no value.",
    "contains": "Contains this text, in any case.",
    "starts_with": "Starts with this text, in any case.",
    "ends_with": "Ends with this text, in any case.",
    "has": "Has this element.",
    "has_any": "Has at least one of these, at most 100.",
    "has_all": "Has all of these, at most 100.",
}


def comparison(name: str, kind: Any, operators: tuple[str, ...]) -> Any:
    """An input whose fields are comparisons; those given must all hold."""
    shapes = {"in": list_of(kind), "not_in": list_of(kind), "has_any": list_of(kind), "has_all": list_of(kind), "is_null": bool}
    fields = {_python_name(op): (shapes.get(op, kind) | None, optional_field(WORDED[op], _keyword(op))) for op in operators}
    return make_input(f"{name}Filter", __name__, fields, f"Comparisons with a {name}; those given must all hold.")


def _keyword(name: str) -> str | None:
    return name if keyword.iskeyword(name) else None


def _python_name(name: str) -> str:
    return f"{name}_" if keyword.iskeyword(name) else name


EQUALITY = ("eq", "ne", "in", "not_in", "is_null")
RANGE = ("lt", "lte", "gt", "gte")
ID_FILTER = comparison("Id", strawberry.ID, EQUALITY)
STRING_FILTER = comparison("String", str, (*EQUALITY, "contains", "starts_with", "ends_with"))
INT_FILTER = comparison("Int", int, (*EQUALITY, *RANGE))
DECIMAL_FILTER = comparison("Decimal", scalars.Decimal, (*EQUALITY, *RANGE))
TIME_FILTER = comparison("DateTime", scalars.DateTime, (*EQUALITY, *RANGE))
DATE_FILTER = comparison("Date", scalars.Date, (*EQUALITY, *RANGE))
BOOLEAN_FILTER = comparison("Boolean", bool, ("eq", "is_null"))
LIST_FILTER = comparison("StringList", str, ("has", "has_any", "has_all"))
BY_TYPE: dict[Any, Any] = {
    strawberry.ID: ID_FILTER,
    str: STRING_FILTER,
    int: INT_FILTER,
    bool: BOOLEAN_FILTER,
    scalars.Decimal: DECIMAL_FILTER,
    scalars.DateTime: TIME_FILTER,
    scalars.Date: DATE_FILTER,
}
ENUM_FILTERS: dict[type[Enum], Any] = {}


def filter_of(annotation: Any) -> Any:
    """The comparison input for a public field's annotation; None for JSON, which is not filtered."""
    kind = graphql_type(annotation)
    kinds = [each for each in get_args(kind) if each is not type(None)] if type(None) in get_args(kind) else [kind]
    plain = kinds[0]
    if isinstance(plain, type) and issubclass(plain, Enum):
        if plain not in ENUM_FILTERS:
            ENUM_FILTERS[plain] = comparison(plain.__name__, enum_type(plain), EQUALITY[:-1])
        return ENUM_FILTERS[plain]
    return LIST_FILTER if get_origin(plain) is list else BY_TYPE.get(plain)


def filter_name(noun: str) -> Any:
    """The filter input of a noun, looked up when the schema is built."""
    return Annotated[f"{noun.title()}Filter", strawberry.lazy(__name__)]


def _declare_filter(noun: str) -> None:
    """`ContactFilter` and so on: every field, every edge, search, and, or, not."""
    of, own = entity(noun), filter_name(noun)
    fields: dict[str, tuple[Any, Any]] = {}
    for name, info in of.fields.model_fields.items():
        compared = filter_of(info.annotation)
        if compared is not None:
            fields[name] = (compared | None, optional_field(info.description))
    for edge in of.edges.values():
        said = edge.description if edge.kind == "one" else f"At least one of: {edge.description}"
        fields[edge.name] = (filter_name(edge.to) | None, optional_field(said))
    fields["search"] = (str | None, optional_field("Contains this text in a name or another text, in any case."))
    fields["and_"] = (list_of(own) | None, optional_field("All of these hold.", "and"))
    fields["or_"] = (list_of(own) | None, optional_field("At least one of these holds.", "or"))
    fields["not_"] = (own | None, optional_field("This does not hold.", "not"))
    title = f"{noun.title()}Filter"
    made = make_input(title, __name__, fields, f"Which {of.table.name}; all that is given must hold.")
    setattr(sys.modules[__name__], title, made)


def condition(of: Entity, given: Any, path: str = "filter", depth: int = 1) -> Condition:
    """The condition that a filter input states; raises `BadRequest` that names what is wrong."""
    if depth > DEEPEST_FILTER:
        raise BadRequest.field(path, f"filters are nested at most {DEEPEST_FILTER} deep")
    found: list[Condition] = []
    for name, value in given_fields(given, path).items():
        where = f"{path}.{_public(name)}"
        if name in of.edges:
            edge = of.edges[name]
            found.append(Related(edge, condition(edge.target, value, where, depth + 1)))
        elif name in {"and_", "or_"}:
            parts = tuple(condition(of, each, f"{where}.{index}", depth + 1) for index, each in enumerate(_short(value, where)))
            found.append(All(parts) if name == "and_" else AnyOf(parts))
        elif name == "not_":
            found.append(Not(condition(of, value, where, depth + 1)))
        elif name == "search":
            found.append(Search(_storable(value, where)))
        else:
            found += _compared(name, value, where)
    return found[0] if len(found) == 1 else All(tuple(found))


def _compared(name: str, given: Any, path: str) -> list[Condition]:
    conditions: list[Condition] = []
    for operator, value in given_fields(given, path).items():
        where = f"{path}.{_public(operator)}"
        listed = _short(value, where) if isinstance(value, list) else None
        plain = _plain(value, where, given) if listed is None else tuple(_plain(each, where, given) for each in listed)
        conditions.append(Compare(name, operator.rstrip("_"), plain))
    return conditions


@cache
def _public(name: str) -> str:
    """A field of an input as its callers know it."""
    return to_camel_case(name.rstrip("_"))


def _plain(value: Any, path: str, given: Any) -> Any:
    if isinstance(given, ID_FILTER) and isinstance(value, str):
        return read_id(value, path)
    return _storable(value, path)


def _storable(value: Any, path: str) -> Any:
    if not isinstance(value, str) or UNSTORABLE.search(value):
        for _, problem in unstorable(value):
            raise BadRequest.field(path, problem)
    return value


def _short(values: list[Any], path: str) -> list[Any]:
    if len(values) > LONGEST_LIST:
        raise BadRequest.field(path, f"has {len(values)} elements; at most {LONGEST_LIST} are taken")
    return values


for _noun in NOUNS:
    _declare_filter(_noun)
