"""F12: bodies that are too large or lie about their length."""

import asyncio
import socket
import time
import tracemalloc

import pytest
from fastapi import FastAPI, UploadFile
from starlette.types import Message, Receive, Scope, Send

import web.body
from tests.web.asgi import Headers, Reply, call, http, listening, render, responding
from web.body import BodyLimitMiddleware

LIMIT = 100


async def echo(_scope: Scope, receive: Receive, send: Send) -> None:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


def length(text: bytes) -> Headers:
    return [(b"content-length", text)]


def limited(path: str) -> int:
    return 10 if path == "/small" else LIMIT


APP = BodyLimitMiddleware(echo, limit_for=limited, render=render)


@pytest.mark.parametrize("chunks", [[b""], [b"x" * LIMIT], [b"x" * 60, b"x" * 40]])
async def test_a_body_up_to_the_limit_passes(chunks: list[bytes]) -> None:
    size = b"%d" % sum(map(len, chunks))
    assert (await call(APP, http(method="POST", headers=length(size)), *chunks)).body == b"".join(chunks)
    assert (await call(APP, http(method="POST"), *chunks)).body == b"".join(chunks)


@pytest.mark.parametrize("declared", [b"101", b"9" * 5000])
async def test_a_declared_length_over_the_limit_is_refused_before_anything_is_read(declared: bytes) -> None:
    read: list[int] = []

    async def app(_scope: Scope, receive: Receive, _send: Send) -> None:
        read.append(1)

    reply = await call(BodyLimitMiddleware(app, limit_for=limited, render=render), http(headers=length(declared)))
    assert (reply.status, reply.code, read) == (413, "PAYLOAD_TOO_LARGE", [])
    assert b"100 bytes" in reply.body
    assert reply.header("connection") == "close"


async def test_each_path_has_its_limit() -> None:
    assert (await call(APP, http("/small", "POST", length(b"11")))).status == 413


@pytest.mark.parametrize(
    "headers", [length(b"0, 0"), length(b"-1"), length(b"+5"), length(b"0x10"), length(b"1_0"), length(b""), length(b" 5")]
)
async def test_a_malformed_length_is_400(headers: Headers) -> None:
    reply = await call(APP, http(headers=headers))
    assert (reply.status, reply.code) == (400, "VALIDATION_ERROR")


async def test_two_different_lengths_are_400_and_the_same_twice_is_one() -> None:
    assert (await call(APP, http(headers=[*length(b"5"), *length(b"6")]))).status == 400
    assert (await call(APP, http(headers=[*length(b"1"), *length(b"1")]), b"x")).status == 200


