"""Claims, leases and fences: who may do a job, and whose word on it counts."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from embedded import PostgresServer
from models.columns import now
from models.job import JobQueue, JobState
from models.job_rows import LEFT, WINDOW, ClaimedJob, JobRows, Outcome
from tests.jobs.queue import Queue
from tests.tenant import Tenant

LIGHT, HEAVY = JobQueue.LIGHT, JobQueue.HEAVY
DONE = Outcome(JobState.DONE)


async def claim(rows: JobRows, *tenants: Tenant, most: int = 100, lease: float = 30) -> list[ClaimedJob]:
    return await rows.claim(LIGHT, {tenant.company_id: most for tenant in tenants}, lease)


async def test_a_claim_takes_the_oldest_and_counts_the_attempt(rows: JobRows, queue: Queue, acme: Tenant) -> None:
    late = await queue.put(acme, run_at=now() - timedelta(minutes=1))
    early = await queue.put(acme, run_at=now() - timedelta(minutes=2))
    first = await claim(rows, acme, most=1)
    assert [(job.id, job.company_id, job.attempt, job.max_attempts, job.fence) for job in first] == [(early, acme.company_id, 1, 5, 1)]
    assert 119 < first[0].waited < 130
    row = await queue.job(early)
    assert (row["state"], row["attempts"], row["fence"]) == ("running", 1, 1)
    assert timedelta(seconds=25) < row["lease_until"] - now() < timedelta(seconds=31)
    assert [job.id for job in await claim(rows, acme)] == [late]


async def test_twenty_claims_at_once_share_the_jobs_and_none_is_taken_twice(rows: JobRows, queue: Queue, acme: Tenant) -> None:
    put = {await queue.put(acme) for _ in range(30)}
    found = await asyncio.gather(*(claim(rows, acme, most=3) for _ in range(20)))
    taken = [job.id for jobs in found for job in jobs]
    taken += [job.id for job in await claim(rows, acme)]
    assert (sorted(taken), len(taken)) == (sorted(put), 30)


async def test_a_claim_passes_over_a_row_that_another_transaction_holds(rows: JobRows, queue: Queue, acme: Tenant) -> None:
    held, free = await queue.put(acme, run_at=now() - timedelta(minutes=1)), await queue.put(acme)
    async with queue.connection.transaction():
        await queue.connection.execute("SELECT FROM jobs WHERE id = $1 FOR UPDATE", held)
        assert [job.id for job in await asyncio.wait_for(claim(rows, acme), 1)] == [free]
    assert [job.id for job in await claim(rows, acme)] == [held]


async def test_a_job_waits_for_its_time_and_its_queue(rows: JobRows, queue: Queue, acme: Tenant) -> None:
    later, heavy = await queue.put(acme, run_at=now() + timedelta(hours=1)), await queue.put(acme, queue="heavy")
    assert (await rows.waiting(LIGHT), await claim(rows, acme)) == ({}, [])
    assert await rows.waiting(HEAVY) == {acme.company_id: 1}
    assert [job.id for job in await rows.claim(HEAVY, {acme.company_id: 5}, 30)] == [heavy]
    await queue.make_due(later)
    assert [job.id for job in await claim(rows, acme)] == [later]


async def test_only_companies_that_were_asked_for_are_claimed_for(rows: JobRows, queue: Queue, acme: Tenant, rival: Tenant) -> None:
    await queue.put(acme)
    theirs = await queue.put(rival)
    assert await rows.waiting(LIGHT) == {acme.company_id: 1, rival.company_id: 1}
    assert [(job.id, job.company_id) for job in await claim(rows, rival)] == [(theirs, rival.company_id)]


async def test_waiting_counts_no_more_than_its_window(rows: JobRows, queue: Queue, acme: Tenant, rival: Tenant) -> None:
    await queue.put_many(acme, WINDOW + 100, run_at=now() - timedelta(minutes=1))
    await queue.put(rival)
    assert await rows.waiting(LIGHT) == {acme.company_id: WINDOW}
    assert await rows.companies(LIGHT) == sorted([acme.company_id, rival.company_id])
    assert await rows.companies(LIGHT, min(acme.company_id, rival.company_id)) == [max(acme.company_id, rival.company_id)]
    assert await rows.companies(LIGHT, max(acme.company_id, rival.company_id)) == []


async def test_a_company_whose_jobs_are_not_due_has_no_turn(rows: JobRows, queue: Queue, acme: Tenant, rival: Tenant) -> None:
    await queue.put(acme, run_at=now() + timedelta(hours=1))
    await queue.put(rival)
    assert await rows.companies(LIGHT) == [rival.company_id]


async def test_an_expired_lease_is_offered_again_and_the_old_holders_word_is_refused(rows: JobRows, queue: Queue, acme: Tenant) -> None:
    job_id = await queue.put(acme)
    old = (await claim(rows, acme, lease=0))[0]
    assert await rows.take_back() == {job_id: JobState.QUEUED}
    assert (await queue.job(job_id))["error"] == LEFT
    new = (await claim(rows, acme))[0]
    assert (old.fence, new.fence, new.attempt) == (1, 2, 2)
    assert await rows.record([(old, DONE), (old, Outcome(JobState.FAILED, "late"))]) == set()
    assert (await queue.job(job_id))["state"] == "running"
    assert await rows.record([(new, DONE)]) == {job_id}
    job = await queue.job(job_id)
    assert (job["state"], job["error"], job["lease_until"]) == ("done", None, None)


async def test_a_lease_that_holds_is_not_taken_back(rows: JobRows, queue: Queue, acme: Tenant) -> None:
    await queue.put(acme)
    assert len(await claim(rows, acme)) == 1
    assert await rows.take_back() == {}


async def test_a_job_whose_workers_all_die_is_given_up_after_its_last_attempt(rows: JobRows, queue: Queue, acme: Tenant) -> None:
    job_id = await queue.put(acme, max_attempts=3)
    states = []
    for _ in range(3):
        assert len(await claim(rows, acme, lease=0)) == 1
        states += (await rows.take_back()).values()
    assert states == [JobState.QUEUED, JobState.QUEUED, JobState.FAILED]
    assert await claim(rows, acme) == []
    job = await queue.job(job_id)
    assert (job["state"], job["attempts"], job["error"]) == ("failed", 3, LEFT)
    assert job["finished_at"] is not None


async def test_a_renewal_keeps_what_is_held_and_nothing_else(rows: JobRows, queue: Queue, acme: Tenant) -> None:
    kept, dropped, taken = [await queue.put(acme) for _ in range(3)]
    held = await claim(rows, acme, lease=0)
    await queue.connection.execute("DELETE FROM jobs WHERE id = $1", dropped)
    await queue.connection.execute("UPDATE jobs SET fence = fence + 1 WHERE id = $1", taken)
    assert await rows.renew(held, 30) == {kept}
    assert await rows.take_back() == {taken: JobState.QUEUED}


async def test_many_outcomes_are_written_by_one_statement_each_in_its_way(rows: JobRows, queue: Queue, acme: Tenant) -> None:
    for _ in range(4):
        await queue.put(acme)
    done, failed, again, released = await claim(rows, acme)
    outcomes = [
        (done, DONE),
        (failed, Outcome(JobState.FAILED, "the receiver is gone")),
        (again, Outcome(JobState.QUEUED, "the receiver is busy", retry_in=60)),
        (released, Outcome(JobState.QUEUED, counted=False)),
    ]
    assert await rows.record(outcomes) == {done.id, failed.id, again.id, released.id}
    found = {job["id"]: job for job in await queue.jobs()}
    told = [(found[job.id]["state"], found[job.id]["attempts"], found[job.id]["error"]) for job, _ in outcomes]
    assert told == [("done", 1, None), ("failed", 1, "the receiver is gone"), ("queued", 1, "the receiver is busy"), ("queued", 0, None)]
    assert [found[job.id]["finished_at"] is None for job, _ in outcomes] == [False, False, True, True]
    assert {row["lease_until"] for row in found.values()} == {None}
    assert timedelta(seconds=55) < found[again.id]["run_at"] - now() < timedelta(seconds=61)
    assert [job.id for job in await claim(rows, acme)] == [released.id]


async def test_a_reason_that_cannot_be_stored_as_it_is_keeps_no_other_outcome_back(rows: JobRows, queue: Queue, acme: Tenant) -> None:
    await queue.put(acme), await queue.put(acme)
    odd, plain = await claim(rows, acme)
    reason = "odd \x00 and \ud800 and " + "long " * 1000
    assert await rows.record([(odd, Outcome(JobState.FAILED, reason)), (plain, DONE)]) == {odd.id, plain.id}
    stored = (await queue.job(odd.id))["error"]
    assert (stored[:18], len(stored)) == ("odd  and ? and lon", 2000)


async def test_one_unfinished_job_of_a_company_has_a_dedupe_key(rows: JobRows, queue: Queue, acme: Tenant, rival: Tenant) -> None:
    await queue.put(acme, dedupe_key="once")
    await queue.put(rival, dedupe_key="once")
    with pytest.raises(asyncpg.UniqueViolationError):
        await queue.put(acme, dedupe_key="once")
    await rows.record([(job, DONE) for job in await claim(rows, acme)])
    await queue.put(acme, dedupe_key="once")
    assert [job["state"] for job in await queue.jobs()] == ["done", "queued", "queued"]


async def test_a_commit_of_a_due_job_is_heard_and_of_a_later_one_not(queue: Queue, acme: Tenant, postgres_url: str) -> None:
    heard: list[str] = []
    listener = await asyncpg.connect(postgres_url)
    await listener.add_listener("parley_jobs", lambda *said: heard.append(str(said[-1])))
    async with queue.connection.transaction():
        await queue.put(acme)
        await queue.put(acme)
        await listener.execute("SELECT")
        assert heard == []
    await queue.put(acme, run_at=now() + timedelta(hours=1))
    await listener.execute("SELECT")
    assert heard == [""]
    await listener.close()


@pytest.fixture
def postgres_url(postgres: PostgresServer) -> str:
    """The address of the database under test."""
    return postgres.url("postgres", "tested")
