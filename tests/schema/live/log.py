"""Events written straight into the log, in bulk, by the application's own role; and the log as the truth."""

import os
from typing import Any

from sqlalchemy import insert, select

from models.event import EVENTS
from models.ids import new_id
from tests.tenant import Tenant


def event(size: int = 0, **fields: Any) -> dict[str, Any]:
    """One event about a contact that does not exist, its payload of about `size` bytes, which do not compress."""
    values = {"id": new_id(), "type": "contact.created", "entity": "contact", "entity_id": new_id(), "actor_id": None}
    return values | {"payload": {"noise": os.urandom(size // 2).hex()}} | fields


async def write(tenant: Tenant, count: int, size: int = 0) -> list[str]:
    """Commit so many events at once; their ids in order."""
    ctx = tenant.ctx()
    rows = [event(size) for _ in range(count)]
    async with ctx.db.transaction():
        # In order, because one statement numbers its rows as they come.
        await ctx.db.execute(insert(EVENTS).values(rows).returning(EVENTS.c.seq))
        ctx.db.announce()
    return [str(row["id"]) for row in rows]


async def truth(tenant: Tenant) -> list[str]:
    """The ids of all events of the company in the order in which readers get them; call it when nothing is being written."""
    chosen = select(EVENTS.c.id).order_by(EVENTS.c.txid, EVENTS.c.seq)
    return [str(row[0]) for row in await tenant.ctx().db.records(chosen)]
