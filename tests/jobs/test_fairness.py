"""No company takes all workers, and none waits because another has much to do."""

import asyncio
from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest

from models.columns import now
from models.job_rows import WINDOW, ClaimedJob
from resolvers.ctx import Ctx
from resolvers.jobs import RetryLater
from tests.jobs.queue import Queue
from tests.jobs.workplace import Workplace
from tests.tenant import Tenant

TYPE = "test.slow"
EARLIER = timedelta(minutes=5)


class Slow:
    """A handler that runs until it is let go; `order` is that of the beginnings."""

    def __init__(self) -> None:
        self.let_go = asyncio.Event()
        self.order: list[UUID] = []

    async def handle(self, _: Ctx, job: ClaimedJob) -> None:
        """The handler."""
        self.order.append(job.company_id)
        await self.let_go.wait()


@pytest.fixture
def slow(workplace: Workplace) -> Slow:
    made = Slow()
    workplace.knows(TYPE, made.handle)
    return made


async def until_nothing_is_claimed(workplace: Workplace) -> Counter[UUID]:
    """Sweep as long as it claims; how many slots each company then has."""
    while await workplace.relay.sweep():
        continue
    return workplace.relay.slots.by_company()


async def test_a_company_alone_has_three_quarters_of_the_slots(workplace: Workplace, queue: Queue, acme: Tenant, slow: Slow) -> None:
    await queue.put_many(acme, 50, type=TYPE)
    assert await until_nothing_is_claimed(workplace) == {acme.company_id: 15}
    slow.let_go.set()
    await workplace.ended()
    assert await queue.states() == {"done": 15, "queued": 35}


async def test_another_company_finds_slots_while_one_has_all_it_may(
    workplace: Workplace, queue: Queue, acme: Tenant, rival: Tenant, slow: Slow
) -> None:
    await queue.put_many(acme, 50, type=TYPE, run_at=now() - EARLIER)
    await until_nothing_is_claimed(workplace)
    await queue.put_many(rival, 50, type=TYPE)
    assert await until_nothing_is_claimed(workplace) == {acme.company_id: 15, rival.company_id: 5}
    slow.let_go.set()
    await workplace.ended()


async def test_companies_that_wait_share_the_slots_equally_however_old_the_jobs_of_one_are(
    workplace: Workplace, queue: Queue, acme: Tenant, rival: Tenant, slow: Slow
) -> None:
    await queue.put_many(acme, 100, type=TYPE, run_at=now() - EARLIER)
    await queue.put_many(rival, 100, type=TYPE)
    assert await until_nothing_is_claimed(workplace) == {acme.company_id: 10, rival.company_id: 10}
    slow.let_go.set()
    await workplace.ended()


async def test_one_job_behind_a_backlog_of_thousands_is_begun_by_the_next_claim(
    workplace: Workplace, queue: Queue, acme: Tenant, rival: Tenant, slow: Slow
) -> None:
    await queue.put_many(acme, 10 * WINDOW, type=TYPE, run_at=now() - EARLIER)
    job_id = await queue.put(rival, type=TYPE)
    assert await workplace.relay.sweep() > 1
    await asyncio.sleep(0)
    assert slow.order.count(rival.company_id) == 1
    slow.let_go.set()
    await workplace.ended()
    assert (await queue.job(job_id))["state"] == "done"


async def test_short_jobs_of_two_companies_are_done_side_by_side(
    workplace: Workplace, queue: Queue, acme: Tenant, rival: Tenant, slow: Slow
) -> None:
    slow.let_go.set()
    await queue.put_many(acme, 200, type=TYPE, run_at=now() - EARLIER)
    await queue.put_many(rival, 40, type=TYPE)
    while await workplace.sweep():
        continue
    assert Counter(slow.order) == {acme.company_id: 200, rival.company_id: 40}
    # Of 20 slots each takes 10 a turn, until the second has nothing left.
    assert Counter(slow.order[:80]) == {acme.company_id: 40, rival.company_id: 40}


async def test_a_failing_companys_retries_wait_their_turn_too(workplace: Workplace, queue: Queue, acme: Tenant, rival: Tenant) -> None:
    began: list[UUID] = []

    async def fail(_: Ctx, job: ClaimedJob) -> None:
        began.append(job.company_id)
        raise RetryLater("no")

    workplace.knows("test.fail", fail)
    await queue.put_many(acme, 100, type="test.fail", attempts=3, run_at=now() - EARLIER)
    await queue.put_many(rival, 10, type="test.fail")
    await workplace.sweep()
    assert Counter(began) == {acme.company_id: 10, rival.company_id: 10}


async def test_a_worker_claims_no_more_than_it_has_free_slots(workplace: Workplace, queue: Queue, acme: Tenant, slow: Slow) -> None:
    one = workplace.another(slots=1)
    await queue.put_many(acme, 3, type=TYPE)
    assert [await one.relay.sweep(), await one.relay.sweep()] == [1, 0]
    assert await queue.states() == {"running": 1, "queued": 2}
    slow.let_go.set()
    await one.ended()
    assert one.relay.woken.is_set()
