"""Clients that read slowly, or not at all: they miss nothing unsaid, cost a bounded amount of memory, and slow nobody down."""

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import asyncpg
import orjson
import psutil
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode

import schema.live.sse
import schema.live.subscriber
import web.unread
from models.columns import now
from models.db.pool import Pool
from resolvers.event_log import newest_place
from schema.live.subscriber import MOST_WAITING
from settings import Settings
from tests.ops.running import tell
from tests.schema.live.client import Client
from tests.schema.live.log import truth, write
from tests.schema.live.serving import Served, eventually, serving, subscribers
from tests.schema.live.streams import Stream
from tests.tenant import Tenant

EVENTS = "subscription ($after: String) { events(after: $after) { id payload } }"
MEGABYTE = 1024 * 1024


async def heard(hear: Callable[[], Any], count: int) -> list[str]:
    """The ids of the next events."""
    return [(await hear())["events"]["id"] for _ in range(count)]


def full(served: Served) -> int:
    """How many connections of the server cannot be written to."""
    flows = [getattr(each, "flow", None) for each in served.server.server_state.connections]
    sockets = [getattr(each, "writable", None) for each in served.server.server_state.connections]
    return sum(bool(flow and flow.write_paused) for flow in flows) + sum(bool(each and not each.is_set()) for each in sockets)


@asynccontextmanager
async def unread_socket(served: Served, tenant: Tenant) -> AsyncIterator[Any]:
    async with served.socket(tenant.token, close_timeout=0.1) as client:
        await client.subscribe("1", EVENTS)
        await served.heard()
        client.raw.transport.pause_reading()
        yield client


@asynccontextmanager
async def unread_stream(served: Served, tenant: Tenant) -> AsyncIterator[Any]:
    async with Stream.opened(served.url, tenant.token, EVENTS) as stream:
        await served.heard()
        yield stream


UNREAD = pytest.mark.parametrize("unread", [unread_socket, unread_stream], ids=["socket", "stream"])


@UNREAD
async def test_whoever_never_reads_is_let_go_and_gives_its_place_back(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, unread: Any
) -> None:
    assert web.unread.PATIENCE <= 30
    monkeypatch.setattr(web.unread, "PATIENCE", 0.5)
    async with serving(settings, live_connections=1) as served:
        tenant = await served.tenant()
        async with unread(served, tenant):
            while not full(served):
                await write(tenant, 10, 10_000)
            began = time.monotonic()
            await eventually(lambda: not subscribers(served.hub))
            assert time.monotonic() - began < 2
            async with served.socket(tenant.token) as other:
                await other.subscribe("1", EVENTS)
                await served.heard()
                [written] = await write(tenant, 1)
                assert (await other.told("1"))["events"]["id"] == written


