"""Which part of an ordered relation: an offset, or a place after or before a row (keyset)."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, false, or_, tuple_

from models.catalogue import Order
from models.filters import Binder

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

    def form(self) -> tuple[Any, ...]:
        """What the SQL text depends on: which keys of a keyset are null, not their values."""
        nulls = tuple(keyset and tuple(value is None for value in keyset.values) for keyset in (self.after, self.before))
        return (bool(self.offset), self.backwards, *nulls)

    def values(self, ahead: int) -> list[Any]:
        """What is bound: the keysets' values that are not null, the limit, the offset."""
        keysets = [keyset for keyset in (self.after, self.before) if keyset]
        bound = [value for keyset in keysets for value in keyset.values if value is not None]
        return [*bound, self.limit + ahead, *([self.offset] if self.offset else [])]


def beyond(source: FromClause, order: tuple[Order, ...], keyset: Keyset, bind: Binder, *, before: bool) -> ColumnElement[bool]:
    """The rows that come after `keyset` in `order` (or before it).

    Keys that cannot be NULL and run in one direction become one row comparison, which an index serves.
    """
    columns = [source.c[key.column] for key in order]
    values = [None if value is None else bind(value, column.type) for column, value in zip(columns, keyset.values, strict=True)]
    plain = not any(column.nullable for column in columns) and len({key.descending for key in order}) == 1
    if plain:
        row, place = tuple_(*columns), tuple_(*values)
        return row < place if order[0].descending != before else row > place
    return _lexicographic(columns, order, values, before=before)


def _lexicographic(columns: list[Any], order: tuple[Order, ...], values: list[Any], *, before: bool) -> ColumnElement[bool]:
    alternatives: list[ColumnElement[bool]] = []
    equal: list[ColumnElement[bool]] = []
    for column, key, value in zip(columns, order, values, strict=True):
        alternatives.append(and_(*equal, _further(column, key, value, before=before)))
        equal.append(column.is_(None) if value is None else column == value)
    return or_(*alternatives)


def _further(column: ColumnElement[Any], key: Order, value: Any, *, before: bool) -> ColumnElement[bool]:
    nulls_come_later = getattr(column, "nullable", True) and key.nulls_first == before
    if value is None:
        return false() if nulls_come_later else column.is_not(None)
    further = column < value if key.descending != before else column > value
    return or_(further, column.is_(None)) if nulls_come_later else further
