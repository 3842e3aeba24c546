"""Rows with chosen sort keys, written as the application role in one statement a table."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert

from models.catalogue import Entity
from models.ids import new_id
from tests.tenant import Tenant


async def add(tenant: Tenant, entity: Entity, rows: Sequence[dict[str, Any]]) -> list[str]:
    """Insert rows keyed by column; returns their ids, in the given order."""
    keyed = [{"id": new_id()} | row for row in rows]
    ctx = tenant.ctx()
    async with ctx.db.transaction():
        await ctx.db.execute(insert(entity.table).values(keyed).returning(entity.table.c.id))
    return [str(row["id"]) for row in keyed]
