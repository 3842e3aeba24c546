"""An application of a test's own on loopback, served as `parley web` serves it, that has to leave nothing behind."""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
import structlog
import uvicorn

from app import Parley, create_app
from schema.live.hub import Hub
from settings import Settings
from tests.schema.live.client import Client
from tests.tenant import Tenant
from web.protocol import Protocol
from web.unread import SocketProtocol

LARGEST = 256 * 1024
# uvicorn says so of every handshake that is refused with an HTTP answer, which ASGI allows, and of clients' broken text.
UNFOUNDED = {"ASGI callable returned without completing handshake.", "Invalid UTF-8 sequence received from client."}


@dataclass(frozen=True)
class Served:
    """The application, where it listens, and its companies."""

    app: Parley
    server: uvicorn.Server
    port: int
    client: httpx2.AsyncClient

    @property
    def url(self) -> str:
        """Where GraphQL is served over HTTP."""
        return f"http://127.0.0.1:{self.port}/graphql"

    @property
    def hub(self) -> Hub:
        """The one reader of the application."""
        return self.app.services.hub

    async def tenant(self, email: str = "owner@acme.example") -> Tenant:
        """A new company, seen by its owner."""
        return await Tenant.create(self.client, self.app.services.database, email)

    @asynccontextmanager
    async def socket(self, token: str | None = None, **options: Any) -> AsyncIterator[Client]:
        """A socket; with a token it is initialised already."""
        async with Client.connected(self.port, **options) as client:
            if token is not None:
                await client.init(token)
            yield client

    async def heard(self, companies: int = 1) -> None:
        """Wait until so many companies have a subscriber."""
        await eventually(lambda: len(subscribers(self.hub)) >= companies)


def subscribers(hub: Hub) -> list[Any]:
    """Whoever the hub hands events to."""
    return [each for company in hub._companies.values() for each in company.subscribers]


async def eventually(holds: Callable[[], object], patience: float = 15.0) -> None:
    """Wait for what other tasks do."""
    async with asyncio.timeout(patience):
        while not holds():  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.01)


@dataclass
class Faults(logging.Handler):
    """What nobody handled: exceptions of tasks, tracebacks of the server, faults that the application logged."""

    found: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(logging.ERROR)

    def __hash__(self) -> int:
        return id(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Take what uvicorn or asyncio logs."""
        if record.getMessage() not in UNFOUNDED:
            self.found.append(f"{record.name}: {record.getMessage()} {record.exc_info}")

    def of_a_task(self, _loop: asyncio.AbstractEventLoop, context: Mapping[str, Any]) -> None:
        """Take what the event loop is told; asyncpg forgets a future when its connecting is cancelled."""
        if "unexpected connection_lost() call" in str(context.get("exception")):
            return
        self.found.append(f"{context.get('message')}: {context.get('exception')!r}")


@contextmanager
def faultless() -> Any:
    """Nothing within may break unhandled, however its clients behave."""
    faults, loop, uvicorns = Faults(), asyncio.get_running_loop(), logging.getLogger("uvicorn.error")
    uvicorns.addHandler(faults)
    loop.set_exception_handler(faults.of_a_task)
    try:
        with structlog.testing.capture_logs() as logged:
            yield
            gc.collect()
    finally:
        loop.set_exception_handler(None)
        uvicorns.removeHandler(faults)
    said = [*faults.found, *(repr(each) for each in logged if each["log_level"] in ("error", "critical"))]
    assert not said, "\n".join(said)


@asynccontextmanager
async def serving(settings: Settings, *, pings: float = 20.0, **changes: Any) -> AsyncIterator[Served]:
    """Serve an application with changed settings; at the end nobody is subscribed and nothing broke unhandled.

    A socket is pinged every `pings` seconds and has as long to answer.
    """
    with faultless():
        app = create_app(settings.model_copy(update=changes))
        options = {"http": Protocol, "ws": SocketProtocol, "ws_max_size": LARGEST, "ws_per_message_deflate": False, "lifespan": "off"}
        options |= {"ws_ping_interval": pings, "ws_ping_timeout": pings}
        server = uvicorn.Server(uvicorn.Config(app.layers, host="127.0.0.1", port=0, log_config=None, access_log=False, **options))
        task = asyncio.create_task(server.serve())
        await eventually(lambda: server.started)
        port: int = server.servers[0].sockets[0].getsockname()[1]
        transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
        try:
            async with httpx2.AsyncClient(transport=transport, base_url="http://parley.test") as client:
                yield Served(app, server, port, client)
            await eventually(lambda: not app.services.hub._companies)
            assert app.services.hub._running is None
        finally:
            server.should_exit = server.force_exit = True
            await task
            await app.services.close()
            await asyncio.sleep(0)
