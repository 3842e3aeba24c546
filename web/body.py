"""How much a caller may send."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from headers import headers_of
from resolvers.errors import BadRequest, ParleyError, PayloadTooLarge
from web.answer import Render, answer

LONGEST_NUMBER = 18
READS = frozenset({"GET", "HEAD"})
# What is still read of a caller that sends too much: bytes, and seconds.
MOST_DRAINED = 16 * 1024 * 1024
DRAINED_FOR = 2.0


class BodyLimitMiddleware:
    """Refuses a body over the path's limit: at once when its length is declared, else at the chunk that goes over. Keeps no bytes.

    The refusal closes the connection. A caller that is still sending would get a reset for what nobody has read, perhaps before
    it has read the refusal; so some of it is read, and thrown away, for a while.
    """

    def __init__(self, app: ASGIApp, *, limit_for: Callable[[str], int], render: Render) -> None:
        """`limit_for(path)` in bytes."""
        self.app = app
        self._limit_for = limit_for
        self._render = render

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Pass the request on, or answer 400 or 413."""
        if scope["type"] != "http":
            return self.app(scope, receive, send)
        headers = headers_of(scope)
        if b"transfer-encoding" not in headers:
            # The server takes what follows the declared length for the next request: there is nothing to count (RFC 9112, 6.3).
            declared = headers.get(b"content-length")
            if declared is None and scope["method"] in READS:
                return self.app(scope, receive, send)
            if declared and declared.isdigit() and len(declared) <= LONGEST_NUMBER and int(declared) <= self._limit_for(scope["path"]):
                return self.app(scope, receive, send)
        return self._limited(scope, receive, send)

    async def _limited(self, scope: Scope, receive: Receive, send: Send) -> None:
        limit = self._limit_for(scope["path"])
        try:
            if declared_length(headers_of(scope)) > limit:
                raise too_large(limit)
        except ParleyError as error:
            await answer(error, scope, _closing(scope, receive, send), self._render)
            return
        exchange = _Exchange(limit, receive, send)
        try:
            await self.app(scope, exchange.receive, exchange.send)
        except PayloadTooLarge:
            if not exchange.over:
                raise
        finally:
            if exchange.over and not exchange.started:
                await answer(too_large(limit), scope, _closing(scope, receive, send), self._render)


class _Exchange:
    """Counts what is received. Once it is too much, the app gets an error and what it still answers is dropped."""

    __slots__ = ("_receive", "_send", "left", "limit", "over", "started")

    def __init__(self, limit: int, receive: Receive, send: Send) -> None:
        self.limit = self.left = limit
        self._receive, self._send = receive, send
        self.over = self.started = False

    async def receive(self) -> Message:
        if self.over:
            return {"type": "http.disconnect"}
        message = await self._receive()
        if message["type"] == "http.request":
            self.left -= len(message.get("body", b""))
            self.over = self.left < 0
        if self.over and not self.started:
            raise too_large(self.limit)
        return {"type": "http.disconnect"} if self.over else message

    def send(self, message: Message) -> Awaitable[None]:
        if self.over:
            return _drop(message)
        self.started = True
        return self._send(message)


async def _drop(_message: Message) -> None:
    pass


def too_large(limit: int) -> PayloadTooLarge:
    """The 413, which names the limit in bytes."""
    return PayloadTooLarge(f"The body is over the limit of {limit} bytes; send less", details={"limit": limit})


def declared_length(headers: Mapping[bytes, bytes]) -> int:
    """The Content-Length, 0 without one; raises `BadRequest` unless it is one number in decimal digits (RFC 9110, 8.6)."""
    if b"content-length" not in headers:
        return 0
    text, *others = set(headers[b"content-length"].split(b","))
    if others or not text.isdigit():
        raise BadRequest.field("Content-Length", "must be one number of bytes in decimal digits")
    return int(text) if len(text) <= LONGEST_NUMBER else 10**LONGEST_NUMBER


def _closing(scope: Scope, receive: Receive, send: Send) -> Send:
    """Sends a whole answer, and closes the connection once the caller has had time to read it."""

    async def send_closing(message: Message) -> None:
        if message["type"] == "http.response.start":
            if scope.get("http_version", "1.1").startswith("1"):
                message = {**message, "headers": [*message["headers"], (b"connection", b"close")]}
            await send(message)
            return
        await send({**message, "more_body": True})
        await _drain(receive)
        await send({**message, "body": b""})

    return send_closing


async def _drain(receive: Receive) -> None:
    left = MOST_DRAINED
    with suppress(TimeoutError):
        async with asyncio.timeout(DRAINED_FOR):
            while left > 0:
                message = await receive()
                left -= len(message.get("body", b""))
                if message["type"] != "http.request" or not message.get("more_body"):
                    return
