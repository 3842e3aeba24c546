"""Which part of an ordered relation: an offset, or a place after or before a row (keyset)."""

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, FromClause, and_, false, or_, tuple_

from models.catalogue import Order
from models.filters import Binder

LARGEST_PAGE = 100


class Keyset(NamedTuple):
    """The sort keys of one row: where a page starts or ends, exclusive."""

    values: tuple[Any, ...]


class Page(NamedTuple):
    """`limit` rows after skipping `offset`; `backwards` reads them from the end, the last row first, and they are still shown in order."""

    limit: int
    offset: int = 0
    after: Keyset | None = None
    before: Keyset | None = None
    backwards: bool = False

    def form(self, ahead: int, values: list[Any]) -> tuple[Any, ...]:
        """What the SQL text depends on: which keys of a keyset are null. What is bound is added to `values`.

        That is the keysets' values that are not null, the limit (with `ahead` more), and the offset if there is one.
        """
        after, before = (_form(keyset, values) if keyset else None for keyset in (self.after, self.before))
        values.append(self.limit + ahead)
        if self.offset:
            values.append(self.offset)
        return (bool(self.offset), self.backwards, after, before)


def _form(keyset: Keyset, values: list[Any]) -> tuple[bool, ...]:
    values += [value for value in keyset.values if value is not None]
    return tuple(value is None for value in keyset.values)


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
