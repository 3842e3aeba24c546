"""Rows: which rows of an entity, in which order, which part of them. What a read resolver returns."""

from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, FromClause, Select, UnaryExpression, func, select

from models.catalogue import Entity, Order, complete
from models.page import Page, beyond

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Rows(Generic[T]):
    """A relation, not data. `select` names conditions only; order and page are kept apart so that totals can do without."""

    entity: Entity
    select: Select[Any]
    order: tuple[Order, ...]
    page: Page | None = None
    source: FromClause = field(kw_only=True)

    @classmethod
    def of(cls, entity: Entity, source: FromClause | None = None) -> "Rows[T]":
        """All rows of an entity, in its own order; `source` is the table under another name."""
        return _whole_table(entity) if source is None else cls(entity, select(source), entity.order, source=source)

    def where(self, *conditions: ColumnElement[bool]) -> "Rows[T]":
        """Those that meet every condition."""
        return replace(self, select=self.select.where(*conditions)) if conditions else self

    def ordered(self, *keys: Order) -> "Rows[T]":
        """In another order; the id is added as the tie-breaker."""
        return replace(self, order=complete(keys)) if keys else self

    def paged(self, page: Page) -> "Rows[T]":
        """One part of them."""
        return replace(self, page=page)

    def total(self) -> Select[Any]:
        """How many there are, all pages together."""
        return self.select.with_only_columns(func.count(), maintain_column_froms=True)

    def statement(self, ahead: int = 0) -> Select[Any]:
        """The rows themselves; `ahead` more of them tells whether a further page exists."""
        page = self.page
        if page is None:
            return self.select.order_by(*self.sort_keys(self.source))
        chosen = self.select
        for keyset, before in ((page.after, False), (page.before, True)):
            if keyset is not None:
                chosen = chosen.where(beyond(self.source, self.order, keyset, before=before))  # type: ignore[arg-type]  # every source has a name
        chosen = chosen.order_by(*self.sort_keys(self.source, backwards=page.backwards)).limit(page.limit + ahead if ahead else page.limit)
        chosen = chosen.offset(page.offset) if page.offset else chosen
        if not page.backwards:
            return chosen
        last = chosen.subquery("last_rows")
        return select(last).order_by(*self.sort_keys(last))

    def sort_keys(self, source: FromClause, *, backwards: bool = False) -> list[UnaryExpression[Any]]:
        """The ORDER BY of this order over `source`, which has the entity's columns."""
        sort = _sort_table if source is self.entity.table else _sort
        return [sort(source.c[key.column], key, backwards=backwards) for key in self.order]


@cache
def _whole_table(entity: Entity) -> Rows[Any]:
    # Made once: coercing what never changes took as long as the rest of a short select.
    return Rows.of(entity, entity.table)


def _sort(column: ColumnElement[Any], key: Order, *, backwards: bool) -> UnaryExpression[Any]:
    """One ORDER BY key; NULLs are placed only where they can occur, so that plain indexes serve the rest."""
    descending, nulls_first = key.descending != backwards, key.nulls_first != backwards
    sorted_by = column.desc() if descending else column.asc()
    if not getattr(column, "nullable", True) or nulls_first == descending:
        return sorted_by
    return sorted_by.nulls_first() if nulls_first else sorted_by.nulls_last()


# Only for columns of tables, of which there are few; those of aliases come and go.
_sort_table = cache(_sort)
