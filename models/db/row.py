"""Rows in Python: a named tuple per entity, for the places where Python needs to look inside."""

from collections import namedtuple
from collections.abc import Iterable
from functools import cache
from typing import Any

from sqlalchemy import Table

from models.catalogue import ENTITIES
from models.columns import readable


class Row(tuple[Any, ...]):
    """A row with its public fields and columns as attributes; `table` tells where it is from."""

    __slots__ = ()
    table: Table

    def __getattr__(self, name: str) -> Any:
        """Only reached for names that the row does not have."""
        raise AttributeError(f"{self.table.name} has no {name}")


@cache
def row_type(table: Table) -> type[Row]:
    """The row class of a table; the column `metadata` is read as `meta`, as in the table class."""
    names = ["meta" if column.name == "metadata" else column.name for column in readable(table)]
    plain = namedtuple(f"{table.name.title()}Row", names)  # type: ignore[misc]  # names come from the metadata
    return type(plain.__name__, (plain, Row), {"__slots__": (), "table": table})


def rows_of(table: Table, records: Iterable[Iterable[Any]]) -> list[Row]:
    """Records, whose values stand in the order of the table's readable columns, as rows."""
    make = row_type(table)._make  # type: ignore[attr-defined]  # from namedtuple
    return [make(record) for record in records]


def entity_name(row: Row) -> str:
    """The entity that a row belongs to, such as `contact`."""
    return next(name for name, entity in ENTITIES.items() if entity.table is row.table)
