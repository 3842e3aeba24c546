"""Who may listen is asked again for every event: tokens end, scopes and companies change, budgets are spent."""

import asyncio
import contextlib
import math
import time
from collections.abc import AsyncGenerator
from typing import Any

import asyncpg
import httpx2
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

import schema.live.socket
import schema.live.sse
from embedded import PostgresServer
from resolvers.auth.claims import LEEWAY
from resolvers.auth.issue import Terms, issue_token
from resolvers.contacts import NewContact, create_contact
from resolvers.ctx import Ctx
from resolvers.principal import Principal
from settings import Settings
from tests.schema.live.client import Client
from tests.schema.live.serving import Served, eventually, serving, subscribers
from tests.schema.live.streams import Stream
from tests.tenant import SECRET, Tenant

CONTACTS = "subscription { contactChanged { id } }"
EVENTS = "subscription { events { type entityId payload } }"


@pytest.fixture
async def superuser(postgres: PostgresServer, settings: Settings) -> Any:
    """Past every policy, as an administrator changes people."""
    connection = await asyncpg.connect(postgres.url("postgres", "tested"))
    yield connection
    await connection.close()


def ending(tenant: Tenant, seconds: float) -> tuple[str, float]:
    """A token that is accepted for `seconds` to `seconds + 1` from now, and the moment from which on it is not."""
    end = math.ceil(time.time() + seconds)
    issued_at = end - LEEWAY - 3600
    token = issue_token(SECRET, sub=tenant.user_id, email=tenant.email, lifetime=3600, terms=Terms(issued_at=issued_at))
    return token, float(end)


async def passed(end: float) -> None:
    """Wait until a moment of the clock on the wall has passed."""
    await asyncio.sleep(max(0.0, end - time.time()) + 0.01)


async def written(tenant: Tenant) -> str:
    """A contact that a command makes, whoever may still come in through a door."""
    return str((await create_contact(tenant.ctx(), NewContact(email="a@b.c"))).id)


async def anonymously_written(tenant: Tenant) -> None:
    """The same by the system, for a company whose user is gone."""
    await create_contact(
        Ctx(Principal.system(tenant.company_id, "contacts:write"), tenant.database.session(tenant.company_id)), NewContact()
    )


def test_a_silent_connection_is_closed_within_a_minute_of_its_end() -> None:
    assert schema.live.socket.LOOK_EVERY + LEEWAY < 60


async def test_a_token_that_ends_closes_its_silent_connection(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema.live.socket, "LOOK_EVERY", 0.1)
    monkeypatch.setattr(schema.live.socket, "INIT_WITHIN", 0.1)
    async with serving(settings) as served:
        tenant = await served.tenant()
        token, end = ending(tenant, 1)
        async with served.socket(token) as client, served.socket(tenant.token) as other:
            await client.subscribe("1", CONTACTS)
            await other.subscribe("1", CONTACTS)
            assert await client.closed() == 4401
            assert end <= time.time() < end + 3
            row = await written(tenant)
            assert await other.told("1") == {"contactChanged": {"id": row}}


async def test_a_token_that_ends_is_told_no_further_event(settings: Settings) -> None:
    async with serving(settings) as served:
        tenant = await served.tenant()
        token, end = ending(tenant, 1)
        async with served.socket(token) as client:
            for name in "123":
                await client.subscribe(name, CONTACTS)
            await eventually(lambda: len(subscribers(served.hub)) == 3)
            row = await written(tenant)
            for _ in range(3):
                assert (await client.hear())["payload"]["data"] == {"contactChanged": {"id": row}}
            await passed(end)
            await written(tenant)
            with pytest.raises(ConnectionClosed):
                await client.hear(1.0)
            assert client.raw.close_code == 4401


async def test_a_token_that_has_ended_begins_nothing(settings: Settings) -> None:
    async with serving(settings) as served:
        tenant = await served.tenant()
        token, end = ending(tenant, 0.5)
        async with served.socket(token) as client:
            await passed(end)
            await client.subscribe("1", "{ contacts { totalCount } }")
            assert await client.closed(1.0) == 4401


async def test_an_event_stream_ends_with_its_token(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema.live.sse, "BEAT_EVERY", 0.1)
    async with serving(settings) as served:
        tenant = await served.tenant()
        token, end = ending(tenant, 1)
        async with Stream.opened(served.url, token, CONTACTS) as stream:
            row = await written(tenant)
            assert (await stream.told())["contactChanged"] == {"id": row}
            assert (await stream.hear())["errors"][0]["extensions"]["code"] == "UNAUTHORIZED"
            assert await stream.ended()
            assert end <= time.time() < end + 3


Hearing = AsyncGenerator[Any, None]


async def _over_a_socket(served: Served, tenant: Tenant, query: str) -> Hearing:
    """None when it has begun, then each answer until it is completed or closed; how it was closed is the last."""
    async with served.socket(tenant.token) as client:
        await client.subscribe("1", query)
        await served.heard()
        yield None
        with contextlib.suppress(ConnectionClosed):
            while (message := await client.hear())["type"] != "complete":
                yield message["payload"]
            return
        yield {"data": None, "errors": [{"extensions": {"code": client.raw.close_code}}]}


async def _over_a_stream(served: Served, tenant: Tenant, query: str) -> Hearing:
    """The same over an event stream."""
    async with Stream.opened(served.url, tenant.token, query) as stream:
        await served.heard()
        yield None
        while (answer := await stream.hear()) and stream.kinds[-1] == "next":
            yield answer


async def end_of(hearing: Hearing) -> Any:
    """The code of the one answer with which it ends, after which nothing comes."""
    async with asyncio.timeout(5):
        [answer] = [each async for each in hearing]
    assert answer["data"] is None
    return answer["errors"][0]["extensions"]["code"]