@UNREAD
async def test_whoever_does_not_read_slows_nobody_down_and_stays_small(settings: Settings, unread: Any) -> None:
    async with serving(settings) as served:
        tenant = await served.tenant()
        async with unread(served, tenant), served.socket(tenant.token) as reader:
            await reader.subscribe("1", EVENTS)
            await eventually(lambda: len(subscribers(served.hub)) == 2)
            while not full(served):
                written = await write(tenant, 50, 10_000)
                assert await heard(lambda: reader.told("1"), 50) == written
            before, delays = psutil.Process().memory_info().rss, []
            for _ in range(20):
                [written] = await write(tenant, 1)
                began = time.monotonic()
                assert await heard(lambda: reader.told("1"), 1) == [written]
                delays.append(time.monotonic() - began)
                bulk = await write(tenant, 50, 20_000)
                assert await heard(lambda: reader.told("1"), 50) == bulk
            grown = psutil.Process().memory_info().rss - before
            waiting = max(len(each.waiting) for each in subscribers(served.hub))
    median = sorted(delays)[len(delays) // 2]
    tell(f"beside a client that does not read: told after {median * 1000:.1f} ms (median); 20 MB of events, {grown / MEGABYTE:.1f} MB kept")
    assert waiting <= MOST_WAITING
    assert grown < 10 * MEGABYTE
    assert median < 0.5


@UNREAD
async def test_whoever_reads_again_is_told_everything_in_order(settings: Settings, unread: Any) -> None:
    """More than the kernel's buffers, ours and the queue together take: the rest is read from the log."""
    async with serving(settings) as served:
        tenant = await served.tenant()
        async with unread(served, tenant) as client:
            written = []
            while not full(served):
                written += await write(tenant, 5, 50_000)
            for _ in range(4):
                written += await write(tenant, MOST_WAITING // 2)
            await eventually(lambda: subscribers(served.hub)[0].behind)
            if isinstance(client, Stream):
                assert await heard(client.told, len(written)) == written
                last = client.told
            else:
                client.raw.transport.resume_reading()
                assert await heard(lambda: client.told("1"), len(written)) == written
                last = lambda: client.told("1")  # noqa: E731 - the other of two
            written = await write(tenant, 3)
            assert await heard(last, 3) == written


async def test_a_queue_that_overflows_again_and_again_loses_and_repeats_nothing(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema.live.subscriber, "MOST_WAITING", 3)
    async with serving(settings) as served:
        tenant = await served.tenant()
        slow = await served.hub.join(tenant.company_id, None, 90)
        told: list[str] = []

        async def read() -> None:
            async for event in slow.events():
                told.append(str(event.id))
                await asyncio.sleep(0.0001 if len(told) % 7 else 0.03)

        reading = asyncio.create_task(read())
        for number in range(150):
            await write(tenant, 1 + number % 9)
            await asyncio.sleep(0.002 * (number % 3))
        expected = await truth(tenant)
        await eventually(lambda: len(told) >= len(expected), 20)
        await asyncio.sleep(0.1)
        reading.cancel()
        served.hub.leave(slow)
        assert told == expected
        await asyncio.wait({reading})


async def test_too_much_to_catch_up_with_is_a_gap_that_is_said(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema.live.subscriber, "MOST_BEHIND", 300)
    async with serving(settings) as served:
        tenant = await served.tenant()
        start = (await newest_place(tenant.ctx())).cursor(now())
        async with served.socket(tenant.token) as within, served.socket(tenant.token) as beyond:
            written = await write(tenant, 300)
            await within.subscribe("1", EVENTS, after=start)
            assert await heard(lambda: within.told("1"), 300) == written
            [more] = await write(tenant, 1)
            await beyond.subscribe("1", EVENTS, after=start)
            gap = (await beyond.hear())["payload"]
            assert (gap["data"], gap["errors"][0]["extensions"]["code"]) == (None, "EVENTS_GAP")
            [latest] = await write(tenant, 1)
            assert await heard(lambda: beyond.told("1"), 1) == [latest]
            assert await heard(lambda: within.told("1"), 2) == [more, latest]
        async with served.socket(tenant.token) as later:
            await later.subscribe("1", EVENTS, after=gap["extensions"]["cursor"])
            assert await heard(lambda: later.told("1"), 1) == [latest]


async def all_connections(reads: Pool, count: int) -> list[asyncpg.Connection]:
    """All of a pool's; whoever asks for one from now on is not as patient as we were."""
    held = [await reads.acquire() for _ in range(count)]
    reads._options = replace(reads._options, wait=0.1)
    return held


async def test_a_gap_is_said_however_long_the_database_is_busy(settings: Settings) -> None:
    from datetime import UTC, datetime

    async with serving(settings) as served:
        tenant = await served.tenant()
        old = (await newest_place(tenant.ctx())).cursor(datetime(2020, 1, 1, tzinfo=UTC))
        async with served.socket(tenant.token) as client:
            await client.subscribe("first", EVENTS)
            await served.heard()
            reads = served.app.services.database.reads
            held = await all_connections(reads, settings.read_connections)
            await client.subscribe("1", EVENTS, after=old)
            await asyncio.sleep(0.5)
            for each in held:
                reads.release(each)
            gap = await client.hear()
            assert gap["payload"]["errors"][0]["extensions"]["code"] == "EVENTS_GAP"


async def test_a_stream_that_is_cut_off_between_beats_leaves_nothing(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema.live.sse, "BEAT_EVERY", 0.05)
    monkeypatch.setattr(web.unread, "PATIENCE", 0.5)
    async with serving(settings) as served:
        tenant = await served.tenant()
        async with Stream.opened(served.url, tenant.token, EVENTS):
            await served.heard()
            while not full(served):
                await write(tenant, 1, 60_000)
                await asyncio.sleep(0.01)
            await eventually(lambda: not subscribers(served.hub))


async def test_what_is_said_wrongly_by_a_client_that_does_not_read_ends_it_too(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web.unread, "PATIENCE", 0.5)
    async with serving(settings) as served:
        tenant = await served.tenant()
        async with unread_socket(served, tenant) as client:
            while not full(served):
                await write(tenant, 10, 10_000)
            await client.raw.send("{")
            await write(tenant, 10, 10_000)
            await eventually(lambda: not subscribers(served.hub))


async def ask(client: Client, said: list[int]) -> None:
    """Pings without end, or for 8 seconds."""
    async with asyncio.timeout(8):
        for number in itertools.count():
            await client.say("ping", payload={"x": "x" * 100_000})
            said.append(number)


async def test_a_client_that_asks_and_never_listens_is_held_up(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers to pings have to be read too, before more questions are."""
    monkeypatch.setattr(web.unread, "PATIENCE", 1.0)
    async with serving(settings) as served, served.socket((await served.tenant()).token, close_timeout=0.1) as client:
        client.raw.transport.pause_reading()
        before = psutil.Process().memory_info().rss
        said: list[int] = []
        with pytest.raises(ConnectionClosed):
            await ask(client, said)
        assert psutil.Process().memory_info().rss - before < 30 * MEGABYTE
        assert len(said) < 500


async def test_a_peer_that_has_vanished_is_let_go(settings: Settings) -> None:
    """Half open: the connection stands, and nobody answers on it, not even to pings."""
    async with serving(settings, pings=0.3) as served:
        tenant = await served.tenant()
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: graphql-transport-ws"
        writer.write(f"GET /graphql HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n{key}\r\n\r\n".encode())
        await reader.readuntil(b"\r\n\r\n")
        init = {"type": "connection_init", "payload": {"Authorization": f"Bearer {tenant.token}"}}
        for message in (init, {"type": "subscribe", "id": "1", "payload": {"query": EVENTS}}):
            writer.write(Frame(Opcode.TEXT, orjson.dumps(message)).serialize(mask=True))
        await served.heard()
        began = time.monotonic()
        await eventually(lambda: not subscribers(served.hub), 3)
        assert 0.2 < time.monotonic() - began < 1.5
        writer.close()
        await writer.wait_closed()


async def test_an_event_is_charged_once_however_often_it_is_tried(settings: Settings) -> None:
    async with serving(settings, limit_cost="1000000/hour") as served:
        tenant = await served.tenant()
        async with unread_socket(served, tenant) as client:
            written, queued = [], False
            while not queued:
                written += await write(tenant, 10, 10_000)
                # The system may take some more after it would take nothing.
                with contextlib.suppress(TimeoutError):
                    await eventually(lambda: len(subscribers(served.hub)[0].waiting) >= 20, patience=0.5)
                    queued = True
            reads = served.app.services.database.reads
            held = await all_connections(reads, settings.read_connections)
            client.raw.transport.resume_reading()
            told = [await client.hear()]
            with contextlib.suppress(TimeoutError):
                while True:
                    told.append(await client.hear(2.0))
            assert len(told) < len(written)
            for each in held:
                reads.release(each)
            told += [await client.hear() for _ in range(len(written) - len(told))]
            assert [each["payload"]["data"]["events"]["id"] for each in told] == written
            spent = sum(each["payload"]["extensions"]["cost"]["actual"] for each in told)
            left = (await served.app.services.budgets.cost_state(tenant.company_id)).remaining
            assert left == 1_000_000 - spent
