"""Which part of an ordered relation: an offset, or a place after or before a row (keyset)."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, tuple_
from sqlalchemy.sql.selectable import NamedFromClause

from models.catalogue import Order

LARGEST_PAGE = 100


@dataclass(frozen=True, slots=True)
class Keyset:
    """The sort keys of one row: where a page starts or ends, exclusive."""

    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """`limit` rows after skipping `offset`; `backwards` takes them from the end, still printed in order."""

    limit: int
    offset: int = 0
    after: Keyset | None = None
    before: Keyset | None = None
    backwards: bool = False


def beyond(source: NamedFromClause, order: tuple[Order, ...], keyset: Keyset, *, before: bool) -> ColumnElement[bool]:
    """The rows that come after `keyset` in `order` (or before it).

    Keys that cannot be NULL and run in one direction become one row comparison, which an index serves.
    """
    columns = [source.c[key.column] for key in order]
    plain = not any(column.nullable for column in columns) and len({key.descending for key in order}) == 1
    if plain:
        row, place = tuple_(*columns), tuple_(*keyset.values, types=[column.type for column in columns])
        return row < place if order[0].descending != before else row > place
    return _lexicographic(source, order, keyset, before=before)


def _lexicographic(source: NamedFromClause, order: tuple[Order, ...], keyset: Keyset, *, before: bool) -> ColumnElement[bool]:
    alternatives: list[ColumnElement[bool]] = []
    equal: list[ColumnElement[bool]] = []
    for key, value in zip(order, keyset.values, strict=True):
        column = source.c[key.column]
        alternatives.append(and_(*equal, _further(column, key, value, before=before)))
        equal.append(column.is_(None) if value is None else column == value)
    return or_(*alternatives)


def _further(column: ColumnElement[Any], key: Order, value: Any, *, before: bool) -> ColumnElement[bool]:
    nulls_come_later = getattr(column, "nullable", True) and key.nulls_first == before
    if value is None:
        return false() if nulls_come_later else column.is_not(None)
    further = column < value if key.descending != before else column > value
    return or_(further, column.is_(None)) if nulls_come_later else further