WAYS = pytest.mark.parametrize("way", [_over_a_socket, _over_a_stream], ids=["socket", "stream"])


@WAYS
async def test_whoever_loses_the_scope_is_told_so_and_no_more(settings: Settings, superuser: asyncpg.Connection, way: Any) -> None:
    async with serving(settings, membership_ttl=0.2) as served:
        tenant = await served.tenant()
        hearing = way(served, tenant, EVENTS)
        await anext(hearing)
        row = await written(tenant)
        assert (await anext(hearing))["data"]["events"]["entityId"] == row
        await superuser.execute("UPDATE users SET role = 'user' WHERE id = $1", tenant.user_id)
        await asyncio.sleep(0.25)
        await written(tenant)
        assert await end_of(hearing) == "FORBIDDEN"
        assert subscribers(served.hub) == []


@WAYS
async def test_whoever_leaves_the_company_hears_nothing_of_it(settings: Settings, superuser: asyncpg.Connection, way: Any) -> None:
    """Nor of the company that the token stands for now: a client has to begin anew."""
    async with serving(settings, membership_ttl=0.2) as served:
        acme, rival = await served.tenant(), await served.tenant("owner@rival.example")
        hearing = way(served, acme, EVENTS)
        await anext(hearing)
        row = await written(acme)
        assert (await anext(hearing))["data"]["events"]["entityId"] == row
        await superuser.execute("UPDATE users SET company_id = $2 WHERE id = $1", acme.user_id, rival.company_id)
        await asyncio.sleep(0.25)
        await written(rival)
        await anonymously_written(acme)
        assert await end_of(hearing) in {"UNAUTHORIZED", 4401}
        assert subscribers(served.hub) == []


@WAYS
async def test_whoever_is_removed_hears_nothing_more(settings: Settings, superuser: asyncpg.Connection, way: Any) -> None:
    async with serving(settings, membership_ttl=0.2, create_company=False) as served:
        tenant = await served.tenant()
        hearing = way(served, tenant, CONTACTS)
        await anext(hearing)
        await superuser.execute("DELETE FROM users WHERE id = $1", tenant.user_id)
        await asyncio.sleep(0.25)
        await anonymously_written(tenant)
        assert await end_of(hearing) in {"FORBIDDEN", 4401}
        assert subscribers(served.hub) == []


@WAYS
async def test_a_budget_that_is_spent_is_said(settings: Settings, way: Any) -> None:
    async with serving(settings, limit_cost="5/hour") as served:
        tenant = await served.tenant()
        hearing = way(served, tenant, EVENTS)
        await anext(hearing)
        rows = [await written(tenant) for _ in range(8)]
        told = [await anext(hearing) for _ in range(5)]
        assert [each["data"]["events"]["entityId"] for each in told] == rows[:5]
        assert await end_of(hearing) == "RATE_LIMITED"
        assert subscribers(served.hub) == []


async def test_an_operation_that_may_cost_too_much_is_refused_before_it_begins(settings: Settings) -> None:
    query = "subscription { contactChanged { contact { deals(first: 100) { nodes { id } } } } }"
    async with serving(settings, graphql_max_cost=50) as served, served.socket((await served.tenant()).token) as client:
        await client.subscribe("1", query)
        answer = await client.hear(2.0)
        assert (answer["type"], answer["payload"][0]["extensions"]["code"]) == ("error", "QUERY_TOO_EXPENSIVE")


async def test_each_operation_of_a_socket_is_counted(settings: Settings) -> None:
    async with serving(settings, limit_user="10/hour") as served:
        tenant = await served.tenant()
        async with served.socket(tenant.token) as client:
            for number in range(12):
                await client.subscribe(str(number), "{ __typename }")
            heard = [await client.hear() for _ in range(22)]
            assert sum(each["type"] == "next" for each in heard) == 10
            refused = [each for each in heard if each["type"] == "error"]
            assert [each["payload"][0]["extensions"]["code"] for each in refused] == ["RATE_LIMITED"] * 2
        assert (await tenant.graphql_response("{ __typename }")).status_code == 429
        async with served.socket((await served.tenant("owner@rival.example")).token) as theirs:
            await theirs.subscribe("1", "{ __typename }")
            assert await theirs.told("1") == {"__typename": "Query"}


async def test_attempts_to_initialise_are_paid_by_the_address(settings: Settings) -> None:
    async with serving(settings, limit_anonymous="5/hour") as served:
        for _ in range(5):
            async with served.socket() as client:
                await client.say("connection_init", payload={"Authorization": "Bearer abc"})
                assert await client.closed() == 4403
        with pytest.raises(InvalidStatus) as refused:
            async with Client.connected(served.port):
                pass
        assert refused.value.response.status_code == 429


async def test_event_streams_of_one_company_are_bounded_with_its_sockets(settings: Settings) -> None:
    async with serving(settings, live_connections=2) as served, httpx2.AsyncClient(timeout=5) as client:
        acme, rival = await served.tenant(), await served.tenant("owner@rival.example")
        async with served.socket(acme.token), Stream.opened(served.url, acme.token, CONTACTS):
            headers = acme.headers | {"Accept": "text/event-stream"}
            refused = await client.post(served.url, headers=headers, json={"query": CONTACTS})
            assert refused.status_code == 429
            async with Stream.opened(served.url, rival.token, CONTACTS):
                pass
        await eventually(lambda: not subscribers(served.hub))
        async with Stream.opened(served.url, acme.token, CONTACTS), Stream.opened(served.url, acme.token, CONTACTS):
            pass
