"""Rows with chosen sort keys, written as the application role in one statement a table."""

import re
from collections.abc import Sequence
from typing import Any

import httpx2
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


def took(answer: httpx2.Response) -> int:
    """How many SQL statements an answer took; one that was refused before it had a context does not say, and took none."""
    found = re.search(r'sql;desc="(\d+)"', answer.headers.get("server-timing", ""))
    return int(found[1]) if found else 0
