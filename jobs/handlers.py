"""What each type of job does: read the payload, call a resolver."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from models.job_rows import ClaimedJob
from resolvers.ctx import Ctx
from resolvers.retention import BATCH, PRUNE, prune_events

Handler = Callable[[Ctx, ClaimedJob], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class JobType:
    """What is done for a job, by the system with these scopes alone, in at most `timeout` seconds.

    A handler may run again after it has run: it must not harm. It may raise `RetryLater` and `GiveUp` (resolvers/jobs.py).
    """

    handler: Handler
    scopes: tuple[str, ...] = ()
    timeout: float = 60.0


async def prune(ctx: Ctx, job: ClaimedJob) -> None:
    """Delete old events batch by batch, so that no transaction is long."""
    before = datetime.fromisoformat(job.payload["before"])
    while await prune_events(ctx, before) == BATCH:
        continue


HANDLERS: Mapping[str, JobType] = {PRUNE: JobType(prune, ("events:prune",), timeout=600.0)}
