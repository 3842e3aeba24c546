"""Many rows at once, written as the application role."""

from typing import Any
from uuid import UUID

from sqlalchemy import insert

from models.contact import CONTACT
from models.conversation import CONVERSATION
from models.deal import DEAL
from models.ids import new_id
from models.message import MESSAGE
from tests.tenant import Tenant


async def seed(tenant: Tenant, count: int, **conversation: Any) -> UUID:
    """`count` contacts, deals and conversations, and as many messages in the first conversation, whose id is returned."""
    conversations = [{"id": new_id(), **conversation} for _ in range(count)]
    first = conversations[0]["id"]
    ctx = tenant.ctx()
    async with ctx.db.transaction():
        for entity, rows in (
            (CONTACT, [{"id": new_id(), "first_name": str(number)} for number in range(count)]),
            (DEAL, [{"id": new_id(), "title": str(number)} for number in range(count)]),
            (CONVERSATION, conversations),
            (MESSAGE, [{"id": new_id(), "conversation_id": first, "sender_type": "user", "content": str(n)} for n in range(count)]),
        ):
            await ctx.db.execute(insert(entity.table).values(rows).returning(entity.table.c.id))
    return first
