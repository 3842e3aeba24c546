"""The worker process: for each queue a relay that claims, slots in which jobs run, and arq that runs them; until it is asked to stop."""

import asyncio
import os
import signal
import socket
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

import structlog

from jobs.arq_executor import ArqExecutor
from jobs.away import AWAY
from jobs.handlers import HANDLERS, JobType
from jobs.ledger import Ledger
from jobs.metrics import Metrics, metrics_page
from jobs.relay import Relay
from jobs.runner import RELEASED, Runner
from jobs.schedule import schedule, schedule_vectors
from jobs.slots import Ending, Held, Slots
from models.db import Database
from models.ids import new_id
from models.job import CHANNEL, JobQueue
from models.job_rows import JobRows
from resolvers.knowledge import Knowledge
from settings import Settings

SLOTS: Mapping[JobQueue, int] = {JobQueue.LIGHT: 100, JobQueue.HEAVY: 4}
# Seconds.
LEASE = 30.0
TAKE_BACK_EVERY = 1.0
SCHEDULE_EVERY = 3600.0
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a worker does: which queues, in how many slots each, which types. Leases and times to finish and to release in seconds."""

    queues: Sequence[JobQueue] = tuple(JobQueue)
    slots: Mapping[JobQueue, int] = field(default_factory=lambda: SLOTS)
    types: Mapping[str, JobType] = field(default_factory=lambda: HANDLERS)
    lease: float = LEASE
    # Together under the 10 s after which whoever asked loses patience.
    finish_within: float = 7.0
    release_within: float = 1.5


async def work(settings: Settings, terms: Terms | None = None) -> None:
    """Run until SIGTERM or SIGINT; what runs then may finish for 7 s, everything else goes back to the queue at once."""
    stop = asyncio.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signum, stop.set)
    database = Database(settings)
    try:
        await Worker.of(settings, database, terms or Terms()).run(stop)
    finally:
        await database.close()


@dataclass(frozen=True, slots=True)
class Worker:
    """The parts of one process, tied together."""

    settings: Settings
    database: Database
    terms: Terms
    rows: JobRows
    ledger: Ledger
    metrics: Metrics
    relays: Sequence[Relay]
    executors: Sequence[ArqExecutor]
    knowledge: Knowledge

    @classmethod
    def of(cls, settings: Settings, database: Database, terms: Terms) -> "Worker":
        """Nothing is connected yet."""
        rows, metrics = JobRows(database), Metrics()
        ledger = Ledger(rows, terms.lease)
        knowledge = Knowledge(settings)
        runner = Runner(database, terms.types, ledger, metrics, knowledge)
        name = f"{socket.gethostname()}-{os.getpid()}-{new_id().hex[-8:]}"
        relays, executors = [], []
        for queue in terms.queues:
            slots = Slots(queue, terms.slots[queue], runner.run)
            relay = Relay(rows, slots, terms.lease, metrics)
            if settings.redis_url is not None:
                relay.executor = executor = ArqExecutor(settings.redis_url.get_secret_value(), queue, slots.size, slots.start, name)
                executors.append(executor)
            relays.append(relay)
        return cls(settings, database, terms, rows, ledger, metrics, relays, executors, knowledge)

    async def run(self, stop: asyncio.Event) -> None:
        """Until stopped; what breaks unforeseen ends the process, and whoever keeps it starts it again."""
        lasting = [
            self.ledger.keep(self._held),
            self.database.listener.listen(lambda _: self._wake(), CHANNEL),
            _every(TAKE_BACK_EVERY, self._take_back),
            _every(SCHEDULE_EVERY, lambda: schedule(self.database, self.rows, self.settings)),
            _every(SCHEDULE_EVERY, lambda: schedule_vectors(self.database, self.rows, self.knowledge.embedder.model)),
            *(executor.serve() for executor in self.executors),
        ]
        with metrics_page(self.settings.worker_metrics_port, self.metrics):
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(each) for each in lasting]
                log.info("worker started", queues=[str(queue) for queue in self.terms.queues])
                # A claim that is under way when the worker is asked to stop comes to its end, so that what it took is released.
                async with asyncio.TaskGroup() as claiming:
                    for relay in self.relays:
                        claiming.create_task(relay.run(stop))
                    await stop.wait()
                    self._wake()
                await self._drain()
                for task in tasks:
                    task.cancel()
        await self.knowledge.close()
        log.info("worker stopped")

    def _held(self) -> list[Held]:
        return [held for relay in self.relays for held in relay.slots.held.values()]

    def _wake(self) -> None:
        for relay in self.relays:
            relay.woken.set()

    async def _take_back(self) -> None:
        if taken := await self.rows.take_back():
            log.warning("jobs were taken back from workers that went away", jobs=len(taken))
            self._wake()

    async def _drain(self) -> None:
        """Let run what runs, for a while; release the rest at once, and in the end also what does not heed its cancellation."""
        unstarted = [(relay.slots, held) for relay in self.relays for held in relay.slots.unstarted()]
        for _, held in unstarted:
            held.end(Ending.STOPPING)
        releasing = [asyncio.create_task(self._release(slots, held)) for slots, held in unstarted]
        await _ended(self._running(), self.terms.finish_within)
        for held in self._held():
            held.end(Ending.STOPPING)
        await _ended(self._running(), self.terms.release_within / 2)
        stubborn = [(relay.slots, held) for relay in self.relays for held in relay.slots.held.values() if not held.recording]
        releasing += [asyncio.create_task(self._release(slots, held)) for slots, held in stubborn if held.task]
        await _ended([*self._running(), *releasing], self.terms.release_within / 2)
        for task in releasing:
            task.cancel()
        if left := len(self._held()):
            log.warning("jobs are left to their leases", jobs=left)

    def _running(self) -> list[asyncio.Task[None]]:
        return [held.task for held in self._held() if held.task is not None]

    async def _release(self, slots: Slots, held: Held) -> None:
        await self.ledger.record(held.job, RELEASED)
        slots.clear(held)


async def _ended(tasks: Collection[asyncio.Task[None]], seconds: float) -> None:
    if tasks:
        await asyncio.wait(tasks, timeout=seconds)


async def _every(seconds: float, do: Callable[[], Awaitable[None]]) -> None:
    """Repeat until cancelled; a database that is away is tried again at the next turn."""
    while True:
        try:
            await do()
        except AWAY as error:
            log.warning("the database is away", error=type(error).__name__)
        await asyncio.sleep(seconds)
