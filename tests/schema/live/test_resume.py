"""Resuming for real: web server, worker, Valkey and PostgreSQL are killed (-9) at random under load; nothing is lost or told twice.

The log is the truth. Writers do not stop for anything; what became of a transaction whose outcome they were not told
stands in the log too.
"""

import asyncio
import contextlib
import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import orjson
import pytest
from sqlalchemy import insert, select
from websockets.exceptions import WebSocketException

from embedded import PostgresServer, ValkeyServer
from embedded.process import free_port
from models.columns import now
from models.db import Database
from models.event import EVENTS
from models.migrations import run
from resolvers.contacts import NewContact, create_contact
from resolvers.event_log import newest_place
from resolvers.faults import DATABASE_FAULTS
from settings import Settings
from tests.conftest import settings_for
from tests.ops.breakable import Breakable
from tests.ops.running import PARLEY, environment, tell
from tests.ops.test_secrets_in_logs import listens
from tests.schema.live.client import Client
from tests.schema.live.log import event
from tests.schema.live.serving import eventually
from tests.schema.live.streams import Refused, Stream
from tests.schema.live.test_cycles import PLENTY
from tests.tenant import Tenant
from tests.test_embedded import reachable_folder

SECONDS = float(os.environ.get("LIVE_SECONDS", "16"))
SEED = int(os.environ.get("LIVE_SEED", "4"))
RATE = 200
WRITERS = 8
ALL = "subscription ($after: String) { events(after: $after) { id cursor type payload } }"
CONTACTS = "subscription ($after: String) { contactChanged(after: $after) { cursor id contact { email } } }"


# How connections end that are killed, and how they do not begin while nobody is there.
GONE = (OSError, EOFError, httpx2.TransportError, WebSocketException, Refused)


@dataclass
class Servers:
    """Everything that is killed and started again, each in its way; programs log into `folder`."""

    folder: Path
    postgres: Breakable
    valkey: ValkeyServer
    port: int = field(default_factory=free_port)
    settings: Settings | None = None
    programs: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    killed: Counter[str] = field(default_factory=Counter)

    def start(self, name: str) -> None:
        """Start `web` or `worker`."""
        with (self.folder / f"{name}.log").open("ab") as log:
            env = environment(self.settings, PARLEY_PORT=str(self.port), **PLENTY | {"PARLEY_LOG_LEVEL": "warning"})
            self.programs[name] = subprocess.Popen([PARLEY, name], env=env, stdout=log, stderr=log)

    async def serves(self) -> None:
        """Wait for the web server."""
        await eventually(lambda: listens(self.port), 40)

    async def kill(self, name: str, away: float) -> None:
        """SIGKILL, `away` seconds of nothing, and the next start."""
        self.killed[name] += 1
        if name == "postgres":
            self.postgres.kill()
            await asyncio.sleep(away)
            await asyncio.to_thread(self.postgres.start)
        elif name == "valkey":
            assert self.valkey.pid
            os.kill(self.valkey.pid, signal.SIGKILL)
            await asyncio.sleep(away)
            await asyncio.wrap_future(self.postgres.starter.submit(self.valkey.start))
        else:
            self.programs[name].kill()
            self.programs[name].wait()
            await asyncio.sleep(away)
            self.start(name)
            if name == "web":
                await self.serves()

    def errors(self) -> list[Any]:
        """What the programs logged as broken, rather than away."""
        lines = [line for name in ("web", "worker") for line in (self.folder / f"{name}.log").read_bytes().splitlines()]
        return [line for line in lines if not line.startswith(b"{") or orjson.loads(line)["level"] not in ("warning", "info")]

    def stop(self) -> None:
        """End what still runs."""
        for program in self.programs.values():
            program.kill()
            program.wait()


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    """A durable PostgreSQL and a Valkey, migrated; the programs are not started yet."""
    # A child ends with the thread that started it, so this thread outlives every start.
    with reachable_folder() as folder, ThreadPoolExecutor(max_workers=1) as starter:
        postgres, valkey = PostgresServer(folder / "postgres", durable=True), ValkeyServer(folder / "valkey")
        made = Servers(folder, Breakable(postgres, starter), valkey)
        made.postgres.start()
        starter.submit(valkey.start).result()
        run.upgrade(postgres.url("parley_owner"))
        made.settings = settings_for(postgres, valkey, "parley")
        yield made
        made.stop()
        starter.submit(valkey.stop).result()
        made.postgres.start()
        postgres.remove()


@pytest.fixture
async def company(servers: Servers) -> AsyncIterator[Tenant]:
    """The company that writes, with a database of the writers' own: they do not depend on the web server."""
    assert servers.settings is not None
    database = Database(servers.settings)
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{servers.port}", timeout=2) as client:
        yield await Tenant.create(client, database, f"owner@{uuid4().hex}.example")
    await database.close()


