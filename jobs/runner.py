"""One attempt at a job, from its slot to its record. The work happens with no transaction open; the record carries the fence."""

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from jobs.handlers import JobType
from jobs.ledger import Ledger
from jobs.metrics import Metrics
from jobs.slots import Ending, Held
from models.db import Database
from models.job import JobState
from models.job_rows import ClaimedJob, Outcome
from resolvers.ctx import Ctx
from resolvers.faults import known
from resolvers.jobs import GiveUp, RetryLater
from resolvers.knowledge import Knowledge
from resolvers.principal import Principal

FIRST_RETRY = 5.0
LONGEST_RETRY = 3600.0
UNKNOWN_RETRY = 15.0
DONE = Outcome(JobState.DONE)
RELEASED = Outcome(JobState.QUEUED, counted=False)
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Runner:
    """Runs jobs of every company, each with a context of its own."""

    database: Database
    types: Mapping[str, JobType]
    ledger: Ledger
    metrics: Metrics
    knowledge: Knowledge | None = None

    async def run(self, held: Held) -> None:
        """Do a job that is in its slot and record what became of it."""
        job, clock = held.job, asyncio.get_running_loop().time
        began = clock()
        self.metrics.began(held, job.waited + began - held.since)
        kind = self.types.get(job.type)
        outcome = await self._attempt(held, kind) if kind else unknown(job)
        held.recording = True
        accepted = outcome is not None and await self.ledger.record(job, outcome)
        self.metrics.ended(held, outcome if accepted else None, clock() - began)
        if not accepted:
            log.warning("job lost", job=str(job.id), type=job.type, attempt=job.attempt)

    async def _attempt(self, held: Held, kind: JobType) -> Outcome | None:
        """What the handler's end means; None when the job is not this process's any more."""
        job = held.job
        try:
            await self._handle(job, kind)
        except asyncio.CancelledError:
            if held.ending is Ending.LOST:
                return None
            return RELEASED if held.ending is Ending.STOPPING else failed(job, "it was cancelled from within")
        except GiveUp as error:
            return Outcome(JobState.FAILED, str(error))
        except RetryLater as error:
            return failed(job, str(error), error.after)
        except Exception as error:
            log.exception("job failed", job=str(job.id), type=job.type, attempt=job.attempt)
            return failed(job, reason(error))
        return DONE

    async def _handle(self, job: ClaimedJob, kind: JobType) -> None:
        ctx = Ctx(Principal.system(job.company_id, *kind.scopes), self.database.session(job.company_id), self.knowledge)
        try:
            async with asyncio.timeout(kind.timeout) as deadline:
                await kind.handler(ctx, job)
        except TimeoutError:
            if deadline.expired():
                raise RetryLater(f"it took longer than {kind.timeout:g} s") from None
            raise


def unknown(job: ClaimedJob) -> Outcome:
    """Back to the queue, uncounted: in a rolling update older workers see jobs that only newer ones know."""
    return Outcome(JobState.QUEUED, f"no worker here knows jobs of the type {job.type}", UNKNOWN_RETRY, counted=False)


def failed(job: ClaimedJob, error: str, after: float | None = None) -> Outcome:
    """Again in `after` seconds (else after the usual wait), or given up after the last attempt."""
    if job.attempt >= job.max_attempts:
        return Outcome(JobState.FAILED, error)
    return Outcome(JobState.QUEUED, error, retry_delay(job.attempt) if after is None else after)


def reason(error: Exception) -> str:
    """What people are told: our own errors in their words; of anything else the kind alone, since its text may hold anything."""
    # Of a connection or a file that failed nobody knows here whether it was the database's.
    told = None if isinstance(error, OSError) else known(error)
    return told.message if told else f"Something broke on our side ({type(error).__name__}); the worker's log tells more under the job's id"


def retry_delay(attempt: int) -> float:
    """Seconds until the next attempt: doubling from 5, at most an hour, with a fifth of jitter."""
    delay = LONGEST_RETRY if attempt > 10 else min(FIRST_RETRY * 2.0 ** (attempt - 1), LONGEST_RETRY)
    return delay * random.uniform(0.8, 1.2)  # noqa: S311 - spreads load, keeps no secret
