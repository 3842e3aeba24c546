"""One attempt at a job: what each end of a handler means for the row."""

import asyncio
from datetime import timedelta

import pytest

from jobs.runner import retry_delay
from models.columns import now
from models.job_rows import ClaimedJob
from resolvers.ctx import Ctx
from resolvers.errors import Forbidden, NotFound
from resolvers.jobs import GiveUp, RetryLater
from resolvers.retention import prune_events
from tests.jobs.queue import BROKEN, Queue
from tests.jobs.workplace import Workplace
from tests.tenant import Tenant

BROKE = "Something broke on our side (KeyError); the worker's log tells more under the job's id"
TYPE = "test.one"


async def test_a_due_job_is_run_and_recorded_done(workplace: Workplace, queue: Queue, acme: Tenant) -> None:
    job_id = await queue.put(acme)
    assert await workplace.sweep() == 1
    job = await queue.job(job_id)
    assert (job["state"], job["attempts"], job["fence"], job["lease_until"], job["error"]) == ("done", 1, 1, None, None)
    assert job["finished_at"] is not None
    assert await workplace.sweep() == 0


async def test_a_handler_is_told_its_job_and_acts_for_its_company_with_its_types_scopes_alone(
    workplace: Workplace, queue: Queue, acme: Tenant
) -> None:
    told: list[tuple[Ctx, ClaimedJob]] = []

    async def look(ctx: Ctx, job: ClaimedJob) -> None:
        told.append((ctx, job))
        with pytest.raises(Forbidden):
            await prune_events(ctx, now())

    workplace.knows(TYPE, look, scopes=("contacts:read",))
    job_id = await queue.put(acme, {"number": 7}, type=TYPE)
    await workplace.sweep()
    [(ctx, job)] = told
    assert (ctx.principal.company_id, ctx.db.company_id, ctx.principal.scopes) == (acme.company_id, acme.company_id, {"contacts:read"})
    assert (job.id, job.type, job.payload, job.attempt, job.max_attempts) == (job_id, TYPE, {"number": 7}, 1, 5)
    assert (await queue.job(job_id))["state"] == "done"


async def test_a_failing_job_waits_for_its_next_attempt_and_tells_people_what_broke_and_no_more(
    workplace: Workplace, queue: Queue, acme: Tenant
) -> None:
    job_id = await queue.put(acme, BROKEN)
    assert await workplace.sweep() == 1
    job = await queue.job(job_id)
    assert (job["state"], job["attempts"], job["error"], job["lease_until"], job["finished_at"]) == ("queued", 1, BROKE, None, None)
    assert timedelta(seconds=3.5) < job["waits"] < timedelta(seconds=6)
    assert await workplace.sweep() == 0


async def test_a_failing_job_is_given_up_after_its_last_attempt(workplace: Workplace, queue: Queue, acme: Tenant) -> None:
    async def busy(_: Ctx, __: ClaimedJob) -> None:
        raise RetryLater("the receiver is busy")

    workplace.knows(TYPE, busy)
    job_id = await queue.put(acme, type=TYPE, max_attempts=3)
    states = []
    for _ in range(3):
        await queue.make_due(job_id)
        await workplace.sweep()
        states.append((await queue.job(job_id))["state"])
    assert states == ["queued", "queued", "failed"]
    job = await queue.job(job_id)
    assert (job["attempts"], job["error"]) == (3, "the receiver is busy")
    assert job["finished_at"] is not None
    await queue.make_due(job_id)
    assert await workplace.sweep() == 0


async def test_a_job_that_failed_once_and_then_works_has_no_error(workplace: Workplace, queue: Queue, acme: Tenant) -> None:
    async def second_time_lucky(_: Ctx, job: ClaimedJob) -> None:
        if job.attempt == 1:
            raise NotFound.of("Contact")

    workplace.knows(TYPE, second_time_lucky)
    job_id = await queue.put(acme, type=TYPE)
    await workplace.sweep()
    assert (await queue.job(job_id))["error"] == "Contact not found"
    await queue.make_due(job_id)
    await workplace.sweep()
    job = await queue.job(job_id)
    assert (job["state"], job["attempts"], job["error"]) == ("done", 2, None)


