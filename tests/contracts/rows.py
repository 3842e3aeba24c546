"""Rows as they are stored, read past every policy."""

from typing import Any
from uuid import UUID

import asyncpg

from models.catalogue import ENTITIES, Entity
from models.columns import readable

# What the database computes for conditions alone.
UNREAD = {column.name for entity in ENTITIES.values() for column in set(entity.table.c) - set(readable(entity.table))}


def entity_of(noun: str) -> Entity:
    """The entity of a door's module, such as `contacts`."""
    return next(entity for entity in ENTITIES.values() if entity.table.name == noun)


async def stored(connection: asyncpg.Connection, table: str, row_id: UUID) -> dict[str, Any]:
    """One row, keyed by column."""
    row = await connection.fetchrow(f"SELECT * FROM {table} WHERE id = $1", row_id)
    assert row is not None
    return dict(row)


def changed(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    """The columns that differ."""
    return {name for name, value in after.items() if before[name] != value}


async def ids(connection: asyncpg.Connection, table: str) -> set[UUID]:
    """The ids of all companies' rows."""
    return {row[0] for row in await connection.fetch(f"SELECT id FROM {table}")}
