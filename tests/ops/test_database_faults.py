"""F5 and F6 through the application: no acknowledged write is lost, nobody hangs, and the answer says when to come back."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import uuid4

import asyncpg
import httpx2
import pytest

from embedded import PostgresServer, ValkeyServer
from settings import Settings
from tests.conftest import settings_for
from tests.ops.breakable import Breakable
from tests.ops.conftest import Open
from tests.ops.running import tell
from tests.tenant import Tenant

ADD = "mutation ($input: CreateContactInput!) { createContact(input: $input) { contact { id } } }"
WRITERS = 8


@dataclass
class Load:
    """Writers that never stop, what they were told, and the longest any of them waited."""

    tenant: Tenant
    acknowledged: list[str] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    refusals: list[httpx2.Response] = field(default_factory=list)
    last_acknowledged: float = 0.0
    longest: float = 0.0
    stopping: bool = False

    async def write(self) -> None:
        while not self.stopping:
            email, began = f"{uuid4()}@example.com", time.monotonic()
            answer = await self.tenant.rest("POST", "/api/crm/contacts", json={"email": email})
            self.longest = max(self.longest, time.monotonic() - began)
            self.statuses[answer.status_code] += 1
            if answer.status_code == 201:
                self.acknowledged.append(email)
                self.last_acknowledged = time.monotonic()
            else:
                self.refusals.append(answer)
                await asyncio.sleep(0.01)

    async def until_acknowledged(self, count: int, patience: float = 15) -> None:
        """Return when so many more writes were acknowledged."""
        wanted, deadline = len(self.acknowledged) + count, time.monotonic() + patience
        while len(self.acknowledged) < wanted:
            assert time.monotonic() < deadline, f"told {dict(self.statuses)}"
            await asyncio.sleep(0.005)

    async def until_refused(self, count: int, patience: float = 15) -> None:
        """Return when so many more writes were refused."""
        wanted, deadline = len(self.refusals) + count, time.monotonic() + patience
        while len(self.refusals) < wanted:
            assert time.monotonic() < deadline, f"told {dict(self.statuses)}"
            await asyncio.sleep(0.005)


async def stored_emails(server: PostgresServer) -> set[str]:
    connection = await asyncpg.connect(server.url("postgres"))
    rows = await connection.fetch("SELECT email FROM contacts")
    await connection.close()
    return {row["email"] for row in rows}


@pytest.mark.parametrize("kill", [Breakable.kill, Breakable.kill_postmaster])
async def test_no_acknowledged_write_is_lost_when_postgresql_is_killed_under_load(
    breakable: Breakable, valkey: ValkeyServer, opened: Open, kill: Callable[[Breakable], None]
) -> None:
    breakable.start()
    async with opened(settings_for(breakable.server, valkey, "parley")) as tenant:
        load = Load(tenant)
        writers = [asyncio.create_task(load.write()) for _ in range(WRITERS)]
        back = []
        for _ in range(3):
            await load.until_acknowledged(100)
            kill(breakable)
            await load.until_refused(20)
            await asyncio.to_thread(breakable.start)
            returned = time.monotonic()
            await load.until_acknowledged(1)
            back.append(time.monotonic() - returned)
        load.stopping = True
        await asyncio.gather(*writers)
    lost = set(load.acknowledged) - await stored_emails(breakable.server)
    tell(
        f"F5 {kill.__name__}: {len(load.acknowledged)} writes acknowledged, {len(lost)} lost; told {dict(load.statuses)}; "
        f"serving again after {max(back):.2f} s; the longest wait was {load.longest:.2f} s"
    )
    assert lost == set()
    assert set(load.statuses) == {201, 503}
    assert {answer.json()["code"] for answer in load.refusals} == {"SERVICE_UNAVAILABLE"}
    assert {answer.headers["retry-after"] for answer in load.refusals} <= {"1", "2"}
    assert max(back) < 2
    assert load.longest < 3


async def test_both_doors_say_503_and_when_to_come_back_while_postgresql_is_away(
    breakable: Breakable, valkey: ValkeyServer, opened: Open
) -> None:
    breakable.start()
    async with opened(settings_for(breakable.server, valkey, "parley")) as tenant:
        assert (await tenant.rest("GET", "/api/crm/contacts")).status_code == 200
        breakable.kill()
        for answer in (
            await tenant.rest("GET", "/api/crm/contacts"),
            await tenant.rest("POST", "/api/crm/contacts", json={"email": "ada@example.com"}),
        ):
            assert (answer.status_code, answer.headers["retry-after"], answer.json()["code"]) == (503, "2", "SERVICE_UNAVAILABLE")
        read = await tenant.graphql_response("{ contacts(first: 1) { edges { node { id } } } }")
        written = await tenant.graphql_response(ADD, input={"email": "ada@example.com"})
        for answer in (read, written):
            assert [error["extensions"]["code"] for error in answer.json()["errors"]] == ["SERVICE_UNAVAILABLE"]
        assert (await tenant.client.get("/health/live")).status_code == 200
        breakable.start()
        assert (await tenant.rest("GET", "/api/crm/contacts")).status_code == 200


async def test_a_frozen_postgresql_is_answered_with_503_too(breakable: Breakable, valkey: ValkeyServer, opened: Open) -> None:
    breakable.start()
    settings = settings_for(breakable.server, valkey, "parley").model_copy(update={"statement_timeout": 1.0, "lock_timeout": 0.5})
    async with opened(settings) as tenant:
        assert (await tenant.rest("GET", "/api/crm/contacts")).status_code == 200
        breakable.freeze()
        try:
            async with asyncio.timeout(5):
                read = await tenant.rest("GET", "/api/crm/contacts")
                live = await tenant.client.get("/health/live")
                ready = await tenant.client.get("/health/ready")
        finally:
            breakable.thaw()
        assert (read.status_code, live.status_code, ready.status_code) == (503, 200, 503)
        assert (await tenant.rest("GET", "/api/crm/contacts")).status_code == 200


@pytest.fixture
async def locked(postgres: PostgresServer, settings: Settings) -> asyncpg.Connection:
    """A connection that may lock tables; its transaction is rolled back at the end."""
    connection = await asyncpg.connect(postgres.url("postgres", "tested"))
    transaction = connection.transaction()
    await transaction.start()
    yield connection
    await transaction.rollback()
    await connection.close()


async def test_a_locked_table_is_answered_with_503_within_2_seconds_and_health_stays_green(
    acme: Tenant, locked: asyncpg.Connection
) -> None:
    await locked.execute("LOCK TABLE contacts IN ACCESS EXCLUSIVE MODE")
    began = time.monotonic()

    async def attempt(number: int) -> tuple[float, httpx2.Response]:
        started = time.monotonic()
        answer = await acme.rest("POST", "/api/crm/contacts", json={"email": f"{number}@example.com"})
        return time.monotonic() - started, answer

    attempts = [asyncio.create_task(attempt(number)) for number in range(20)]
    await asyncio.sleep(0)
    live, ready = await acme.client.get("/health/live"), await acme.client.get("/health/ready")
    # The look-ups of health and sign-in have connections of their own, and other tables are open: the server can serve.
    assert (live.status_code, ready.status_code, ready.json()["database"]) == (200, 200, "ok")
    assert time.monotonic() - began < 1
    assert (await acme.rest("GET", "/api/agents")).status_code == 200
    found = await asyncio.gather(*attempts)
    slowest = max(seconds for seconds, _ in found)
    tell(f"F6: {len(found)} writes to a locked table answered within {slowest:.2f} s")
    assert {(answer.status_code, answer.json()["code"], answer.headers["retry-after"]) for _, answer in found} == {
        (503, "SERVICE_UNAVAILABLE", "1")
    }
    assert slowest < 2.25


async def test_whoever_comes_while_all_wait_for_a_lock_is_answered_within_2_seconds_too(acme: Tenant, locked: asyncpg.Connection) -> None:
    await locked.execute("LOCK TABLE contacts IN ACCESS EXCLUSIVE MODE")
    waits: list[float] = []

    async def attempt(number: int) -> None:
        # Every 100 ms somebody comes, over a second and a half.
        await asyncio.sleep(number / 10)
        started = time.monotonic()
        answer = await acme.rest("POST", "/api/crm/contacts", json={"email": f"{number}@example.com"})
        assert answer.status_code == 503
        waits.append(time.monotonic() - started)

    await asyncio.gather(*(attempt(number) for number in range(15)))
    tell(f"F6: the longest of 15 staggered writes waited {max(waits):.2f} s")
    assert max(waits) < 2.25


async def test_an_exhausted_pool_is_answered_with_503_within_2_seconds(acme: Tenant) -> None:
    reads = acme.database.reads
    assert (await acme.rest("GET", "/api/crm/contacts")).status_code == 200
    taken = [await reads.acquire() for _ in range(8)]
    began = time.monotonic()
    answers = await asyncio.gather(*(acme.rest("GET", "/api/crm/contacts") for _ in range(20)))
    seconds = time.monotonic() - began
    live, ready = await acme.client.get("/health/live"), await acme.client.get("/health/ready")
    for connection in taken:
        reads.release(connection)
    assert {(answer.status_code, answer.headers["retry-after"]) for answer in answers} == {(503, "1")}
    assert (live.status_code, ready.status_code) == (200, 200)
    assert seconds < 2
    assert (await acme.rest("GET", "/api/crm/contacts")).status_code == 200
    tell(f"F6: 20 reads without a free connection answered within {seconds:.2f} s")


async def test_without_a_connection_for_its_own_look_ups_the_server_is_live_and_not_ready(acme: Tenant) -> None:
    system = acme.database.system
    taken = [await system.acquire() for _ in range(2)]
    live, ready = await acme.client.get("/health/live"), await acme.client.get("/health/ready")
    for connection in taken:
        system.release(connection)
    assert (live.status_code, ready.status_code, ready.json()["database"]) == (200, 503, "away: PoolExhausted")
    assert (await acme.client.get("/health/ready")).status_code == 200


async def test_a_statement_that_takes_too_long_is_a_typed_error_at_both_doors(
    settings: Settings, opened: Open, locked: asyncpg.Connection
) -> None:
    # The lock only makes the statement long; the statement's own limit comes first.
    async with opened(settings.model_copy(update={"statement_timeout": 0.2})) as tenant:
        await locked.execute("LOCK TABLE contacts IN ACCESS EXCLUSIVE MODE")
        rest = [
            await tenant.rest("GET", "/api/crm/contacts"),
            await tenant.rest("POST", "/api/crm/contacts", json={"email": "ada@example.com"}),
        ]
        graphql = [
            await tenant.graphql("{ contacts(first: 1) { edges { node { id } } } }"),
            await tenant.graphql(ADD, input={"email": "ada@example.com"}),
        ]
    assert [(answer.status_code, answer.json()["code"], answer.headers["retry-after"]) for answer in rest] == [(503, "TIMEOUT", "1")] * 2
    assert [[error["extensions"]["code"] for error in body["errors"]] for body in graphql] == [["TIMEOUT"]] * 2
