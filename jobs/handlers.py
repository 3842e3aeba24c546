"""What each type of job does: read the payload, call a resolver."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from resolvers.ctx import Ctx
from resolvers.retention import BATCH, PRUNE, prune_events

Handler = Callable[[Ctx, dict[str, Any]], Awaitable[None]]


async def prune(ctx: Ctx, payload: dict[str, Any]) -> None:
    """Delete old events batch by batch, so that no transaction is long."""
    before = datetime.fromisoformat(payload["before"])
    while await prune_events(ctx, before) == BATCH:
        continue


# The handler, and the scopes that the system holds while it runs.
HANDLERS: dict[str, tuple[Handler, tuple[str, ...]]] = {PRUNE: (prune, ("events:prune",))}
