"""A handler runs as long as its lease is renewed; one that lost it is cancelled, and its word is refused."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from jobs.slots import Ending
from models.db import Database
from models.job_rows import ClaimedJob
from resolvers.ctx import Ctx
from tests.jobs.queue import Queue
from tests.jobs.workplace import Workplace
from tests.tenant import Tenant

TYPE = "test.long"


class Long:
    """A handler that runs until it is let go, and says how it ended."""

    def __init__(self) -> None:
        self.began, self.let_go = asyncio.Event(), asyncio.Event()
        self.ended = ""

    async def handle(self, _: Ctx, __: ClaimedJob) -> None:
        """The handler."""
        self.began.set()
        try:
            await self.let_go.wait()
            self.ended = "by itself"
        except asyncio.CancelledError:
            self.ended = "cancelled"
            raise


@pytest.fixture
def long(workplace: Workplace) -> Long:
    made = Long()
    workplace.knows(TYPE, made.handle)
    return made


@asynccontextmanager
async def exhausted(database: Database) -> AsyncIterator[None]:
    """The workers' connections are all taken: for them the database is away."""
    taken = [await database.system.acquire() for _ in range(2)]
    yield
    for connection in taken:
        database.system.release(connection)


async def test_a_renewed_lease_is_not_taken_back(workplace: Workplace, queue: Queue, acme: Tenant, long: Long) -> None:
    worker = workplace.another(lease=0.3)
    job_id = await queue.put(acme, type=TYPE)
    keeping = asyncio.create_task(worker.ledger.keep(lambda: worker.held))
    assert await worker.relay.sweep() == 1
    for _ in range(12):
        await asyncio.sleep(0.1)
        assert await workplace.rows.take_back() == {}
    long.let_go.set()
    await worker.ended()
    keeping.cancel()
    assert (await queue.job(job_id))["state"] == "done"


async def test_a_handler_whose_job_another_worker_took_is_cancelled_and_the_other_finishes_it(
    workplace: Workplace, queue: Queue, acme: Tenant, long: Long
) -> None:
    job_id = await queue.put(acme, type=TYPE)
    await workplace.relay.sweep()
    await long.began.wait()
    await queue.connection.execute("UPDATE jobs SET lease_until = now() - interval '1 second'")
    assert list(await workplace.rows.take_back()) == [job_id]
    other = workplace.another()

    async def at_once(_: Ctx, __: ClaimedJob) -> None:
        return

    other.knows(TYPE, at_once)
    assert await other.sweep() == 1
    await workplace.ledger.renew(workplace.held)
    await workplace.ended()
    assert long.ended == "cancelled"
    job = await queue.job(job_id)
    assert (job["state"], job["attempts"], job["fence"], job["error"]) == ("done", 2, 2, None)
    assert workplace.counted("lost") == 1


async def test_a_handler_that_ends_after_its_lease_was_lost_is_refused(
    workplace: Workplace, queue: Queue, acme: Tenant, long: Long
) -> None:
    job_id = await queue.put(acme, type=TYPE)
    await workplace.relay.sweep()
    await long.began.wait()
    await queue.connection.execute("UPDATE jobs SET lease_until = now() - interval '1 second'")
    await workplace.rows.take_back()
    long.let_go.set()
    await workplace.ended()
    assert long.ended == "by itself"
    assert (await queue.job(job_id))["state"] == "queued"
    assert (workplace.counted("lost"), workplace.counted("done")) == (1, 0)


async def test_a_dropped_jobs_handler_is_cancelled(workplace: Workplace, queue: Queue, acme: Tenant, long: Long) -> None:
    job_id = await queue.put(acme, type=TYPE)
    await workplace.relay.sweep()
    await long.began.wait()
    await acme.data("mutation ($id: ID!) { dropJob(id: $id) { id } }", id=str(job_id))
    await workplace.ledger.renew(workplace.held)
    await workplace.ended()
    assert (long.ended, await queue.jobs(), workplace.held) == ("cancelled", [], [])


async def test_a_lease_that_ran_out_while_the_database_was_away_ends_its_handler(
    workplace: Workplace, queue: Queue, acme: Tenant, long: Long
) -> None:
    worker = workplace.another(lease=0.2)
    await queue.put(acme, type=TYPE)
    await worker.relay.sweep()
    await long.began.wait()
    async with exhausted(workplace.database):
        await worker.ledger.renew(worker.held)
    await worker.ended()
    assert long.ended == "cancelled"


async def test_an_outcome_waits_for_a_database_that_is_away(workplace: Workplace, queue: Queue, acme: Tenant, long: Long) -> None:
    job_id = await queue.put(acme, type=TYPE)
    await workplace.relay.sweep()
    await long.began.wait()
    async with exhausted(workplace.database):
        long.let_go.set()
        await asyncio.sleep(1)
        assert len(workplace.held) == 1
    await workplace.ended()
    assert (await queue.job(job_id))["state"] == "done"


async def test_a_released_job_is_queued_at_once_and_its_attempt_does_not_count(
    workplace: Workplace, queue: Queue, acme: Tenant, long: Long
) -> None:
    job_id = await queue.put(acme, type=TYPE)
    await workplace.relay.sweep()
    await long.began.wait()
    for held in workplace.held:
        held.end(Ending.STOPPING)
    await workplace.ended()
    job = await queue.job(job_id)
    assert (job["state"], job["attempts"], job["error"], long.ended) == ("queued", 0, None, "cancelled")
    assert job["waits"].total_seconds() <= 0
    assert workplace.counted("released") == 1
