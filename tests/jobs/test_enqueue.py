"""Commands ask for jobs in their own transaction."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from models.job import JobQueue
from resolvers.contacts import NewContact, create_contact
from resolvers.ctx import Ctx, command
from resolvers.jobs import NewJob, enqueue, enqueue_all
from tests.jobs.queue import Queue
from tests.jobs.workplace import Workplace
from tests.tenant import Tenant

LATER = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)


@command("contacts:write")
async def greet(ctx: Ctx, email: str, *, fail: bool = False) -> UUID | None:
    """A command that writes a row and asks for a job."""
    await create_contact(ctx, NewContact(email=email))
    job_id = await enqueue(ctx, NewJob(type="test.greet", payload={"email": email}, dedupe_key=email))
    if fail:
        raise ZeroDivisionError
    return job_id


@command("contacts:write")
async def ask(ctx: Ctx, *new: NewJob) -> list[UUID]:
    """A command that asks for jobs and does nothing else."""
    return await enqueue_all(ctx, new)


async def test_a_job_is_there_once_its_command_has_committed(queue: Queue, acme: Tenant) -> None:
    job_id = await greet(acme.ctx(), "ada@example.com")
    [job] = await queue.jobs()
    assert (job["id"], job["company_id"], job["type"], job["state"], job["queue"]) == (
        job_id,
        acme.company_id,
        "test.greet",
        "queued",
        "light",
    )
    assert (job["attempts"], job["max_attempts"], job["dedupe_key"]) == (0, 5, "ada@example.com")
    assert job["run_at"] == job["created_at"]


async def test_a_command_that_fails_asks_for_nothing(queue: Queue, acme: Tenant) -> None:
    with pytest.raises(ZeroDivisionError):
        await greet(acme.ctx(), "ada@example.com", fail=True)
    assert await queue.jobs() == []


async def test_a_job_is_asked_for_by_commands_alone(queue: Queue, acme: Tenant) -> None:
    with pytest.raises(RuntimeError, match=r"writes belong inside Session\.transaction"):
        await enqueue(acme.ctx(), NewJob(type="test.greet"))
    assert await queue.jobs() == []


async def test_a_dedupe_key_is_taken_until_its_job_is_finished(workplace: Workplace, queue: Queue, acme: Tenant, rival: Tenant) -> None:
    first = await greet(acme.ctx(), "ada@example.com")
    assert first is not None
    assert await greet(acme.ctx(), "ada@example.com") is None
    assert await greet(rival.ctx(), "ada@example.com") is not None
    await queue.connection.execute("UPDATE jobs SET state = 'done' WHERE id = $1", first)
    again = await greet(acme.ctx(), "ada@example.com")
    assert again not in (None, first)


async def test_several_are_asked_for_at_once_each_with_what_was_said(queue: Queue, acme: Tenant) -> None:
    plain = NewJob(type="test.a")
    told = NewJob(type="test.b", payload={"n": 1}, queue=JobQueue.HEAVY, run_at=LATER, dedupe_key="k", max_attempts=2)
    ids = await ask(acme.ctx(), plain, told, NewJob(type="test.c", dedupe_key="k"))
    found = {job["id"]: job for job in await queue.jobs()}
    assert [(found[each]["type"], found[each]["queue"], found[each]["max_attempts"]) for each in ids] == [
        ("test.a", "light", 5),
        ("test.b", "heavy", 2),
    ]
    assert found[ids[1]]["run_at"] == LATER
    assert await ask(acme.ctx()) == []
