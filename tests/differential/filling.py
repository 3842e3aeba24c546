"""Rows for one company, written past every policy: nulls in every nullable column, ties, and references that lead nowhere."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import Column, ForeignKeyConstraint, Integer, Table

from models.catalogue import ENTITIES
from tests.differential.columns import is_unique, is_written, values

# Scrambles the order of ids, so that it is not the order in which rows were made.
STEP, MODULUS = 7919, 65_521
# Of these targets some rows are never pointed at.
POINTED_AT = 0.6
# The first row of a table is pointed at by every so many rows, which makes it a busy one.
BUSY = 3
Row = dict[str, Any]


@dataclass
class Filler:
    """Writes rows of all kinds for the company; `mark` begins every id and stands in texts."""

    connection: asyncpg.Connection
    company_id: UUID
    mark: str
    rows: dict[str, list[Row]] = field(default_factory=dict)

    async def fill(self, table: Table, count: int) -> None:
        """Add that many rows; what they refer to must be there."""
        kept = self.rows.setdefault(table.name, [])
        kept += [self._row(table, number) for number in range(len(kept), len(kept) + count)]
        names = list(kept[0])
        places = ", ".join(f"${number}" for number in range(1, len(names) + 1))
        text = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({places})"
        await self.connection.executemany(text, [list(row.values()) for row in kept[-count:]])

    def row_id(self, table: Table, number: int) -> UUID:
        """The id of a table's row by its number."""
        kind = sorted(entity.table.name for entity in ENTITIES.values()).index(table.name)
        return UUID(f"{self.mark}-{kind:04x}-4000-8000-{(number + 1) * STEP % MODULUS:012x}")

    def _row(self, table: Table, number: int) -> Row:
        row: Row = {"company_id": self.company_id, "id": self.row_id(table, number)}
        for place, column in enumerate(table.c):
            if column.name not in row and is_written(column) and not column.foreign_keys:
                row[column.name] = self._value(column, number, place)
        for place, key in enumerate(sorted(table.foreign_key_constraints, key=lambda each: len(each.columns))):
            row |= self._reference(key, number, place)
        return row

    def _value(self, column: Column[Any], number: int, place: int) -> Any:
        if column.nullable and (number + place) % 4 == 0:
            return None
        pool = values(column, self.mark)
        # Columns run through their pools at different speeds, so that they do not go together.
        found = pool[(number * (1 + place % 3) + place) % len(pool)]
        if not is_unique(column):
            return found
        return number if isinstance(column.type, Integer) else f"{found}{number}"

    def _reference(self, key: ForeignKeyConstraint, number: int, place: int) -> Row:
        """The columns of a foreign key: null, one busy row, or any of the first; of a wide key, what its target says."""
        column = [each for each in key.columns if each.name != "company_id"]
        targets = self.rows.get(key.referred_table.name, [])
        own = column[-1:]
        if not own or (own[0].nullable and (number + place) % 4 == 0):
            return {each.name: None for each in own}
        within = max(1, int(len(targets) * POINTED_AT))
        target = targets[0 if number % BUSY == 0 else number * STEP % within]
        return {each.parent.name: target[each.column.name] for each in key.elements if each.parent.name != "company_id"}
