"""How subscriptions begin: many at once, while the database is busy, and with a cursor for whoever is cut off early."""

import asyncio
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable

import orjson
import pytest
from sqlalchemy import literal_column, select

from models.columns import now
from models.event import EVENTS
from resolvers.ctx import Ctx
from resolvers.event_log import Cursor, newest_place, read_cursor
from resolvers.principal import Principal
from schema.live.hub import Hub
from settings import Settings
from tests.schema.live.log import write
from tests.schema.live.serving import Served, eventually, serving, subscribers
from tests.schema.live.streams import Stream
from tests.tenant import Tenant

CONTACTS = "subscription ($after: String) { contactChanged(after: $after) { id } }"
MANY = 500


async def joined(served: Served, tenant: Tenant, after: Callable[[], Cursor | None]) -> int:
    """How many statements it takes until many have joined together, what the hub reads by itself included."""
    made: list[Ctx] = []

    def context(principal: Principal) -> Ctx:
        made.append(served.app.services.context(principal))
        return made[-1]

    hub = Hub(served.app.services.database.listener.listen, context)
    together = await asyncio.gather(*(hub.join(tenant.company_id, after(), 90) for _ in range(MANY)))
    assert len({each.company for each in together}) == 1
    [written] = await write(tenant, 1)
    await eventually(lambda: all(str(each.waiting[0].id) == written for each in together if each.waiting), 5)
    heard = await asyncio.gather(*(anext(each.events()) for each in together))
    assert {str(getattr(each, "id", "a gap")) for each in heard} == {written}
    for each in together:
        hub.leave(each)
    return sum(ctx.db.statements for ctx in made)


async def test_of_many_that_come_together_one_looks_where_the_log_stands(settings: Settings) -> None:
    async with serving(settings) as served:
        assert await joined(served, await served.tenant(), lambda: None) < 20


async def test_of_many_that_come_back_and_missed_nothing_nobody_reads_the_log(settings: Settings) -> None:
    async with serving(settings) as served:
        tenant = await served.tenant()
        await write(tenant, 3)
        cursor = read_cursor((await newest_place(tenant.ctx())).cursor(now()))
        assert await joined(served, tenant, lambda: cursor) < 20


async def test_whoever_is_cancelled_while_looking_leaves_it_to_the_next(settings: Settings) -> None:
    async with serving(settings) as served:
        tenant = await served.tenant()
        joining = [asyncio.create_task(served.hub.join(tenant.company_id, None, 90)) for _ in range(3)]
        await asyncio.sleep(0)
        joining[0].cancel()
        others = await asyncio.gather(*joining[1:])
        assert joining[0].cancelled()
        assert subscribers(served.hub)
        assert len({each.company for each in others}) == 1
        for each in others:
            served.hub.leave(each)


async def test_whoever_comes_while_the_database_is_busy_waits_and_misses_nothing_from_then_on(settings: Settings) -> None:
    async with serving(settings) as served:
        tenant = await served.tenant()
        async with served.socket(tenant.token) as client:
            reads = served.app.services.database.reads
            held = [await reads.acquire() for _ in range(settings.read_connections)]
            await client.subscribe("1", "subscription { contactChanged { id } }")
            assert await client.silent(settings.pool_timeout + 0.5)
            for each in held:
                reads.release(each)
            await served.heard()
            row = await tenant.contact()
            assert await client.told("1") == {"contactChanged": {"id": row["id"]}}


async def test_whoever_is_cut_off_before_the_first_event_resumes_where_the_stream_opened(settings: Settings) -> None:
    async with serving(settings) as served:
        tenant = await served.tenant()
        await tenant.contact()
        async with Stream.opened(served.url, tenant.token, CONTACTS) as stream:
            assert (await anext(stream.lines)).startswith("id: ")
            await served.heard()
        async with Stream.opened(served.url, tenant.token, CONTACTS) as stream:
            opening = (await anext(stream.lines)).removeprefix("id: ")
        missed = [(await tenant.contact())["id"] for _ in range(3)]
        async with Stream.opened(served.url, tenant.token, CONTACTS, opening) as stream:
            assert (await anext(stream.lines)) == f"id: {opening}"
            assert [(await stream.told())["contactChanged"]["id"] for _ in range(3)] == missed


async def test_a_client_asks_where_the_log_stands_before_it_subscribes(settings: Settings) -> None:
    """Over a socket, where nothing says that a subscription has begun; also while there are no events at all."""
    async with serving(settings) as served:
        tenant = await served.tenant()
        for _ in range(2):
            async with served.socket(tenant.token) as client:
                await client.subscribe("q", "{ eventCursor }")
                cursor = (await client.told("q"))["eventCursor"]
                await client.hear()
                missed = [(await tenant.contact())["id"] for _ in range(3)]
                await client.subscribe("1", CONTACTS, after=cursor)
                assert [(await client.told("1"))["contactChanged"]["id"] for _ in range(3)] == missed


async def test_a_cursor_tells_nothing_of_the_clusters_transactions(settings: Settings) -> None:
    async with serving(settings) as served:
        tenant = await served.tenant()
        [event_id] = await write(tenant, 1)
        cursor = (await tenant.data("{ eventCursor }"))["eventCursor"]
        decoded = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        [(txid,)] = await tenant.ctx().db.records(select(literal_column("txid::text::bigint")).select_from(EVENTS))
        assert read_cursor(cursor).event_id.hex == event_id.replace("-", "")
        assert str(txid).encode() not in decoded
        assert len(decoded) == 25


@pytest.mark.parametrize("old", [["event", 1, 2, 1_700_000_000], ["event", 12, 3, 1_700_000_000], ["event", 123456, 99, 1_700_000_000]])
async def test_a_cursor_of_an_earlier_version_is_refused_with_what_to_do(settings: Settings, old: list[object]) -> None:
    text = urlsafe_b64encode(orjson.dumps(old)).decode().rstrip("=")
    async with serving(settings) as served, served.socket((await served.tenant()).token) as client:
        await client.subscribe("1", CONTACTS, after=text)
        answer = await client.hear()
        [issue] = answer["payload"][0]["extensions"]["issues"]
        assert (answer["type"], issue["path"]) == ("error", "after")
        assert "query anew and leave it out" in issue["message"]


async def test_a_cursor_of_another_company_or_of_an_event_that_is_gone_is_a_gap(settings: Settings) -> None:
    async with serving(settings) as served:
        tenant, rival = await served.tenant(), await served.tenant("owner@rival.example")
        await write(tenant, 2)
        await write(rival, 1)
        theirs = (await rival.data("{ eventCursor }"))["eventCursor"]
        async with served.socket(tenant.token) as client:
            await client.subscribe("1", CONTACTS, after=theirs)
            gap = (await client.hear())["payload"]
            assert (gap["data"], gap["errors"][0]["extensions"]["code"]) == (None, "EVENTS_GAP")
            row = await tenant.contact()
            assert await client.told("1") == {"contactChanged": {"id": row["id"]}}
