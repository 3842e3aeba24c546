"""Clients that come and go by the thousand, politely and not, leave nothing behind: no memory, no descriptors, no tasks, no companies.

`LIVE_CYCLES=10000` makes it as many; without it there are fewer, so that it takes no minute.
"""

import asyncio
import contextlib
import os
import random
import socket
import struct
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import orjson
import psutil
import pytest

from app import Parley
from embedded.process import free_port
from models.db import Database
from settings import Settings
from tests.ops.running import environment, program, tell
from tests.ops.test_secrets_in_logs import listens
from tests.schema.live.client import Client
from tests.schema.live.log import write
from tests.schema.live.serving import eventually, serving
from tests.tenant import Tenant

CYCLES = int(os.environ.get("LIVE_CYCLES", "1000"))
WARM_UP = max(500, CYCLES // 5)
AT_ONCE = 20
# Connections for reads that a server may open.
POOLED = Settings().read_connections
COMPANIES = 8
CONTACTS = "subscription { contactChanged { id type contact { email } } }"
EVENTS = "subscription { events { id type cursor } }"
PLENTY = {f"PARLEY_LIMIT_{name}": "1000000000/hour" for name in ("USER", "ANONYMOUS", "COST")} | {"PARLEY_LOG_LEVEL": "error"}


@dataclass(frozen=True)
class Visitor:
    """Somebody who connects, subscribes and leaves, each time in another way."""

    port: int
    tenants: list[Tenant]
    tokens: list[str]
    chance: random.Random

    async def visit(self, number: int) -> None:
        """One cycle."""
        await self.ways[number % len(self.ways)](self.chance.choice(self.tokens))

    @property
    def ways(self) -> list[Callable[[str], Awaitable[None]]]:
        """All of them, socket and stream, polite and abrupt."""
        return [self.polite, self.completed, self.cut, self.reset, self.wrong, self.stranger, self.stream, self.stream_reset]

    @contextlib.asynccontextmanager
    async def subscribed(self, token: str) -> AsyncIterator[Client]:
        """Two subscriptions and an answered question, so that both have begun."""
        async with Client.connected(self.port, compression=None, close_timeout=5) as client:
            await client.init(token)
            await client.subscribe("1", CONTACTS)
            await client.subscribe("2", EVENTS)
            await client.subscribe("3", "{ __typename }")
            while (await client.hear())["id"] != "3":
                pass
            yield client

    async def polite(self, token: str) -> None:
        """Close with the subscriptions running."""
        async with self.subscribed(token):
            pass

    async def completed(self, token: str) -> None:
        """Complete, then close."""
        async with self.subscribed(token) as client:
            for name in "12":
                await client.say("complete", id=name)

    async def cut(self, token: str) -> None:
        """The connection is gone from one moment to the next, with what it had not read yet."""
        async with self.subscribed(token) as client:
            client.raw.transport.abort()

    async def reset(self, token: str) -> None:
        """The other side is told that the connection does not exist."""
        async with self.subscribed(token) as client:
            _linger(client.raw.transport.get_extra_info("socket"))
            client.raw.transport.abort()

    async def wrong(self, token: str) -> None:
        """What is not of the protocol."""
        async with self.subscribed(token) as client:
            await client.raw.send("{")
            assert await client.closed() == 4400

    async def stranger(self, _token: str) -> None:
        """Never says who it is."""
        async with Client.connected(self.port, compression=None):
            pass

    async def stream(self, token: str) -> None:
        """An event stream that is closed."""
        writer = await self._streaming(token)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()

    async def stream_reset(self, token: str) -> None:
        """An event stream that is reset."""
        writer = await self._streaming(token)
        _linger(writer.transport.get_extra_info("socket"))
        writer.transport.abort()

    async def _streaming(self, token: str) -> asyncio.StreamWriter:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        body = orjson.dumps({"query": CONTACTS})
        head = f"POST /graphql HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\nAccept: text/event-stream\r\n"
        writer.write(f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
        async with asyncio.timeout(10):
            told = await reader.readuntil(b":\n\n")
        assert b" 200 OK" in told, told
        return writer

    async def all(self, cycles: int) -> None:
        """So many cycles, some at once, while the companies are at work."""
        numbers = iter(range(cycles))

        async def visits() -> None:
            for number in numbers:
                await self.visit(number)

        async def work() -> None:
            while True:
                await write(self.chance.choice(self.tenants), 3, 200)
                await asyncio.sleep(0.02)

        working = asyncio.create_task(work())
        await asyncio.gather(*(visits() for _ in range(AT_ONCE)))
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


def _linger(opened: socket.socket) -> None:
    """Close with a reset instead of a farewell."""
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


async def visitor(port: int, client: Any, database: Database) -> Visitor:
    tenants = [await Tenant.create(client, database, f"owner@{number}.example") for number in range(COMPANIES)]
    return Visitor(port, tenants, [each.token for each in tenants], random.Random(7))


@dataclass(frozen=True)
class Footprint:
    """What a process holds: resident bytes, descriptors, sockets of its own port."""

    memory: int
    descriptors: int
    connections: int

    @classmethod
    def of(cls, process: psutil.Process, port: int) -> "Footprint":
        """As it is now."""
        connections = [each for each in process.net_connections("tcp") if each.laddr.port == port and each.status == "ESTABLISHED"]
        return cls(process.memory_info().rss, process.num_fds(), len(connections))


@pytest.fixture
async def web(settings: Settings, tmp_path: Path) -> AsyncIterator[tuple[int, psutil.Process, Path]]:
    """`parley web` on the tests' database: its port, its process and its log."""
    port, log = free_port(), tmp_path / "web.log"
    with program("web", env=environment(settings, PARLEY_PORT=str(port), **PLENTY), log=log) as process:
        await eventually(lambda: listens(port), 30)
        yield port, psutil.Process(process.pid), log


async def test_connecting_and_leaving_leaves_no_memory_and_no_descriptor_behind(
    web: tuple[int, psutil.Process, Path], client: httpx2.AsyncClient, database: Database
) -> None:
    port, process, log = web
    visiting = await visitor(port, client, database)
    await visiting.all(WARM_UP)
    await eventually(lambda: Footprint.of(process, port).connections == 0, 10)
    before, began = Footprint.of(process, port), time.monotonic()
    await visiting.all(CYCLES)
    seconds = time.monotonic() - began
    await eventually(lambda: Footprint.of(process, port).connections == 0, 10)
    after = Footprint.of(process, port)
    grown = after.memory / before.memory - 1
    tell(
        f"F14 {CYCLES} cycles in {seconds:.0f} s after {WARM_UP} to warm up: memory {before.memory / 2**20:.1f} -> "
        f"{after.memory / 2**20:.1f} MiB ({grown:+.1%}), descriptors {before.descriptors} -> {after.descriptors}"
    )
    assert grown < 0.05
    # A pool may have opened a connection more for those who came at once.
    assert after.descriptors <= before.descriptors + POOLED
    assert log.read_bytes() == b""


async def test_connecting_and_leaving_leaves_no_task_and_no_company_behind(settings: Settings) -> None:
    async with serving(settings) as served:
        visiting = await visitor(served.port, served.client, served.app.services.database)
        before = asyncio.all_tasks()
        await visiting.all(300)
        await eventually(lambda: not served.hub._companies, 10)
        await eventually(lambda: asyncio.all_tasks() <= before, 10)
        assert served.hub._running is None
        assert not served.server.server_state.connections
        assert all(not each for each in places(served.app))


def places(app: Parley) -> list[Any]:
    """What is counted of connections: by company, and of the pools' lent connections."""
    [sockets] = app.dispatcher._sockets.values()
    pools = (app.services.database.reads, app.services.database.system)
    return [sockets.listening.connected, *(pool._open - len(pool._idle) for pool in pools)]  # type: ignore[attr-defined]  # it is `Sockets`
