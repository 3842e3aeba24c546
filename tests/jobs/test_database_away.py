"""F5 for workers: PostgreSQL is killed while jobs run. The worker waits, goes on, and nothing that was asked for is lost."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import asyncpg
import pytest

from embedded import PostgresServer, ValkeyServer
from models.db import Database
from models.migrations import run
from settings import Settings
from tests.conftest import settings_for
from tests.jobs.processes import NAP, POST, Workers
from tests.jobs.queue import Queue
from tests.jobs.receiver import Receiver
from tests.ops.breakable import Breakable
from tests.ops.running import eventually, tell
from tests.tenant import Tenant
from tests.test_embedded import reachable_folder

JOBS = 200
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
# Longer than PostgreSQL is away.
LEASE = 8.0


@pytest.fixture
def broken() -> Iterator[Breakable]:
    """A durable PostgreSQL that is killed at will."""
    # A child ends with the thread that started it, so this thread outlives every start.
    with reachable_folder() as folder, ThreadPoolExecutor(max_workers=1) as starter:
        made = Breakable(PostgresServer(folder / "postgres", durable=True), starter)
        made.start()
        run.upgrade(made.server.url("parley_owner"))
        yield made
        made.stop()


@pytest.fixture
async def own(broken: Breakable, valkey: ValkeyServer) -> AsyncIterator[tuple[Settings, Tenant]]:
    """Settings for it, and a company in it."""
    settings = settings_for(broken.server, valkey, "parley")
    database = Database(settings)
    yield settings, await Tenant.create(None, database, "owner@acme.example")  # type: ignore[arg-type]  # nobody sends requests here
    await database.close()


@asynccontextmanager
async def connected(server: PostgresServer) -> AsyncIterator[Queue]:
    """The jobs, as seen over a connection for as long as the block runs."""
    connection = await asyncpg.connect(server.url("postgres"))
    try:
        yield Queue(connection)
    finally:
        connection.terminate()


async def test_a_worker_outlives_a_killed_postgresql_and_does_everything_that_was_asked_for(
    broken: Breakable, own: tuple[Settings, Tenant], workers: Workers, receiver: Receiver
) -> None:
    settings, tenant = own
    worker = workers.start(settings, lease=LEASE)
    async with connected(broken.server) as queue:
        nap = await queue.put(tenant, {"seconds": 1.5}, type=NAP)
        await queue.until(nap, "running")
        await queue.put_many(tenant, JOBS, type=POST, payload=f'{{"port": {receiver.port}}}')
        await eventually(lambda: len(receiver.posts) > 20, 60)
        broken.kill()
    await eventually(lambda: "the database is away" in workers.said, 60)
    await asyncio.sleep(1)
    await asyncio.to_thread(broken.start)
    began = time.monotonic()
    async with connected(broken.server) as queue:
        # Due before all others, so that it tells when claims go on and not how long the others take.
        later = await queue.put(tenant, {"seconds": 0}, type=NAP, run_at=LONG_AGO)
        await queue.until(later, "done")
        going = time.monotonic() - began
        await queue.until_settled(JOBS + 2, LEASE + 30)
        napped, states = await queue.job(nap), await queue.states()
    sends = receiver.sends
    tell(
        f"F5: {JOBS + 2} jobs, {JOBS - len(sends)} lost, {sum(sends.values()) - JOBS} sent twice; "
        f"working again {going:.2f} s after PostgreSQL's return"
    )
    assert states == {"done": JOBS + 2}
    assert len(sends) == JOBS
    assert max(sends.values()) <= 2
    # Its handler ended while the database was away, and its outcome was written afterwards.
    assert (napped["state"], napped["attempts"]) == ("done", 1)
    assert worker.is_alive()
    assert going < 2
