"""HTTP/1.1 as uvicorn speaks it, with a shorter way for plain requests, and answers in one write where their body is whole.

uvicorn writes the head before there is a body, for which ASGI has the server wait: two system calls and two wake-ups of the
caller. With that, and five looks at each of twelve headers, it took a third of a short request.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from web.unread import CutsOff

SLASH, PERCENT, HASH = b"/%#"
# All that a header may hold (RFC 9110, 5.5): what is left of a head without them is its line ends.
PERMITTED = bytes({9, *range(32, 256)} - {127})
# Headers that change how the body is sent.
FRAMING = frozenset({b"connection", b"transfer-encoding"})


class Protocol(CutsOff, HttpToolsProtocol):
    """For uvicorn's option `http`."""

    def on_headers_complete(self) -> None:
        """Start a plain request; leave pipelined ones, upgrades, other versions and addresses with escapes to uvicorn."""
        parser, scope, url = self.parser, self.scope, self.url
        busy = self.cycle is not None and not self.cycle.response_complete
        plain = url.isascii() and url[0] == SLASH and PERCENT not in url and HASH not in url and not self.expect_100_continue
        lasting = parser.should_keep_alive() and not parser.should_upgrade() and parser.get_http_version() == "1.1"
        if busy or not plain or not lasting or self.limit_concurrency is not None or self.root_path:
            super().on_headers_complete()
            return
        path, _, scope["query_string"] = url.partition(b"?")
        scope["method"] = parser.get_method().decode("ascii")
        scope["path"], scope["raw_path"] = path.decode("ascii"), path
        self.cycle = Cycle(self)
        self._start_asgi_task(self.cycle, self.app)

    def shutdown(self) -> None:
        """The server stops: what is being answered may finish, and an answer without end learns of it by its `state["ending"]`."""
        super().shutdown()
        if self.cycle is not None and not self.cycle.response_complete:
            self.cycle.scope["state"].setdefault("ending", asyncio.Event()).set()


class Cycle(RequestResponseCycle):
    """Keeps the start of an answer until its body comes, and hands everything but whole, plain answers to uvicorn."""

    # What uvicorn's sets for each request, as plain requests have it.
    access_log = False
    keep_alive = True
    disconnected = waiting_for_100_continue = response_started = response_complete = False
    more_body = True
    chunked_encoding: bool | None = None
    expected_content_length = 0
    start: Any = None

    def __init__(self, protocol: Protocol) -> None:
        self.scope, self.transport, self.flow, self.logger = protocol.scope, protocol.transport, protocol.flow, protocol.logger
        self.default_headers = protocol.server_state.default_headers
        self.message_event = asyncio.Event()
        self.on_response = protocol.on_response_complete
        self.body = bytearray()

    async def send(self, message: Any) -> None:
        """ASGI's `send`."""
        start = self.start
        if start is None and message["type"] == "http.response.start" and not self.response_started:
            self.start = message
            return
        self.start = None
        head = start and self._head(start, message)
        if head:
            self.transport.write(head + message["body"])
            self.response_started = self.response_complete = True
            self.message_event.set()
            self.on_response()
            return
        if start:
            await super().send(start)
        await super().send(message)

    async def send_500_response(self) -> None:
        """What uvicorn answers when the application broke; a start that nothing followed is forgotten."""
        self.start = None
        await super().send_500_response()

    def _head(self, start: Any, message: Any) -> bytes | None:
        """Status line and headers of an answer; None when there is more to it than writing it, or something wrong with it."""
        whole = "body" in message and not message.get("more_body") and self.scope["method"] != "HEAD"
        if not whole or not self.keep_alive or self.disconnected or self.flow.write_paused:
            return None
        headers = [*self.default_headers, *start["headers"]]
        named = dict(headers)
        if named.get(b"content-length") != b"%d" % len(message["body"]) or not FRAMING.isdisjoint(named):
            return None
        head = STATUS_LINE[start["status"]] + b"\r\n".join(map(b": ".join, headers)) + b"\r\n\r\n"
        return head if head.translate(None, PERMITTED) == b"\r\n" * (len(headers) + 2) else None
