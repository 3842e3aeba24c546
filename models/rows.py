"""Rows: which rows of an entity, in which order, which part of them. What a read resolver returns.

They are data until the last moment: the same question with other values gives the same `form`, under which
`models.db.questions` remembers the SQL text (docs/decisions/0007-rows-are-data.md).
"""

from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, FromClause, Integer, Select, Subquery, UnaryExpression, func, literal_column, select, union_all

from models.catalogue import Entity, Order, complete
from models.columns import readable
from models.filters import Binder, Condition, condition_sql, form_of
from models.page import Page, beyond
from models.substrings import may_have, sought

T = TypeVar("T")
# So many rows of a search are found by the index and put in order; where there are more, a page is soon full when rows are read in
# order. Written out: only values of a request may be parameters.
FEW: ColumnElement[int] = literal_column("1000")


class Rows(NamedTuple, Generic[T]):
    """A relation, not data. `hung` ties the rows to one of another statement: a column, and the SQL it must equal."""

    entity: Entity
    conditions: tuple[Condition, ...]
    order: tuple[Order, ...]
    page: Page | None = None
    hung: tuple[str, str] | None = None

    @classmethod
    def of(cls, entity: Entity) -> "Rows[T]":
        """All rows of an entity, in its own order."""
        return cls(entity, (), entity.order)

    def where(self, *conditions: Condition) -> "Rows[T]":
        """Those that meet every condition."""
        return self._replace(conditions=self.conditions + conditions)

    def ordered(self, *keys: Order) -> "Rows[T]":
        """In another order; the id is added as the tie-breaker."""
        return self._replace(order=complete(keys)) if keys else self

    def paged(self, page: Page) -> "Rows[T]":
        """One part of them."""
        return self._replace(page=page)

    def hung_on(self, column: str, reference: str) -> "Rows[T]":
        """Those whose column equals a reference into the statement around them, such as `c0.id`; never a value."""
        return self._replace(hung=(column, reference))

    def form(self, ahead: int = 0) -> tuple[tuple[Any, ...], list[Any]]:
        """What the SQL text depends on, hashable, and the values of `statement` in the order in which it binds them."""
        entity, conditions, order, page, hung = self
        values: list[Any] = []
        forms = [form_of(each, values) for each in conditions]
        # An entity's own order is told by its entity: hashing it takes longer than all the rest.
        return (entity, None if order is entity.order else order, hung, page and page.form(ahead, values), *forms), values

    def chosen(self, bind: Binder) -> Select[Any]:
        """The rows without order and page."""
        table = self.entity.table
        chosen = select(*readable(table))
        if self.hung:
            column = table.c[self.hung[0]]
            chosen = chosen.where(column == literal_column(self.hung[1], column.type))
        return chosen.where(*(condition_sql(self.entity, table, each, bind) for each in self.conditions))

    def total(self, bind: Binder) -> Select[Any]:
        """How many there are, all pages together."""
        return self._indexed(self.chosen(bind), bind).with_only_columns(func.count(), maintain_column_froms=True)

    def statement(self, bind: Binder, ahead: int = 0) -> Select[Any]:
        """The rows themselves; `ahead` more of them tells whether a further page exists."""
        table, page = self.entity.table, self.page
        chosen = self.chosen(bind)
        if page is None:
            return self._indexed(chosen, bind).order_by(*self.sort_keys(table))
        for keyset, before in ((page.after, False), (page.before, True)):
            if keyset is not None:
                chosen = chosen.where(beyond(table, self.order, keyset, bind, before=before))
        limit = bind(page.limit + ahead, Integer())
        offset = bind(page.offset, Integer()) if page.offset else None
        ordered = chosen.order_by(*self.sort_keys(table, backwards=page.backwards))
        indexed = self._indexed(chosen, bind)
        if indexed is not chosen:
            found = _few_or_many(indexed, ordered.limit(limit if offset is None else limit + offset))
            ordered = select(found).order_by(*self.sort_keys(found, backwards=page.backwards))
        ordered = ordered.limit(limit).offset(offset)
        if not page.backwards:
            return ordered
        last = ordered.subquery("last_rows")
        return select(last).order_by(*self.sort_keys(last))

    def _indexed(self, chosen: Select[Any], bind: Binder) -> Select[Any]:
        """The same rows, with what an index of substrings can tell of them. Rows that hang on another are few anyhow."""
        search = None if self.hung else sought(self.entity, self.conditions)
        return chosen if search is None else chosen.where(may_have(self.entity, bind.terms[id(search)]))

    def sort_keys(self, source: FromClause, *, backwards: bool = False) -> list[UnaryExpression[Any]]:
        """The ORDER BY of this order over `source`, which has the entity's columns."""
        return [_sort(source.c[key.column], key, backwards=backwards) for key in self.order]


def _few_or_many(indexed: Select[Any], ordered: Select[Any]) -> Subquery:
    """Rows as the index finds them, unless there are many: then as they come in order, of which the page alone is read.

    The one that is not wanted is not begun.
    """
    few = indexed.limit(FEW).cte("few")
    number = select(func.count()).select_from(few).scalar_subquery()
    return union_all(select(few).where(number < FEW), select(ordered.where(number >= FEW).subquery("many"))).subquery("found")


def _sort(column: ColumnElement[Any], key: Order, *, backwards: bool) -> UnaryExpression[Any]:
    """One ORDER BY key; NULLs are placed only where they can occur, so that plain indexes serve the rest."""
    descending, nulls_first = key.descending != backwards, key.nulls_first != backwards
    sorted_by = column.desc() if descending else column.asc()
    if not getattr(column, "nullable", True) or nulls_first == descending:
        return sorted_by
    return sorted_by.nulls_first() if nulls_first else sorted_by.nulls_last()
