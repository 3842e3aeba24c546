"""The shorter way through HTTP: the same bytes as uvicorn's own, in one piece."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from web.protocol import Protocol

HELLO = b"hello"
GET = b"GET /%b HTTP/1.1\r\nHost: a\r\n\r\n"
DATE = (b"date", b"Sun, 22 Nov 2026 00:00:00 GMT")


async def answering(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers as the path says; the body tells what was asked."""
    body = b"".join([(await receive())["body"] for _ in range(scope["headers"].count((b"content-length", b"5")))])
    asked = f"{scope['method']} {scope['path']}".encode() + b" " + scope["query_string"] + b" " + scope["http_version"].encode() + body
    start, headers = {"type": "http.response.start", "status": 200}, [(b"x-one", b"1"), (b"content-length", b"%d" % len(asked))]
    match scope["path"].split("/")[1]:
        case "chunked":
            await send({**start, "headers": headers[:1]})
            for piece in (asked, HELLO):
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body"})
        case "pieces":
            await send({**start, "headers": headers})
            await send({"type": "http.response.body", "body": asked[:3], "more_body": True})
            await send({"type": "http.response.body", "body": asked[3:]})
        case "closing":
            await send({**start, "headers": [*headers, (b"connection", b"close")]})
            await send({"type": "http.response.body", "body": asked})
        case "empty":
            await send({**start, "status": 204, "headers": headers[:1]})
            await send({"type": "http.response.body", "body": b""})
        case "split":
            await send({**start, "headers": [(b"x-one", b"1\r\nx-two: 2"), headers[1]]})
            await send({"type": "http.response.body", "body": asked})
        case "longer":
            await send({**start, "headers": headers})
            await send({"type": "http.response.body", "body": asked + HELLO})
        case "broken":
            raise RuntimeError("before any answer")
        case "silent":
            return
        case _:
            await send({**start, "headers": headers})
            await send({"type": "http.response.body", "body": asked})


@asynccontextmanager
async def connected(
    protocol: type[HttpToolsProtocol], app: ASGIApp = answering
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A connection to a server that speaks by that protocol."""
    config = uvicorn.Config(app, log_config=None, access_log=False)
    config.load()
    state = ServerState()
    state.default_headers = [DATE]
    server = await asyncio.get_running_loop().create_server(lambda: protocol(config, state, {}), "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.sockets[0].getsockname()[1])
    try:
        async with asyncio.timeout(5):
            yield reader, writer
    finally:
        writer.close()
        server.close()
        while state.connections:  # noqa: ASYNC110 - the server has no event for it
            await asyncio.sleep(0.001)


async def told(protocol: type[HttpToolsProtocol], asked: bytes, ends: bytes) -> tuple[bytes, bool]:
    """All that is answered up to `ends`, and whether the connection is then closed."""
    async with connected(protocol) as (reader, writer):
        writer.write(asked)
        answer = b""
        while not answer.endswith(ends) and (more := await reader.read(65536)):
            answer += more
        try:
            async with asyncio.timeout(0.05):
                closed = await reader.read(1) == b""
        except TimeoutError:
            closed = False
        return answer, closed


PLAIN = [
    (GET % b"plain?a=b", b"a=b 1.1"),
    (GET % b"plain?a?b", b"a?b 1.1"),
    (GET % b"plain?", b"  1.1"),
    (GET % b"plain%20x?a=%20", b"a=%20 1.1"),
    (GET % b"/plain//x", b"x  1.1"),
    (GET % b"chunked/x", b"0\r\n\r\n"),
    (GET % b"pieces", b"  1.1"),
    (GET % b"closing", b"  1.1"),
    (GET % b"empty", b"\r\n\r\n"),
    (GET % b"one" + GET % b"two", b"GET /two  1.1"),
    (GET % b"chunked" + GET % b"two", b"GET /two  1.1"),
    (b"HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n", b"\r\n\r\n"),
    (b"HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n" + GET % b"two", b"GET /two  1.1"),
    (b"GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", b"  1.1"),
    (b"GET /x HTTP/1.0\r\n\r\n", b"  1.0"),
    (b"GET /x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", b"  1.0"),
    (b"GET http://a/x?y HTTP/1.1\r\nHost: a\r\n\r\n", b" y 1.1"),
    (b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", b"1.1hello"),
    (b"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello", b"1.1hello"),
    (b"GET /x#y HTTP/1.1\r\nHost: a\r\n\r\n", b"  1.1"),
    (b"GET /\xc3\xa4 HTTP/1.1\r\nHost: a\r\n\r\n", b"received."),
    (b"nonsense\r\n\r\n", b"received."),
]
WRONG = [GET % b"split", GET % b"longer", GET % b"broken", GET % b"silent"]


@pytest.mark.parametrize(("asked", "ends"), PLAIN)
async def test_the_answer_is_the_one_uvicorn_gives(asked: bytes, ends: bytes) -> None:
    ours = await told(Protocol, asked, ends)
    assert ours[0].endswith(ends)
    assert ours == await told(HttpToolsProtocol, asked, ends)


@pytest.mark.parametrize("asked", WRONG)
async def test_what_is_wrong_is_refused_as_uvicorn_refuses_it(asked: bytes) -> None:
    ours = await told(Protocol, asked, b"never")
    assert ours[1]
    assert b"x-two" not in ours[0].lower()
    assert ours == await told(HttpToolsProtocol, asked, b"never")


async def test_head_and_body_arrive_in_one_piece() -> None:
    async with connected(Protocol) as (reader, writer):
        for _ in range(100):
            writer.write(GET % b"plain")
            assert (await reader.read(65536)).endswith(b"\r\n\r\nGET /plain  1.1")


async def test_a_stream_arrives_piece_by_piece() -> None:
    gone_on = asyncio.Event()

    async def stream(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
        await send({"type": "http.response.body", "body": b"data: 1\n\n", "more_body": True})
        await gone_on.wait()
        await send({"type": "http.response.body", "body": b"data: 2\n\n"})

    async with connected(Protocol, stream) as (reader, writer):
        writer.write(GET % b"")
        assert (await reader.readuntil(b"data: 1\n\n")).startswith(b"HTTP/1.1 200 OK\r\n")
        gone_on.set()
        assert b"data: 2\n\n" in await reader.readuntil(b"0\r\n\r\n")


async def test_an_answer_that_breaks_before_its_body_is_a_500() -> None:
    async def breaking(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]})
        raise RuntimeError("no body")

    async with connected(Protocol, breaking) as (reader, writer):
        writer.write(GET % b"")
        assert (await reader.read()).startswith(b"HTTP/1.1 500 ")


async def test_a_caller_who_leaves_is_told_to_the_application() -> None:
    told: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

    async def waiting(_scope: Scope, receive: Receive, _send: Send) -> None:
        await receive()
        told.set_result(await receive())

    async with connected(Protocol, waiting) as (_, writer):
        writer.write(GET % b"")
        await asyncio.sleep(0.05)
        writer.close()
        assert await told == {"type": "http.disconnect"}