@pytest.mark.parametrize("headers", [[], [(b"transfer-encoding", b"chunked")], [(b"transfer-encoding", b"chunked"), *length(b"5")]])
async def test_a_stream_that_grows_over_the_limit_is_cut_and_the_rest_is_not_taken(
    headers: Headers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some more is read, and thrown away, so that the caller can read the answer."""
    monkeypatch.setattr(web.body, "MOST_DRAINED", 90)
    given = 0

    async def endless() -> Message:
        nonlocal given
        given += 1
        return {"type": "http.request", "body": b"x" * 30, "more_body": True}

    reply = Reply()

    async def send(message: Message) -> None:
        reply.messages.append(message)

    await APP(http(method="POST", headers=headers), endless, send)
    assert (reply.status, reply.code, given) == (413, "PAYLOAD_TOO_LARGE", 4 + 3)


async def test_an_app_that_swallows_the_error_still_answers_413() -> None:
    async def stubborn(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await echo(scope, receive, send)
        except Exception:  # noqa: BLE001 - as frameworks do around body parsers
            assert (await receive())["type"] == "http.disconnect"
        await responding(400, b"could not parse")(scope, receive, send)

    reply = await call(BodyLimitMiddleware(stubborn, limit_for=limited, render=render), http(method="POST"), b"x" * 101)
    assert (reply.status, len(reply.messages)) == (413, 3)


async def test_an_app_that_already_answers_is_told_that_the_caller_left() -> None:
    seen: list[str] = []

    async def early(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        seen.extend([(await receive())["type"] for _ in range(2)])
        await send({"type": "http.response.body", "body": b"late"})

    reply = await call(BodyLimitMiddleware(early, limit_for=limited, render=render), http(method="POST"), b"x" * 101)
    assert (reply.status, len(reply.messages), seen) == (200, 1, ["http.disconnect"] * 2)


async def test_a_form_parser_is_cut_off_too() -> None:
    api = FastAPI()

    @api.post("/upload")
    async def upload(file: UploadFile) -> int:
        return file.size or 0

    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
    headers = [(b"content-type", b"multipart/form-data; boundary=b")]
    app = BodyLimitMiddleware(api, limit_for=lambda _path: 1000, render=render)
    assert (await call(app, http("/upload", "POST", headers), head, b"x" * 100, b"\r\n--b--")).body == b"100"
    assert (await call(app, http("/upload", "POST", headers), head, *[b"x" * 100] * 20, b"\r\n--b--")).status == 413


def refused(port: int, head: bytes, size: int) -> bytes:
    """What a client reads that writes everything first, and only then reads."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: a\r\n" + head + b"\r\n\r\n")
        for _ in range(size // 2**16):
            connection.sendall(b"10000\r\n" + b"x" * 2**16 + b"\r\n" if b"chunked" in head else b"x" * 2**16)
        told = b""
        while more := connection.recv(65536):
            told += more
        return told


def answered(port: int, sent: bytes) -> bytes:
    """All that is answered to a POST with this rest of its head, its body, and what follows."""
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.settimeout(5)
        connection.sendall(b"POST / HTTP/1.1\r\nHost: a\r\n" + sent)
        told = b""
        while more := connection.recv(65536):
            told += more
        return told


async def test_what_follows_the_declared_length_is_no_part_of_the_body() -> None:
    """It is not counted by us, because the server takes it for the next request."""
    following = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nConnection: close\r\n\r\nnext"
    async with listening(APP) as port:
        told = await asyncio.to_thread(answered, port, b"Content-Length: 5\r\n\r\nfirst" + following)
        assert [each.split(b"\r\n\r\n")[1] for each in told.split(b"HTTP/1.1 200 OK")[1:]] == [b"5\r\nfirst\r\n0", b"4\r\nnext\r\n0"]
        assert (await asyncio.to_thread(answered, port, b"Content-Length: 5\r\n\r\n" + b"x" * 1000)).count(b"x") <= 5


@pytest.mark.parametrize("head", [b"Content-Length: 5\r\nTransfer-Encoding: chunked", b"Content-Length: 5\r\nContent-Length: 6"])
async def test_lengths_that_contradict_each_other_are_refused_by_the_server(head: bytes) -> None:
    async with listening(APP) as port:
        assert (await asyncio.to_thread(answered, port, head + b"\r\n\r\n" + b"x" * 1000)).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("head", [b"Content-Length: 8388608", b"Transfer-Encoding: chunked"])
async def test_a_client_that_writes_on_reads_the_refusal_and_no_reset(head: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web.body, "DRAINED_FOR", 1.0)
    async with listening(APP) as port:
        began = time.monotonic()
        told = await asyncio.to_thread(refused, port, head, 8 * 2**20)
        assert told.startswith(b"HTTP/1.1 413 ")
        assert told.endswith(b'{"limit":100}}')
        assert b"connection: close" in told
        assert time.monotonic() - began < 4


async def test_a_client_that_never_ends_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web.body, "MOST_DRAINED", 2**20)
    async with listening(APP) as port:
        with pytest.raises(ConnectionError):
            await asyncio.to_thread(refused, port, b"Transfer-Encoding: chunked", 2**30)


async def test_a_client_that_waits_is_let_go_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web.body, "DRAINED_FOR", 0.3)
    async with listening(APP) as port:
        began = time.monotonic()
        assert (await asyncio.to_thread(refused, port, b"Content-Length: 1000", 0)).startswith(b"HTTP/1.1 413 ")
        assert 0.2 < time.monotonic() - began < 3


async def test_nothing_is_kept_of_a_large_body() -> None:
    async def discard(_scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive()).get("more_body"):
            pass
        await responding(200)(_scope, receive, send)

    chunk = b"x" * 65536
    app = BodyLimitMiddleware(discard, limit_for=lambda _path: 1 << 30, render=render)
    tracemalloc.start()
    assert (await call(app, http(method="POST"), *[chunk] * 2000)).status == 200
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2_000_000


async def test_sockets_pass_through() -> None:
    app = BodyLimitMiddleware(responding(200), limit_for=limited, render=render)
    assert (await call(app, http(type="websocket", headers=length(b"nonsense")))).status == 200
