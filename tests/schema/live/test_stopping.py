"""A server that stops, and a connection that breaks in several places at once: both end at once, and clients come back."""

import asyncio
import time

import orjson
import pytest
from starlette.types import Message

from app import Parley
from schema.live.socket import CloseError, Connection, Sockets
from settings import Settings
from tests.schema.live.serving import Served, eventually, faultless, serving, subscribers
from tests.schema.live.streams import Stream
from tests.tenant import Tenant

CONTACTS = "subscription ($after: String) { contactChanged(after: $after) { id } }"


async def asked_by_get(served: Served, tenant: Tenant) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """An address with escapes, which uvicorn serves by itself."""
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    head = f"GET /graphql?query=subscription%7BcontactChanged%7Bid%7D%7D HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {tenant.token}\r\n"
    writer.write(f"{head}Accept: text/event-stream\r\nGraphQL-Require-Preflight: 1\r\n\r\n".encode())
    assert b" 200 OK" in await reader.readuntil(b"\r\n\r\n")
    return reader, writer


async def test_a_server_that_stops_ends_its_streams_at_once_and_whole_so_that_clients_resume(settings: Settings) -> None:
    async with serving(settings) as served:
        tenant = await served.tenant()
        reader, writer = await asked_by_get(served, tenant)
        async with Stream.opened(served.url, tenant.token, CONTACTS) as stream:
            await eventually(lambda: len(subscribers(served.hub)) == 2)
            row = await tenant.contact()
            assert (await stream.told())["contactChanged"] == {"id": row["id"]}
            served.server.should_exit = True
            began = time.monotonic()
            # A body that is cut off, or `complete`, would be an error, or tell the client not to come back.
            with pytest.raises(EOFError):
                await stream.hear()
            assert stream.kinds == ["next"]
            rest = await reader.read()
            assert rest.endswith(b"\r\n0\r\n\r\n")
            assert b"complete" not in rest
            assert time.monotonic() - began < 2
        writer.close()
        await eventually(lambda: not served.server.server_state.connections)
        missed = await tenant.contact()
    async with serving(settings) as again, Stream.opened(again.url, tenant.token, CONTACTS, stream.last) as stream:
        assert (await stream.told())["contactChanged"] == {"id": missed["id"]}


async def test_a_request_that_is_being_answered_when_the_server_stops_is_answered(settings: Settings) -> None:
    async with serving(settings) as served:
        tenant = await served.tenant()
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        body = orjson.dumps({"query": "{ contacts { totalCount } }"})
        head = f"POST /graphql HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {tenant.token}\r\nContent-Type: application/json\r\n"
        writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body[:5])
        await asyncio.sleep(0.05)
        served.server.should_exit = True
        await asyncio.sleep(0.2)
        writer.write(body[5:])
        assert b'"totalCount"' in await asyncio.wait_for(reader.read(), 5)
        writer.close()


async def test_an_end_that_operations_and_the_reader_learn_of_together_is_the_first_of_them(app: Parley) -> None:
    """It was chance which of them counted; nothing is left that nobody asked for."""
    with faultless():
        assert {await ended_twice(app) for _ in range(16)} == {1001}


async def ended_twice(app: Parley) -> int:
    """The code that a client reads who is taken for gone by two operations, and says something wrong in that very moment."""
    [sockets] = app.dispatcher._sockets.values()
    assert isinstance(sockets, Sockets)
    sent: list[int] = []

    async def receive() -> Message:
        for _ in range(2):
            connection._end(CloseError(1001, "The client has left"))
        return {"type": "websocket.receive", "text": "{"}

    async def send(message: Message) -> None:
        sent.append(message["code"])

    connection = Connection(sockets, {}, receive, send)
    await connection.serve()
    [code] = sent
    return code
