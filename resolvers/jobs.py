"""What can be done with jobs: commands ask for them, people look at them, retry them and drop them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert

from models.db.row import Row
from models.ids import new_id
from models.job import CHANNEL, JOB, JOBS, Job, JobQueue, JobState
from models.rows import Rows
from resolvers.ctx import Ctx, command, query
from resolvers.errors import Conflict
from resolvers.events import happened
from resolvers.listing import Listing, by_id, found, listed, locked


class RetryLater(Exception):
    """A handler's word that the attempt failed and another may work; `reason` is for people, `after` in seconds (else the usual wait)."""

    def __init__(self, reason: str, after: float | None = None) -> None:
        super().__init__(reason)
        self.after = after


class GiveUp(Exception):
    """A handler's word that no further attempt will work; the reason is for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """A job to be done: at once unless `run_at` says later. Of one `dedupe_key` a company has at most one unfinished job."""

    type: str
    payload: dict[str, Any] = field(default_factory=dict)
    queue: JobQueue = JobQueue.LIGHT
    run_at: datetime | None = None
    dedupe_key: str | None = None
    max_attempts: int = 5


async def enqueue(ctx: Ctx, new: NewJob) -> UUID | None:
    """Ask for a job in the command's own transaction; its id, or None when one with its dedupe key is unfinished already."""
    return next(iter(await enqueue_all(ctx, [new])), None)


async def enqueue_all(ctx: Ctx, new: Iterable[NewJob]) -> list[UUID]:
    """Ask for several jobs in one statement; the ids of those that were not there already."""
    rows = [
        {
            "id": new_id(),
            "type": each.type,
            "payload": each.payload,
            "queue": each.queue,
            "run_at": each.run_at or func.now(),
            "dedupe_key": each.dedupe_key,
            "max_attempts": each.max_attempts,
        }
        for each in new
    ]
    if not rows:
        return []
    unfinished = text("state IN ('queued', 'running')")
    statement = insert(JOBS).values(rows).on_conflict_do_nothing(index_elements=["company_id", "dedupe_key"], index_where=unfinished)
    return [record[0] for record in await ctx.db.execute(statement.returning(JOBS.c.id))]


@query("jobs:read")
async def list_jobs(ctx: Ctx, listing: Listing) -> Rows[Job]:
    """The company's jobs."""
    return listed(ctx, JOB, listing)


@query("jobs:read")
async def get_job(_: Ctx, job_id: UUID) -> Rows[Job]:
    """One job."""
    return by_id(JOB, job_id)


@command("jobs:write")
async def retry_job(ctx: Ctx, job_id: UUID) -> Row:
    """Do a failed job again with as many attempts as at first, or a waiting one now."""
    job = await locked(ctx, JOB, job_id)
    if job.state not in (JobState.QUEUED, JobState.FAILED):
        raise Conflict(f"This job is {job.state}; only one that is queued or failed can be retried")
    again = {"state": JobState.QUEUED, "attempts": 0, "run_at": func.now(), "finished_at": None}
    job = found(await ctx.db.update(JOB, job_id, again), JOB)
    # The trigger on the table tells workers of new rows alone.
    await ctx.db.execute(select(func.pg_notify(CHANNEL, "")))
    ctx.emit(happened(job, "retried"))
    return job


@command("jobs:write")
async def drop_job(ctx: Ctx, job_id: UUID) -> Row:
    """Remove a job; one that runs is cancelled within seconds, and what it did so far stays."""
    job = found(await ctx.db.delete(JOB, job_id), JOB)
    ctx.emit(happened(job, "dropped"))
    return job