@dataclass
class Load:
    """Writers at one rate altogether, which they make up for after an outage; some come over HTTP."""

    tenant: Tenant
    began: float = field(default_factory=time.monotonic)
    stopping: bool = False
    written: int = 0
    refused: int = 0

    async def write(self, number: int) -> None:
        """Make events until told to stop; what was refused, or nobody knows of, is followed by the next."""
        way = self._over_http if number % 4 == 0 else self._directly
        while not self.stopping:
            ahead = self.written / RATE - (time.monotonic() - self.began)
            await asyncio.sleep(max(0.005, ahead + 0.01))
            made = await way()
            self.written += made
            self.refused += not made

    async def _directly(self) -> int:
        """A command and three events more in one transaction."""
        ctx = self.tenant.ctx()
        try:
            async with ctx.db.transaction():
                await create_contact(ctx, NewContact(email=f"{uuid4()}@b.c"))
                await ctx.db.execute(insert(EVENTS).values([event() for _ in range(3)]).returning(EVENTS.c.seq))
        except DATABASE_FAULTS:
            return 0
        return 4

    async def _over_http(self) -> int:
        """Through the web server, which may be away too."""
        try:
            answer = await self.tenant.rest("POST", "/api/crm/contacts", json={"email": f"{uuid4()}@b.c"})
        except httpx2.HTTPError:
            return 0
        return int(answer.status_code == 201)


@dataclass
class Listener:
    """A subscriber that comes back with the last cursor that it was told, whatever happens."""

    name: str
    listen: Callable[["Listener"], Awaitable[None]]
    cursor: str
    port: int
    token: str
    got: list[str] = field(default_factory=list)
    cut: int = 0

    async def follow(self) -> None:
        """For ever. Whatever is not the connection's end is a fault, and ends this."""
        while True:
            told = len(self.got)
            with contextlib.suppress(*GONE):
                await self.listen(self)
            self.cut += len(self.got) > told
            await asyncio.sleep(0.05)

    def take(self, answer: dict[str, Any]) -> None:
        """Note one answer."""
        assert "errors" not in answer, answer["errors"]
        [told] = answer["data"].values()
        self.got.append(told["id"])
        self.cursor = told["cursor"]


async def over_a_socket(listener: Listener, query: str, slowness: float = 0.0) -> None:
    """Until the connection breaks."""
    async with Client.connected(listener.port, close_timeout=1, ping_interval=1, ping_timeout=3) as client:
        await client.init(listener.token)
        await client.subscribe("1", query, after=listener.cursor)
        while True:
            message = await client.hear(600)
            if message["type"] == "error" and message["payload"][0]["extensions"]["code"] == "SERVICE_UNAVAILABLE":
                raise Refused
            assert (message["id"], message["type"]) == ("1", "next"), message
            listener.take(message["payload"])
            if slowness:
                await asyncio.sleep(slowness)


async def over_a_stream(listener: Listener, query: str, first: str) -> None:
    """Until the stream breaks: `after` says what it said at the very first, as browsers do, and Last-Event-ID the rest."""
    url = f"http://127.0.0.1:{listener.port}/graphql"
    last = listener.cursor if listener.got else None
    async with Stream.opened(url, listener.token, query, last, after=first) as stream:
        while True:
            answer = await stream.hear(600)
            listener.take(answer)
            assert stream.last == listener.cursor == answer["extensions"]["cursor"]


def listeners(tenant: Tenant, port: int, start: str) -> list[Listener]:
    """One of each kind, and one that reads slowly."""
    kinds: dict[str, Callable[[Listener], Awaitable[None]]] = {
        "events over a socket": lambda each: over_a_socket(each, ALL),
        "contacts over a socket": lambda each: over_a_socket(each, CONTACTS),
        "events over a stream": lambda each: over_a_stream(each, ALL, start),
        "contacts over a stream": lambda each: over_a_stream(each, CONTACTS, start),
        "events over a slow socket": lambda each: over_a_socket(each, ALL, 0.001),
    }
    return [Listener(name, listen, start, port, tenant.token) for name, listen in kinds.items()]


async def faults(servers: Servers, chance: random.Random) -> None:
    """Kill everything again and again, each in its own time; PostgreSQL once, in the middle."""
    ends = time.monotonic() + SECONDS

    async def again(name: str, most: float) -> None:
        while time.monotonic() < ends:
            await asyncio.sleep(chance.uniform(0.1, most))
            await servers.kill(name, chance.uniform(0.0, 0.8))

    async def once() -> None:
        await asyncio.sleep(chance.uniform(0.4, 0.6) * SECONDS)
        await servers.kill("postgres", chance.uniform(0.1, 0.8))

    await asyncio.gather(again("web", 3), again("worker", 6), again("valkey", 3), once())


