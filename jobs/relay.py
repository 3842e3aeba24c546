"""From the table into this process's slots: claims what is due, fairly, and has it begun."""

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

import structlog

from jobs.away import AWAY, PAUSE
from jobs.metrics import Metrics
from jobs.shares import shares
from jobs.slots import Slots
from models.job_rows import MOST_COMPANIES, NOBODY, WINDOW, JobRows

# Without a word from PostgreSQL the table is looked at this often: for what became due by time, and for what nobody was told of.
SWEEP_EVERY = 1.0
# What the executor was handed and has not begun after this time is begun without it: a busy machine makes its way long.
LATEST_START = 0.05
log = structlog.get_logger(__name__)


class Executor(Protocol):
    """Begins jobs by their ids in the slots of this process."""

    async def hand_over(self, ids: list[UUID]) -> bool:
        """Take jobs to begin; False when it is away or busy."""

    def missed(self) -> None:
        """It did not begin what it took: it counts as away for a moment, and what it took is begun directly."""


@dataclass(slots=True, eq=False)
class Relay:
    """One queue's. `woken` is set when there may be something to claim; `more` says that it was left for want of slots."""

    rows: JobRows
    slots: Slots
    lease: float
    metrics: Metrics
    executor: Executor | None = None
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    more: bool = False
    _after: UUID = NOBODY

    def __post_init__(self) -> None:
        self.slots.freed = self._freed

    async def run(self, stop: asyncio.Event) -> None:
        """Claim until stopped; a database that is away is tried again after a moment."""
        while not stop.is_set():
            self.woken.clear()
            try:
                claimed = await self.sweep()
            except AWAY as error:
                log.warning("the database is away", error=type(error).__name__, queue=self.slots.queue)
                await asyncio.sleep(PAUSE)
                continue
            if not (claimed and self.more and self.slots.free):
                await self._wait()

    async def sweep(self) -> int:
        """Claim what is due, as far as there are slots, and have it begun; how many jobs that was."""
        self._begin_overdue()
        if not self.slots.free:
            self.more = True
            return 0
        given = await self._shares()
        if not given:
            return 0
        asked = asyncio.get_running_loop().time()
        claimed = await self.rows.claim(self.slots.queue, given, self.lease)
        self.slots.take(claimed, asked)
        self.metrics.claimed(self.slots.queue, claimed)
        await self._hand_over([job.id for job in claimed])
        return len(claimed)

    async def _shares(self) -> Mapping[UUID, int]:
        """Whom the free slots go to. While more is due than is looked at, the companies take turns in the order of their ids."""
        queue, slots = self.slots.queue, self.slots
        waiting = await self.rows.waiting(queue)
        due = sum(waiting.values())
        if due < WINDOW:
            turns = random.sample(list(waiting), len(waiting))
        else:
            turns = await self.rows.companies(queue, self._after)
            self._after = turns[-1] if len(turns) == MOST_COMPANIES else NOBODY
        # While more is due than was counted, a company has as much as there are slots for.
        counted = {company: waiting[company] if due < WINDOW else slots.free for company in turns}
        given = shares(counted, slots.by_company(), slots.free, slots.most_of_one)
        self.more = due > sum(given.values())
        return given

    async def _hand_over(self, ids: list[UUID]) -> None:
        if self.executor is None or not ids or not await self.executor.hand_over(ids):
            for job_id in ids:
                self.slots.start(job_id)

    def _begin_overdue(self) -> None:
        overdue = self.slots.unstarted(asyncio.get_running_loop().time() - LATEST_START)
        if overdue:
            if self.executor is not None:
                log.info("jobs were not begun in time and are begun directly", jobs=len(overdue), queue=self.slots.queue)
                self.executor.missed()
            for held in self.slots.unstarted():
                self.slots.start(held.job.id)

    def _freed(self) -> None:
        if self.more:
            self.woken.set()

    async def _wait(self) -> None:
        handed = self.slots.unstarted(asyncio.get_running_loop().time())
        try:
            async with asyncio.timeout(LATEST_START if handed else SWEEP_EVERY):
                await self.woken.wait()
        except TimeoutError:
            return
