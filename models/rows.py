"""Rows: which rows of an entity, in which order, which part of them. What a read resolver returns.

They are data until the last moment: the same question with other values gives the same `form`, under which
`models.db.questions` remembers the SQL text (docs/decisions/0007-rows-are-data.md).
"""

from functools import cache
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import Column, ColumnElement, FromClause, Integer, MetaData, Select, Table, UnaryExpression, func, literal_column, select

from models.catalogue import Entity, Order, complete
from models.columns import readable
from models.filters import Binder, Condition, condition_sql, form_of
from models.page import Page, beyond
from models.substrings import may_have, sought

T = TypeVar("T")
# The relation of the rows that an index found, as it stands in SQL text; `models.db.statement` gives it a name and states it.
FEW = '"<few>"'
# So many rows are found by the index and put in order. Where there are more, a page is soon full when rows are read in order.
MOST = 1000


class Rows(NamedTuple, Generic[T]):
    """A relation, not data. `hung` ties the rows to one of another statement: a column, and the SQL it must equal.

    `in_order` reads them in their order even where an index tells which rows have a term.
    """

    entity: Entity
    conditions: tuple[Condition, ...]
    order: tuple[Order, ...]
    page: Page | None = None
    hung: tuple[str, str] | None = None
    in_order: bool = False

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

    def read_in_order(self) -> "Rows[T]":
        """The same rows, read in their order until the page is full."""
        return self._replace(in_order=True)

    @property
    def backwards(self) -> bool:
        """Whether they are read from the end."""
        return self.page is not None and self.page.backwards

    def form(self, ahead: int = 0) -> tuple[tuple[Any, ...], list[Any]]:
        """What the SQL text depends on, hashable, and the values of `statement` in the order in which it binds them."""
        entity, conditions, order, page, hung, in_order = self
        values: list[Any] = []
        forms = [form_of(each, values) for each in conditions]
        # An entity's own order is told by its entity: hashing it takes longer than all the rest.
        return (entity, None if order is entity.order else order, hung, in_order, page and page.form(ahead, values), *forms), values

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
        found = self._found(bind)
        return (self.chosen(bind) if found is None else found).with_only_columns(func.count(), maintain_column_froms=True)

    def statement(self, bind: Binder, ahead: int = 0) -> Select[Any]:
        """The rows themselves, as a page is read; `ahead` more of them tells whether a further page exists."""
        found = self._found(bind) if self.page is None else None
        return self._page(self._beyond(self.chosen(bind) if found is None else found, bind), self.entity.table, bind, ahead)

    def few(self, bind: Binder) -> Select[Any] | None:
        """The rows before order, limit and offset as an index finds them, up to `MOST`; None where none serves them."""
        found = None if self.in_order or self.page is None else self._found(bind)
        return None if found is None else self._beyond(found, bind).limit(literal_column(str(MOST)))

    def page_of_few(self, bind: Binder, ahead: int = 0) -> Select[Any]:
        """What `statement` says, of the relation `FEW`, which `few` has stated with the same binder."""
        few = few_table(self.entity.table)
        return self._page(select(*few.c), few, bind, ahead)

    def _found(self, bind: Binder) -> Select[Any] | None:
        """The chosen rows by an index of substrings. Rows that hang on another are few anyhow."""
        search = None if self.hung else sought(self.entity, self.conditions)
        return None if search is None else self.chosen(bind).where(may_have(self.entity, bind.terms[id(search)]))

    def _beyond(self, chosen: Select[Any], bind: Binder) -> Select[Any]:
        if self.page:
            for keyset, before in ((self.page.after, False), (self.page.before, True)):
                if keyset is not None:
                    chosen = chosen.where(beyond(self.entity.table, self.order, keyset, bind, before=before))
        return chosen

    def _page(self, chosen: Select[Any], source: FromClause, bind: Binder, ahead: int) -> Select[Any]:
        page = self.page
        if page is None:
            return chosen.order_by(*self.sort_keys(source))
        ordered = chosen.order_by(*self.sort_keys(source, backwards=page.backwards)).limit(bind(page.limit + ahead, Integer()))
        return ordered.offset(bind(page.offset, Integer())) if page.offset else ordered

    def sort_keys(self, source: FromClause, *, backwards: bool = False) -> list[UnaryExpression[Any]]:
        """The ORDER BY of this order over `source`, which has the entity's columns."""
        return [_sort(source.c[key.column], key, backwards=backwards) for key in self.order]


@cache
def few_table(table: Table) -> Table:
    """`FEW`, which has what is read of a table."""
    return Table(FEW.strip('"'), MetaData(), *(Column(each.name, each.type, nullable=each.nullable) for each in readable(table)))


def _sort(column: ColumnElement[Any], key: Order, *, backwards: bool) -> UnaryExpression[Any]:
    """One ORDER BY key; NULLs are placed only where they can occur, so that plain indexes serve the rest."""
    descending, nulls_first = key.descending != backwards, key.nulls_first != backwards
    sorted_by = column.desc() if descending else column.asc()
    if not getattr(column, "nullable", True) or nulls_first == descending:
        return sorted_by
    return sorted_by.nulls_first() if nulls_first else sorted_by.nulls_last()
