"""Programs and servers that are killed and started again, writers that do not mind, and subscribers that come back."""

import asyncio
import contextlib
import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import orjson
from sqlalchemy import insert
from websockets.exceptions import WebSocketException

from embedded import ValkeyServer
from embedded.process import free_port
from models.event import EVENTS
from resolvers.contacts import NewContact, create_contact
from resolvers.faults import DATABASE_FAULTS
from settings import Settings
from tests.ops.breakable import Breakable
from tests.ops.running import PARLEY, environment
from tests.ops.test_secrets_in_logs import listens
from tests.schema.live.client import Client
from tests.schema.live.log import event
from tests.schema.live.serving import eventually
from tests.schema.live.streams import Refused, Stream
from tests.schema.live.test_cycles import PLENTY
from tests.tenant import Tenant

RATE = 200
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
        """Start `web` or `worker`; one that still runs, because a test before has failed, ends."""
        self.end(name)
        with (self.folder / f"{name}.log").open("ab") as log:
            env = environment(self.settings, PARLEY_PORT=str(self.port), **PLENTY | {"PARLEY_LOG_LEVEL": "warning"})
            self.programs[name] = subprocess.Popen([PARLEY, name], env=env, stdout=log, stderr=log)

    async def serves(self) -> None:
        """Wait for the web server."""
        await eventually(lambda: listens(self.port), 120)

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
            self.end(name)
            await asyncio.sleep(away)
            self.start(name)
            if name == "web":
                await self.serves()

    def errors(self) -> list[Any]:
        """What the programs logged as broken, rather than away."""
        lines = [line for name in ("web", "worker") for line in (self.folder / f"{name}.log").read_bytes().splitlines()]
        return [line for line in lines if not line.startswith(b"{") or orjson.loads(line)["level"] not in ("warning", "info")]

    def end(self, name: str) -> None:
        """SIGKILL to one program, if it runs."""
        program = self.programs.pop(name, None)
        if program is not None:
            program.kill()
            program.wait()

    def stop(self) -> None:
        """End what still runs."""
        for name in list(self.programs):
            self.end(name)


@dataclass
class Load:
    """Writers at one rate altogether, which they make up for after an outage, up to `most` events; some come over HTTP."""

    tenant: Tenant
    most: int = 10_000
    began: float = field(default_factory=time.monotonic)
    stopping: bool = False
    written: int = 0
    refused: int = 0

    async def write(self, number: int) -> None:
        """Make events until told to stop; what was refused, or nobody knows of, is followed by the next."""
        way = self._over_http if number % 4 == 0 else self._directly
        while not self.stopping and self.written < self.most:
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


async def caught_up(listening: list[Listener], events: int) -> None:
    """Wait until everybody was told as many, however long that takes, as long as it goes on."""
    told, since = -1, time.monotonic()
    while any(len(each.got) < events for each in listening):
        await asyncio.sleep(0.05)
        before, told = told, sum(len(each.got) for each in listening)
        since = since if told == before else time.monotonic()
        if time.monotonic() - since > 30:
            raise TimeoutError


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
    """One of each kind; one of them reads slowly."""
    kinds: dict[str, Callable[[Listener], Awaitable[None]]] = {
        "contacts over a socket": lambda each: over_a_socket(each, CONTACTS),
        "events over a stream": lambda each: over_a_stream(each, ALL, start),
        "contacts over a stream": lambda each: over_a_stream(each, CONTACTS, start),
        "events over a slow socket": lambda each: over_a_socket(each, ALL, 0.001),
    }
    return [Listener(name, listen, start, port, tenant.token) for name, listen in kinds.items()]
