"""A served application on loopback, and clients that speak its live protocols over real sockets."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import uvicorn

from app import Parley
from tests.schema.live.client import Client
from web.protocol import Protocol
from web.unread import SocketProtocol


async def served(app: Parley) -> tuple[uvicorn.Server, "asyncio.Task[None]", int]:
    """Start uvicorn as `parley web` does, on a free port."""
    server = uvicorn.Server(
        uvicorn.Config(
            app.layers,
            host="127.0.0.1",
            port=0,
            http=Protocol,
            ws=SocketProtocol,
            log_config=None,
            access_log=False,
            lifespan="off",
            ws_max_size=256 * 1024,
            ws_per_message_deflate=False,
        )
    )
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event to wait for
        await asyncio.sleep(0.01)
    return server, task, server.servers[0].sockets[0].getsockname()[1]


@pytest.fixture
async def port(app: Parley) -> AsyncIterator[int]:
    """The port of the served application."""
    server, task, number = await served(app)
    yield number
    server.should_exit = server.force_exit = True
    await task


Connect = Callable[[str | None], Awaitable[Client]]


@pytest.fixture
async def connect(port: int) -> AsyncIterator[Connect]:
    """Opens sockets; with a token they are initialised already."""
    async with contextlib.AsyncExitStack() as stack:

        async def opened(token: str | None) -> Client:
            client = await stack.enter_async_context(Client.connected(port))
            if token is not None:
                await client.init(token)
            return client

        yield opened
