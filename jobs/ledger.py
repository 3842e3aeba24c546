"""What this process writes about the jobs it holds: outcomes, many in one statement, and renewals of leases."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import structlog

from jobs.away import AWAY, PAUSE
from jobs.slots import Ending, Held
from models.job_rows import ClaimedJob, JobRows, Outcome

# Part of a lease after which it is renewed.
RENEWED_AFTER = 1 / 3
log = structlog.get_logger(__name__)

Waiting = tuple[ClaimedJob, Outcome, "asyncio.Future[bool]"]


@dataclass(slots=True, eq=False)
class Ledger:
    """Outcomes that come while a statement is under way go into the next one, so that a busy worker writes many at once."""

    rows: JobRows
    lease: float
    _pending: list[Waiting] = field(default_factory=list)
    _writer: asyncio.Task[None] | None = None
    # Two statements that lock the same rows in different orders could wait for each other for ever.
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def record(self, job: ClaimedJob, outcome: Outcome) -> bool:
        """Write what became of a job, however long the database is away; False when it is no longer this process's to say."""
        written: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._pending.append((job, outcome, written))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        return await written

    async def renew(self, held: Iterable[Held]) -> None:
        """Renew leases; whose lease cannot be renewed, or ran out while the database was away, is cancelled."""
        clock = asyncio.get_running_loop().time
        asked, now = [each for each in held if not each.recording], clock()
        if not asked:
            return
        try:
            async with self._lock:
                kept = await self.rows.renew([each.job for each in asked], self.lease)
        except AWAY as error:
            log.warning("leases were not renewed", error=type(error).__name__)
            lost = [each for each in asked if clock() - each.renewed >= self.lease]
        else:
            lost = [each for each in asked if each.job.id not in kept]
            for each in asked:
                each.renewed = now
        for each in lost:
            each.end(Ending.LOST)

    async def keep(self, held: Callable[[], Iterable[Held]]) -> None:
        """Renew all leases in time, until cancelled."""
        while True:
            await self.renew(held())
            await asyncio.sleep(self.lease * RENEWED_AFTER)

    async def _write(self) -> None:
        while self._pending:
            batch, self._pending = self._pending, []
            try:
                await self._write_batch(batch)
            except AWAY as error:
                log.warning("outcomes wait for the database", error=type(error).__name__, jobs=len(batch))
                self._pending = batch + self._pending
                await asyncio.sleep(PAUSE)
            except Exception as error:  # noqa: BLE001 - the worker's edge: told to each job of the batch, whose lease then runs out
                for _, _, written in batch:
                    if not written.done():
                        written.set_exception(error)

    async def _write_batch(self, batch: Sequence[Waiting]) -> None:
        async with self._lock:
            accepted = await self.rows.record((job, outcome) for job, outcome, _ in batch)
        for job, _, written in batch:
            if not written.done():
                written.set_result(job.id in accepted)
