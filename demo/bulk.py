"""The benchmark's data: ten companies, a million messages."""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from typing import NamedTuple
from uuid import UUID

import asyncpg

from demo.chance import dice
from demo.conversations import Cast
from demo.fill import HAS_COMPANY, Filled, Progress
from demo.generate import agents_of
from demo.load import Loader, open_connection
from demo.pool import LONG, pool
from demo.profiles import LUMEN
from demo.repeat import company, conversations, encoded, foundation, owner
from demo.rows import Batch, Sizes
from settings import Settings

COMPANIES = 10
SIZES = Sizes(agents=20, contacts=2_000, deals=2_000, conversations=10_000, messages=100_000)
POOL = 400
CONVERSATIONS_AT_ONCE = 2_500
CONNECTIONS = 2
LONG_ONES = f"SELECT array_agg(id ORDER BY id) FROM conversations WHERE message_count >= {LONG}"  # noqa: S608 - a number of ours


class BenchCompany(NamedTuple):
    """What a benchmark needs to know: who signs in, and which conversations have 60 messages."""

    company_id: UUID
    owner_id: UUID
    owner_email: str
    long_conversations: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Bench:
    """The benchmark's companies, what this call wrote of them, and the seconds it spent by table, over both connections."""

    companies: tuple[BenchCompany, ...]
    filled: Filled
    seconds: dict[str, float]


async def fill_bench(settings: Settings, progress: Progress | None = None) -> Bench:
    """Load what is missing of 200 agents, 20,000 contacts, 20,000 deals, 100,000 conversations and 1,000,000 messages.

    They are shared equally by ten companies of one owner each. A company is one transaction; two are loaded at a time.
    One conversation in a hundred has 60 messages, the others 4 to 30, all of them within the 90 days before this hour.
    """
    began = time.perf_counter()
    loading = _Loading(settings, datetime.now(UTC).replace(minute=0, second=0, microsecond=0), progress)
    waiting = iter(range(COMPANIES))
    async with asyncio.TaskGroup() as group:
        workers = [group.create_task(loading.work(waiting)) for _ in range(CONNECTIONS)]
    companies = sorted(made for worker in workers for made in worker.result())
    return Bench(tuple(companies), Filled(dict(loading.counts), time.perf_counter() - began), dict(loading.seconds))


class _Loading:
    def __init__(self, settings: Settings, end: datetime, progress: Progress | None) -> None:
        self._settings = settings
        self._end = end
        self._progress = progress
        self._pool = pool(Cast(LUMEN, agents_of("lumen", LUMEN)), POOL, SIZES.messages // SIZES.conversations)
        self.counts: Counter[str] = Counter()
        self.seconds: defaultdict[str, float] = defaultdict(float)

    async def work(self, waiting: Iterator[int]) -> list[BenchCompany]:
        """Load companies as long as any are waiting."""
        connection = await open_connection(self._settings)
        try:
            return [await self._company(connection, number) for number in waiting]
        finally:
            await connection.close()

    async def _company(self, connection: asyncpg.Connection, number: int) -> BenchCompany:
        company_id, person = company(number).id, owner(number)
        loader = Loader(connection, self._settings, company_id)
        async with loader.transaction():
            await loader.bind()
            if not await connection.fetchval(HAS_COMPANY):
                await self._fill(loader, number)
            long = await connection.fetchval(LONG_ONES)
        return BenchCompany(company_id, person.id, person.email, tuple(long or ()))

    async def _fill(self, loader: Loader, number: int) -> None:
        batches, people = foundation(number, SIZES, self._end)
        for batch in batches:
            await self._load(loader, batch)
        rng = dice("bench", number, "talks")
        talks = conversations(rng, self._pool, SIZES.conversations, people, self._end)
        while some := list(islice(talks, CONVERSATIONS_AT_ONCE)):
            await self._load(loader, Batch("conversations", [one.row for one in some]))
            began = time.perf_counter()
            rows = await loader.copy("messages", partial(copy_messages, loader.connection, encoded(rng, some)))
            self._advance("messages", rows, began)

    async def _load(self, loader: Loader, batch: Batch) -> None:
        await loader.load([batch], partial(self._advance, began=time.perf_counter()))

    def _advance(self, table: str, rows: int, began: float) -> None:
        self.counts[table] += rows
        self.seconds[table] += time.perf_counter() - began
        if self._progress:
            self._progress(table, self.counts[table], COMPANIES * (SIZES._asdict() | {"companies": 1, "users": 1})[table])


async def copy_messages(connection: asyncpg.Connection, rows: Iterator[bytes], staging: str) -> None:
    """Copy rows that are in binary COPY format already."""
    await connection.copy_to_table(staging, source=_slowly(rows), format="binary")


async def _slowly(rows: Iterator[bytes]) -> AsyncIterator[bytes]:
    """As the driver wants it; a hundred conversations at a time."""
    while some := b"".join(islice(rows, 100)):
        yield some
