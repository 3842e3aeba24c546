"""One job from claim to record: run once, kept when its worker dies, retried when it fails, given up in the end."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from jobs.runner import Runner, retry_delay
from models.columns import now
from models.system import JobRows
from tests.jobs.queue import BROKEN, Queue
from tests.tenant import Tenant


async def test_a_due_job_is_run_and_recorded_done(runner: Runner, queue: Queue, acme: Tenant) -> None:
    job_id = await queue.put(acme)
    assert await runner.run(job_id) is True
    job = await queue.job(job_id)
    assert (job["state"], job["attempts"], job["fence"], job["lease_until"], job["error"]) == ("done", 1, 1, None, None)
    assert job["finished_at"] is not None


async def test_a_job_that_is_done_is_not_run_again(runner: Runner, queue: Queue, acme: Tenant) -> None:
    job_id = await queue.put(acme)
    assert [await runner.run(job_id), await runner.run(job_id)] == [True, False]
    assert (await queue.job(job_id))["attempts"] == 1


async def test_a_job_run_by_twenty_at_once_is_done_once(runner: Runner, queue: Queue, acme: Tenant) -> None:
    job_id = await queue.put(acme)
    outcomes = await asyncio.gather(*(runner.run(job_id) for _ in range(20)))
    assert sorted(outcomes) == [False] * 19 + [True]
    job = await queue.job(job_id)
    assert (job["state"], job["attempts"], job["fence"]) == ("done", 1, 1)


async def test_a_claim_passes_over_a_job_that_another_transaction_holds(rows: JobRows, queue: Queue, acme: Tenant) -> None:
    job_id = await queue.put(acme)
    async with queue.connection.transaction():
        await queue.connection.execute("SELECT FROM jobs WHERE id = $1 FOR UPDATE", job_id)
        assert await asyncio.wait_for(rows.claim(job_id, 30), 1) is None
    claimed = await rows.claim(job_id, 30)
    assert claimed is not None
    assert (claimed.company_id, claimed.id, claimed.attempts, claimed.fence) == (acme.company_id, job_id, 1, 1)


async def test_a_job_whose_lease_holds_is_not_offered(rows: JobRows, queue: Queue, acme: Tenant) -> None:
    job_id = await queue.put(acme)
    assert await rows.claim(job_id, 30) is not None
    assert await rows.due(100) == []
    assert await rows.claim(job_id, 30) is None


async def test_an_expired_lease_is_offered_again_and_the_old_holders_record_is_refused(rows: JobRows, queue: Queue, acme: Tenant) -> None:
    job_id = await queue.put(acme)
    old = await rows.claim(job_id, 0)
    assert old is not None
    assert await rows.due(100) == [job_id]
    new = await rows.claim(job_id, 30)
    assert new is not None
    assert (old.fence, new.fence, new.attempts) == (1, 2, 2)
    assert await rows.done(old) is False
    assert await rows.failed(old, "late", 0) is False
    job = await queue.job(job_id)
    assert (job["state"], job["error"]) == ("running", None)
    assert await rows.done(new) is True
    assert (await queue.job(job_id))["state"] == "done"


async def test_a_failing_job_waits_for_its_next_attempt_with_its_error_kept(runner: Runner, queue: Queue, acme: Tenant) -> None:
    job_id = await queue.put(acme, BROKEN)
    assert await runner.run(job_id) is True
    job = await queue.job(job_id)
    assert (job["state"], job["attempts"], job["error"], job["lease_until"], job["finished_at"]) == (
        "queued",
        1,
        "KeyError: 'before'",
        None,
        None,
    )
    assert timedelta(seconds=3.5) < job["waits"] < timedelta(seconds=6)
    assert await runner.run(job_id) is False
    assert (await queue.job(job_id))["attempts"] == 1


async def test_a_failing_job_is_given_up_after_its_last_attempt(runner: Runner, rows: JobRows, queue: Queue, acme: Tenant) -> None:
    job_id = await queue.put(acme, BROKEN, max_attempts=3)
    states = []
    for _ in range(3):
        await queue.make_due(job_id)
        await runner.run(job_id)
        states.append((await queue.job(job_id))["state"])
    assert states == ["queued", "queued", "failed"]
    job = await queue.job(job_id)
    assert (job["attempts"], job["error"]) == (3, "KeyError: 'before'")
    assert job["finished_at"] is not None
    await queue.make_due(job_id)
    assert await rows.due(100) == []


async def test_a_job_whose_workers_all_die_is_given_up_too(rows: JobRows, queue: Queue, acme: Tenant) -> None:
    job_id = await queue.put(acme, max_attempts=3)
    claims = [await rows.claim(job_id, 0) for _ in range(5)]
    assert [claim is not None for claim in claims] == [True, True, True, False, False]


async def test_a_job_that_failed_once_and_then_works_has_no_error(runner: Runner, queue: Queue, acme: Tenant) -> None:
    job_id = await queue.put(acme, BROKEN)
    await runner.run(job_id)
    await queue.connection.execute(
        'UPDATE jobs SET payload = \'{"before": "2001-01-01T00:00:00+00:00"}\', run_at = now() WHERE id = $1', job_id
    )
    assert await runner.run(job_id) is True
    job = await queue.job(job_id)
    assert (job["state"], job["attempts"], job["error"]) == ("done", 2, None)


async def test_a_job_of_an_unknown_type_is_kept_with_its_error(runner: Runner, queue: Queue, acme: Tenant) -> None:
    job_id = await queue.put(acme, type="nobody.knows")
    assert await runner.run(job_id) is True
    job = await queue.job(job_id)
    assert (job["state"], job["error"]) == ("queued", "KeyError: 'nobody.knows'")


async def test_a_job_waits_for_its_time(runner: Runner, rows: JobRows, queue: Queue, acme: Tenant) -> None:
    job_id = await queue.put(acme, run_at=now() + timedelta(hours=1))
    assert await rows.due(100) == []
    assert await runner.run(job_id) is False
    assert (await queue.job(job_id))["attempts"] == 0
    await queue.make_due(job_id)
    assert await runner.run(job_id) is True


async def test_a_sweep_does_what_is_due_oldest_first_over_all_companies(
    runner: Runner, rows: JobRows, queue: Queue, acme: Tenant, rival: Tenant
) -> None:
    late = await queue.put(acme, run_at=now() - timedelta(minutes=1))
    early = await queue.put(rival, run_at=now() - timedelta(minutes=2))
    await queue.put(acme, run_at=now() + timedelta(minutes=1))
    assert await rows.due(100) == [early, late]
    assert await rows.due(1) == [early]
    assert await runner.sweep() == 2
    assert [job["state"] for job in await queue.jobs()] == ["done", "done", "queued"]


async def test_one_unfinished_job_of_a_company_has_a_dedupe_key(runner: Runner, queue: Queue, acme: Tenant, rival: Tenant) -> None:
    first = await queue.put(acme, dedupe_key="once")
    await queue.put(rival, dedupe_key="once")
    with pytest.raises(asyncpg.UniqueViolationError):
        await queue.put(acme, dedupe_key="once")
    await runner.run(first)
    await queue.put(acme, dedupe_key="once")
    assert [job["state"] for job in await queue.jobs()] == ["done", "queued", "queued"]


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 5), (2, 10), (5, 80), (12, 3600), (500, 3600)])
def test_the_delay_doubles_up_to_an_hour_with_a_fifth_of_jitter(attempts: int, seconds: float) -> None:
    delays = [retry_delay(attempts) for _ in range(200)]
    assert seconds * 0.8 <= min(delays) < seconds < max(delays) <= seconds * 1.2
