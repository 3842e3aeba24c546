"""One job from claim to record. The call happens with no transaction open; the record carries the fence."""

import random
from dataclasses import dataclass
from uuid import UUID

import structlog

from jobs.handlers import HANDLERS
from models.db import Database
from models.system import ClaimedJob, JobRows
from resolvers.ctx import Ctx
from resolvers.principal import Principal

LEASE = 30.0
FIRST_RETRY = 5.0
LONGEST_RETRY = 3600.0
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Runner:
    """Runs jobs for every company, each inside a session of its own."""

    database: Database
    rows: JobRows

    async def run(self, job_id: UUID) -> bool:
        """Do a job if it is due; False when there was nothing to do or the lease was lost."""
        job = await self.rows.claim(job_id, LEASE)
        if job is None:
            return False
        try:
            await self._handle(job)
        except Exception as error:
            log.exception("job failed", job=str(job.id), type=job.type, attempt=job.attempts)
            return await self.rows.failed(job, f"{type(error).__name__}: {error}"[:2000], retry_delay(job.attempts))
        return await self.rows.done(job)

    async def sweep(self, most: int = 100) -> int:
        """Do what is due and was not announced, or whose worker died; returns how many were done."""
        await self.rows.give_up()
        return sum([await self.run(job_id) for job_id in await self.rows.due(most)])

    async def _handle(self, job: ClaimedJob) -> None:
        handler, scopes = HANDLERS[job.type]
        ctx = Ctx(Principal.system(job.company_id, *scopes), self.database.session(job.company_id))
        await handler(ctx, job.payload)


def retry_delay(attempts: int) -> float:
    """Seconds until the next attempt: doubling from 5, at most an hour, with a fifth of jitter."""
    delay = min(FIRST_RETRY * 2.0 ** (attempts - 1), LONGEST_RETRY)
    return delay * random.uniform(0.8, 1.2)  # noqa: S311 - spreads load, keeps no secret