async def logged(tenant: Tenant) -> list[tuple[str, str]]:
    """Event and contact of the whole log, in order."""
    chosen = select(EVENTS.c.id, EVENTS.c.entity_id).order_by(EVENTS.c.txid, EVENTS.c.seq)
    return [(str(row[0]), str(row[1])) for row in await tenant.ctx().db.records(chosen)]


def wanted(listener: Listener, log: list[tuple[str, str]]) -> list[str]:
    """What a listener has to have been told: the events, or the contacts that they are about."""
    return [event if listener.name.startswith("events") else contact for event, contact in log]


async def test_nothing_is_lost_or_repeated_whatever_is_killed(servers: Servers, company: Tenant) -> None:
    start = (await newest_place(company.ctx())).cursor(now())
    servers.start("web")
    servers.start("worker")
    await servers.serves()
    listening = listeners(company, servers.port, start)
    following = [asyncio.create_task(each.follow()) for each in listening]
    load, began = Load(company), time.monotonic()
    writing = [asyncio.create_task(load.write(number)) for number in range(WRITERS)]
    await faults(servers, random.Random(SEED))
    load.stopping = True
    await asyncio.gather(*writing)
    seconds = time.monotonic() - began
    # In the order in which readers are given it; nothing is written any more.
    log = await logged(company)
    drained = time.monotonic()
    with contextlib.suppress(TimeoutError):
        await eventually(lambda: all(len(each.got) >= len(log) for each in listening), 20)
    drained = time.monotonic() - drained
    await asyncio.sleep(0.5)
    for task in following:
        task.cancel()
    ends = await asyncio.gather(*following, return_exceptions=True)
    tell(
        f"seed {SEED}: {len(log)} events in {seconds:.0f} s ({len(log) / seconds:.0f} a second), {load.refused} writes refused; "
        f"killed {dict(servers.killed)}; everybody had caught up {drained:.1f} s after the last write"
    )
    for each in listening:
        expected = wanted(each, log)
        lost, repeated = set(expected) - set(each.got), len(each.got) - len(set(each.got))
        tell(f"{each.name}: {len(lost)} lost, {repeated} repeated, in order: {each.got == expected}; cut off {each.cut} times")
    assert all(isinstance(end, asyncio.CancelledError) for end in ends), ends
    for each in listening:
        assert each.got == wanted(each, log), each.name
        assert each.cut >= 1
    assert servers.killed["postgres"] == 1
    assert min(servers.killed[name] for name in ("web", "worker", "valkey")) >= 2
    assert len(log) > RATE * SECONDS / 4
    assert servers.errors() == []


async def test_a_restart_ends_sockets_and_streams_and_both_come_back(servers: Servers, company: Tenant) -> None:
    """SIGTERM, as a rolling restart sends it."""
    if not listens(servers.port):
        servers.start("web")
    await servers.serves()
    start = (await newest_place(company.ctx())).cursor(now())
    listening = listeners(company, servers.port, start)
    following = [asyncio.create_task(each.follow()) for each in listening]
    load = Load(company)
    writing = [asyncio.create_task(load.write(number)) for number in range(WRITERS)]
    await eventually(lambda: all(each.got for each in listening), 10)
    began = time.monotonic()
    servers.programs["web"].terminate()
    code = await asyncio.to_thread(servers.programs["web"].wait, 15)
    stopped = time.monotonic() - began
    servers.start("web")
    await servers.serves()
    await asyncio.sleep(1)
    load.stopping = True
    await asyncio.gather(*writing)
    log = await logged(company)
    await eventually(lambda: all(len(each.got) >= len(log) for each in listening), 20)
    for task in following:
        task.cancel()
    await asyncio.gather(*following, return_exceptions=True)
    tell(f"F25 with sockets and streams open the web server stops after {stopped:.1f} s, code {code}")
    for each in listening:
        assert each.got == wanted(each, log), each.name
    assert stopped < 10
    assert code in (0, -signal.SIGTERM)
    assert servers.errors() == []


async def test_parley_web_takes_messages_of_at_most_256_kilobytes(servers: Servers, company: Tenant) -> None:
    if not listens(servers.port):
        servers.start("web")
    await servers.serves()
    async with Client.connected(servers.port) as client:
        await client.init(company.token)
        await client.say("ping", payload={"x": "x" * 250 * 1024})
        assert (await client.hear())["type"] == "pong"
        await client.say("ping", payload={"x": "x" * 256 * 1024})
        assert await client.closed() == 1009
