"""The event log is kept as long as the settings say, company by company; done jobs are kept for a week."""

from datetime import timedelta

from jobs.schedule import schedule
from models.columns import now
from models.db import Database
from models.job_rows import JobRows
from resolvers.retention import BATCH, PRUNE
from settings import Settings
from tests.jobs.queue import LONG_AGO, Queue
from tests.jobs.workplace import Workplace
from tests.tenant import Tenant

YOUNG = timedelta(days=1)


async def test_the_schedule_asks_only_for_companies_with_old_events(
    database: Database, rows: JobRows, settings: Settings, queue: Queue, acme: Tenant, rival: Tenant
) -> None:
    await queue.events(acme, count=3, age=LONG_AGO)
    await queue.events(rival, count=3, age=YOUNG)
    await schedule(database, rows, settings)
    found = await queue.jobs()
    assert [(job["company_id"], job["type"], job["state"], job["dedupe_key"]) for job in found] == [
        (acme.company_id, PRUNE, "queued", PRUNE)
    ]


async def test_the_schedule_asks_once_while_the_work_waits(
    database: Database, rows: JobRows, settings: Settings, queue: Queue, acme: Tenant
) -> None:
    await queue.events(acme, count=1, age=LONG_AGO)
    for _ in range(3):
        await schedule(database, rows, settings)
    assert len(await queue.jobs()) == 1


async def test_pruning_deletes_the_old_events_of_its_company_alone(
    workplace: Workplace, database: Database, rows: JobRows, settings: Settings, queue: Queue, acme: Tenant, rival: Tenant
) -> None:
    await queue.events(acme, count=7, age=LONG_AGO)
    await queue.events(acme, count=2, age=YOUNG)
    await schedule(database, rows, settings)
    await queue.events(rival, count=5, age=LONG_AGO)
    assert await workplace.sweep() == 1
    assert (await queue.count_events(acme), await queue.count_events(rival)) == (2, 5)
    assert await queue.count_events(acme, before=now() - timedelta(days=settings.event_retention_days)) == 0


async def test_more_than_one_batch_is_pruned_by_one_job(
    workplace: Workplace, database: Database, rows: JobRows, settings: Settings, queue: Queue, acme: Tenant
) -> None:
    await queue.events(acme, count=BATCH + 1, age=LONG_AGO)
    await schedule(database, rows, settings)
    assert await workplace.sweep() == 1
    assert await queue.count_events(acme) == 0


async def test_after_pruning_the_schedule_asks_for_nothing(
    workplace: Workplace, database: Database, rows: JobRows, settings: Settings, queue: Queue, acme: Tenant
) -> None:
    await queue.events(acme, count=1, age=LONG_AGO)
    await schedule(database, rows, settings)
    await workplace.sweep()
    await schedule(database, rows, settings)
    assert [job["state"] for job in await queue.jobs()] == ["done"]


async def test_jobs_that_were_done_a_week_ago_are_removed_and_no_others(
    database: Database, rows: JobRows, settings: Settings, queue: Queue, acme: Tenant, rival: Tenant
) -> None:
    old, recent = now() - timedelta(days=7, hours=1), now() - timedelta(days=6)
    await queue.put_many(acme, 3, state="done", finished_at=old)
    await queue.put(rival, state="done", finished_at=old)
    kept = [
        await queue.put(acme, state="done", finished_at=recent),
        await queue.put(acme, state="failed", finished_at=old),
        await queue.put(acme, run_at=old),
    ]
    await schedule(database, rows, settings)
    assert sorted(job["id"] for job in await queue.jobs()) == sorted(kept)


async def test_done_jobs_are_removed_in_batches(rows: JobRows, queue: Queue, acme: Tenant) -> None:
    await queue.put_many(acme, 5, state="done", finished_at=now())
    assert [await rows.forget(now(), most=2) for _ in range(4)] == [2, 2, 1, 0]
