"""Keeping the event log to the time it is kept for."""

from datetime import datetime

from sqlalchemy import delete, select

from models.event import EVENTS
from resolvers.ctx import Ctx, command
from resolvers.jobs import NewJob, enqueue

PRUNE = "events.prune"
BATCH = 5000


@command("events:prune")
async def ask_to_prune(ctx: Ctx, before: datetime) -> None:
    """Enqueue the pruning of what is older than `before`, unless it is waiting already."""
    await enqueue(ctx, NewJob(type=PRUNE, payload={"before": before.isoformat()}, dedupe_key=PRUNE))


@command("events:prune")
async def prune_events(ctx: Ctx, before: datetime) -> int:
    """Delete up to 5,000 events older than `before`; returns how many there were, so that a caller goes on until none is left."""
    oldest = select(EVENTS.c.id).where(EVENTS.c.created_at < before).order_by(EVENTS.c.seq).limit(BATCH)
    return len(await ctx.db.execute(delete(EVENTS).where(EVENTS.c.id.in_(oldest)).returning(EVENTS.c.id)))
