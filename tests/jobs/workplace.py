"""A worker's parts inside the test's own process: the same relay, slots, runner and ledger, swept by hand."""

import asyncio
from dataclasses import dataclass

from jobs.handlers import HANDLERS, Handler, JobType
from jobs.ledger import Ledger
from jobs.metrics import Metrics
from jobs.relay import Relay
from jobs.runner import Runner
from jobs.slots import Held, Slots
from models.db import Database
from models.job import JobQueue
from models.job_rows import JobRows

LEASE = 30.0


@dataclass(frozen=True)
class Workplace:
    """One queue's parts. `types` are those of the product and the test's own."""

    database: Database
    rows: JobRows
    ledger: Ledger
    relay: Relay
    types: dict[str, JobType]
    metrics: Metrics

    @classmethod
    def of(cls, database: Database, rows: JobRows, *, slots: int = 20, lease: float = LEASE) -> "Workplace":
        """Without arq: what is claimed begins at once."""
        types, metrics, ledger = dict(HANDLERS), Metrics(), Ledger(rows, lease)
        runner = Runner(database, types, ledger, metrics)
        return cls(database, rows, ledger, Relay(rows, Slots(JobQueue.LIGHT, slots, runner.run), lease, metrics), types, metrics)

    def another(self, *, slots: int = 20, lease: float = LEASE) -> "Workplace":
        """A second worker, which knows the same types."""
        made = Workplace.of(self.database, self.rows, slots=slots, lease=lease)
        made.types.update(self.types)
        return made

    def knows(self, name: str, handler: Handler, *, timeout: float = 60.0, scopes: tuple[str, ...] = ()) -> None:
        """Extend the registry, for this test alone."""
        self.types[name] = JobType(handler, scopes, timeout)

    def counted(self, word: str) -> int:
        """How many jobs of all types and queues met that end."""
        (family,) = self.metrics.counters[word].collect()
        return int(sum(sample.value for sample in family.samples))

    @property
    def held(self) -> list[Held]:
        """What is in slots."""
        return list(self.relay.slots.held.values())

    async def sweep(self) -> int:
        """Claim once and wait for the end of what was begun; how many jobs that was."""
        claimed = await self.relay.sweep()
        await self.ended()
        return claimed

    async def ended(self) -> None:
        """Return when nothing is in a slot."""
        await asyncio.gather(*(held.task for held in self.held if held.task))
