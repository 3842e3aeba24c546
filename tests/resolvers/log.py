"""The event log as the owner of the tables reads it."""

from typing import Any

from sqlalchemy import select

from models.event import EVENTS
from tests.tenant import Tenant


async def events(tenant: Tenant) -> list[tuple[str, str, dict[str, Any]]]:
    """Type, id of the row, and payload of each event of the company, in order."""
    query = select(EVENTS.c.type, EVENTS.c.entity_id, EVENTS.c.payload).order_by(EVENTS.c.seq)
    return [(record[0], str(record[1]), record[2]) for record in await tenant.ctx().db.records(query)]


async def types(tenant: Tenant) -> list[str]:
    """What happened, in order."""
    return [each[0] for each in await events(tenant)]