async def test_retry_later_says_why_and_when(workplace: Workplace, queue: Queue, acme: Tenant) -> None:
    async def busy(_: Ctx, job: ClaimedJob) -> None:
        raise RetryLater("the receiver asked us to come back", after=job.payload["after"])

    workplace.knows(TYPE, busy)
    named, usual = await queue.put(acme, {"after": 90}, type=TYPE), await queue.put(acme, {"after": None}, type=TYPE)
    last = await queue.put(acme, {"after": 90}, type=TYPE, max_attempts=1)
    assert await workplace.sweep() == 3
    found = {job["id"]: job for job in await queue.jobs()}
    assert {job["error"] for job in found.values()} == {"the receiver asked us to come back"}
    assert [found[each]["state"] for each in (named, usual, last)] == ["queued", "queued", "failed"]
    waits = [(await queue.job(each))["waits"].total_seconds() for each in (named, usual)]
    assert 85 < waits[0] < 91
    assert 3.5 < waits[1] < 6


async def test_give_up_ends_a_job_at_its_first_attempt(workplace: Workplace, queue: Queue, acme: Tenant) -> None:
    async def hopeless(_: Ctx, __: ClaimedJob) -> None:
        raise GiveUp("the receiver has answered 410 Gone")

    workplace.knows(TYPE, hopeless)
    job_id = await queue.put(acme, type=TYPE)
    await workplace.sweep()
    job = await queue.job(job_id)
    assert (job["state"], job["attempts"], job["error"]) == ("failed", 1, "the receiver has answered 410 Gone")
    assert job["finished_at"] is not None


async def test_a_job_that_takes_longer_than_its_type_may_is_ended_and_tried_again(workplace: Workplace, queue: Queue, acme: Tenant) -> None:
    async def forever(_: Ctx, __: ClaimedJob) -> None:
        await asyncio.Event().wait()

    workplace.knows(TYPE, forever, timeout=0.05)
    job_id = await queue.put(acme, type=TYPE)
    await workplace.sweep()
    job = await queue.job(job_id)
    assert (job["state"], job["attempts"], job["error"]) == ("queued", 1, "it took longer than 0.05 s")


async def test_a_handlers_own_cancellation_and_timeout_are_failures_like_others(workplace: Workplace, queue: Queue, acme: Tenant) -> None:
    async def cancelled(_: Ctx, __: ClaimedJob) -> None:
        raise asyncio.CancelledError

    async def timed_out(_: Ctx, __: ClaimedJob) -> None:
        raise TimeoutError

    workplace.knows("test.cancelled", cancelled)
    workplace.knows("test.timed_out", timed_out)
    first, second = await queue.put(acme, type="test.cancelled"), await queue.put(acme, type="test.timed_out")
    assert await workplace.sweep() == 2
    assert (await queue.job(first))["error"] == "it was cancelled from within"
    assert (await queue.job(second))["error"] == BROKE.replace("KeyError", "TimeoutError")


async def test_a_job_of_an_unknown_type_waits_for_a_worker_that_knows_it(workplace: Workplace, queue: Queue, acme: Tenant) -> None:
    job_id = await queue.put(acme, type="nobody.knows")
    await workplace.sweep()
    job = await queue.job(job_id)
    assert (job["state"], job["attempts"], job["error"]) == ("queued", 0, "no worker here knows jobs of the type nobody.knows")
    assert 10 < job["waits"].total_seconds() < 16


async def test_no_transaction_is_open_while_a_handler_runs(workplace: Workplace, queue: Queue, acme: Tenant) -> None:
    seen: list[int] = []

    async def look(_: Ctx, __: ClaimedJob) -> None:
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'tested' AND state LIKE 'idle in transaction%'"
        seen.append(await queue.connection.fetchval(query))

    workplace.knows(TYPE, look)
    await queue.put(acme, type=TYPE)
    await workplace.sweep()
    assert seen == [0]


@pytest.mark.parametrize(("attempt", "seconds"), [(1, 5), (2, 10), (5, 80), (12, 3600), (500, 3600), (10_000, 3600)])
def test_the_delay_doubles_up_to_an_hour_with_a_fifth_of_jitter(attempt: int, seconds: float) -> None:
    delays = [retry_delay(attempt) for _ in range(200)]
    assert seconds * 0.8 <= min(delays) < seconds < max(delays) <= seconds * 1.2
