"""Jobs are seen, retried and dropped by those who may, over GraphQL and on the command line, without what they carry."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from models.job_rows import AllJobs, ClaimedJob
from resolvers.ctx import Ctx
from resolvers.jobs import GiveUp
from resolvers.principal import ROLE_SCOPES
from settings import Settings
from tests.jobs.queue import Queue
from tests.jobs.workplace import Workplace
from tests.ops.running import environment, parley
from tests.tenant import Tenant

LIST = """query ($filter: JobFilter, $orderBy: [JobOrder!]) { jobs(filter: $filter, orderBy: $orderBy) { totalCount nodes {
  id type state queue attempts maxAttempts runAt createdAt finishedAt error } } }"""
ONE = "query ($id: ID!) { job(id: $id) { id state error } }"
RETRY = "mutation ($id: ID!) { retryJob(id: $id) { job { id state attempts finishedAt error } } }"
DROP = "mutation ($id: ID!) { dropJob(id: $id) { id } }"
REASON = "the receiver has answered 410 Gone"
SECRET = "canary-of-the-payload"


@pytest.fixture
async def dead(workplace: Workplace, queue: Queue, acme: Tenant) -> UUID:
    """A job of acme that was given up."""

    async def hopeless(_: Ctx, __: ClaimedJob) -> None:
        raise GiveUp(REASON)

    workplace.knows("test.hopeless", hopeless)
    job_id = await queue.put(acme, {"secret": SECRET}, type="test.hopeless")
    await workplace.sweep()
    return job_id


async def test_a_failed_job_is_found_by_its_state_with_its_reason_and_without_its_payload(queue: Queue, acme: Tenant, dead: UUID) -> None:
    await queue.put(acme)
    body = await acme.data(LIST, filter={"state": {"eq": "FAILED"}, "type": {"startsWith": "test."}})
    [job] = body["jobs"]["nodes"]
    assert body["jobs"]["totalCount"] == 1
    assert {name: job[name] for name in ("id", "type", "state", "queue", "attempts", "maxAttempts", "error")} == {
        "id": str(dead),
        "type": "test.hopeless",
        "state": "FAILED",
        "queue": "LIGHT",
        "attempts": 1,
        "maxAttempts": 5,
        "error": REASON,
    }
    assert job["finishedAt"] >= job["createdAt"]
    assert SECRET not in str(body)


@pytest.mark.parametrize("name", ["payload", "fence", "leaseUntil", "dedupeKey", "companyId"])
async def test_what_a_job_carries_and_who_holds_it_is_in_no_schema(acme: Tenant, name: str) -> None:
    body = await acme.graphql(f"{{ jobs {{ nodes {{ {name} }} }} }}")
    assert [error["extensions"]["code"] for error in body["errors"]] == ["GRAPHQL_VALIDATION_FAILED"]


async def test_jobs_are_listed_newest_first_and_in_any_order(queue: Queue, acme: Tenant) -> None:
    ids = [str(await queue.put(acme, type=f"test.{letter}", attempts=attempts)) for letter, attempts in (("b", 1), ("a", 2), ("c", 0))]
    newest = await acme.data(LIST)
    assert [job["id"] for job in newest["jobs"]["nodes"]] == ids[::-1]
    tried = await acme.data(LIST, orderBy=[{"field": "ATTEMPTS", "direction": "DESC"}])
    assert [job["type"] for job in tried["jobs"]["nodes"]] == ["test.a", "test.b", "test.c"]


async def test_a_retried_job_has_all_its_attempts_again_and_keeps_its_reason_until_then(
    workplace: Workplace, queue: Queue, acme: Tenant, dead: UUID
) -> None:
    told = (await acme.data(RETRY, id=str(dead)))["retryJob"]["job"]
    assert told == {"id": str(dead), "state": "QUEUED", "attempts": 0, "finishedAt": None, "error": REASON}
    assert await workplace.sweep() == 1
    job = await queue.job(dead)
    assert (job["state"], job["attempts"], job["fence"]) == ("failed", 1, 2)
    kinds = await queue.connection.fetch("SELECT type, entity_id FROM events WHERE entity = 'job'")
    assert [tuple(kind) for kind in kinds] == [("job.retried", dead)]


async def test_a_waiting_job_that_is_retried_runs_now(workplace: Workplace, queue: Queue, acme: Tenant) -> None:
    job_id = await queue.put(acme, type="nobody.knows")
    await workplace.sweep()
    assert (await queue.job(job_id))["waits"].total_seconds() > 3
    await acme.data(RETRY, id=str(job_id))
    assert (await queue.job(job_id))["waits"].total_seconds() <= 0


@pytest.mark.parametrize("state", ["running", "done"])
async def test_what_runs_or_is_done_is_not_retried(queue: Queue, acme: Tenant, state: str) -> None:
    job_id = await queue.put(acme, state=state)
    body = await acme.graphql(RETRY, id=str(job_id))
    [error] = body["errors"]
    assert (error["extensions"]["code"], error["message"]) == (
        "CONFLICT",
        f"This job is {state}; only one that is queued or failed can be retried",
    )
    assert (await queue.job(job_id))["state"] == state


async def test_a_job_whose_dedupe_key_is_taken_again_is_not_retried(queue: Queue, acme: Tenant) -> None:
    old = await queue.put(acme, state="failed", dedupe_key="once")
    await queue.put(acme, dedupe_key="once")
    body = await acme.graphql(RETRY, id=str(old))
    assert [error["extensions"]["code"] for error in body["errors"]] == ["CONFLICT"]


async def test_a_dropped_job_is_gone(queue: Queue, acme: Tenant, dead: UUID) -> None:
    assert await acme.data(DROP, id=str(dead)) == {"dropJob": {"id": str(dead)}}
    assert (await queue.jobs(), await acme.data(ONE, id=str(dead))) == ([], {"job": None})
    assert [each[0] for each in await queue.connection.fetch("SELECT type FROM events WHERE entity = 'job'")] == ["job.dropped"]


@pytest.mark.parametrize("role", ["owner", "admin"])
def test_owners_and_admins_may_see_and_change_jobs(role: Any) -> None:
    assert {"jobs:read", "jobs:write"} <= ROLE_SCOPES[role]


async def test_a_user_may_neither_see_nor_change_jobs(acme: Tenant, dead: UUID) -> None:
    assert {"jobs:read", "jobs:write"} & ROLE_SCOPES["user"] == set()
    user = acme.narrowed(*ROLE_SCOPES["user"])
    for query in (ONE, RETRY, DROP):
        body = await user.graphql(query, id=str(dead))
        assert [error["extensions"]["code"] for error in body["errors"]] == ["FORBIDDEN"]


async def test_another_companys_job_is_not_there(queue: Queue, rival: Tenant, dead: UUID) -> None:
    assert await rival.data(ONE, id=str(dead)) == {"job": None}
    for query in (RETRY, DROP):
        body = await rival.graphql(query, id=str(dead))
        assert [error["extensions"]["code"] for error in body["errors"]] == ["NOT_FOUND"]
    assert (await queue.job(dead))["state"] == "failed"


async def test_the_command_line_shows_jobs_of_all_companies_and_of_one(
    settings: Settings, queue: Queue, acme: Tenant, rival: Tenant, dead: UUID
) -> None:
    theirs = await queue.put(rival)
    env = environment(settings)
    everything = parley("jobs", "list", env=env)
    assert (everything.returncode, everything.stderr) == (0, "")
    lines = [line.split("\t") for line in everything.stdout.splitlines()]
    assert [line[0] for line in lines] == [str(theirs), str(dead)]
    assert lines[1][1:2] + lines[1][3:] == [str(acme.company_id), "light", "failed", "1/5", "test.hopeless", REASON]
    assert SECRET not in everything.stdout
    failed = parley("jobs", "list", "--state", "failed", "--company", str(rival.company_id), env=env)
    assert (failed.returncode, failed.stdout) == (0, "")


async def test_the_command_line_retries_and_drops(settings: Settings, queue: Queue, acme: Tenant, dead: UUID) -> None:
    env = environment(settings)
    again = parley("jobs", "retry", str(dead), env=env)
    assert (again.returncode, again.stdout) == (0, f"{dead} is queued\n")
    assert (await queue.job(dead))["state"] == "queued"
    gone = parley("jobs", "drop", str(dead), env=env)
    assert (gone.returncode, gone.stdout, await queue.jobs()) == (0, f"{dead} is gone\n", [])
    nothing = parley("jobs", "retry", str(dead), env=env)
    assert nothing.returncode == 1
    assert str(dead) in nothing.stderr


async def test_an_operator_retries_neither_what_runs_nor_what_is_done_nor_what_was_asked_for_again(
    workplace: Workplace, queue: Queue, acme: Tenant
) -> None:
    jobs = AllJobs(workplace.database)
    for state in ("running", "done"):
        assert await jobs.retry(await queue.put(acme, state=state)) is False
    assert (await jobs.retry(uuid4()), await jobs.drop(uuid4())) == (False, False)
    old = await queue.put(acme, state="failed", dedupe_key="once")
    await queue.put(acme, dedupe_key="once")
    assert (await jobs.retry(old), (await queue.job(old))["state"]) == (False, "failed")
