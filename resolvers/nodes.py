"""Finding rows by id alone, whatever they are."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, func, literal, select, union_all
from sqlalchemy.dialects.postgresql import ARRAY

from models.catalogue import entity
from resolvers.ctx import Ctx

FINDABLE = ("agent", "chunk", "contact", "conversation", "deal", "document", "job", "message", "thread")


async def entities_of(ctx: Ctx, ids: Sequence[UUID]) -> dict[UUID, str]:
    """Which entity each id belongs to, in one statement; what the caller may not read is as if it were not there."""
    wanted = func.any(bindparam("ids", list(ids), type_=ARRAY(Uuid)))
    parts: list[Any] = []
    for noun in FINDABLE:
        of = entity(noun)
        if of.read_scope in ctx.principal.scopes:
            parts.append(select(literal(noun).label("noun"), of.table.c.id).where(of.table.c.id == wanted))
    if not parts or not ids:
        return {}
    found = union_all(*parts).subquery("found")
    return {record[1]: record[0] for record in await ctx.db.records(select(*found.c))}
