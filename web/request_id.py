"""The HTTP edge: each request's name, its line in the log, and the answer when something broke."""

import logging
import os
import re
import time
from collections.abc import Awaitable, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import cached_property

import orjson
import structlog
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import STRUCTLOG_KEY_PREFIX
from structlog.typing import FilteringBoundLogger

from headers import headers_of
from logs import LINES
from resolvers.errors import ParleyError
from resolvers.faults import MASKED
from web.answer import STARTS, Header, Render, Stamp, answer

USABLE = re.compile(rb"[A-Za-z0-9._-]{8,64}")
CLIENT_LEFT = 499
# structlog's own `bind_contextvars` sets the same variable, and spends ten times as long on it.
REQUEST_ID: ContextVar[str] = ContextVar(f"{STRUCTLOG_KEY_PREFIX}request_id")


class RequestIdMiddleware:
    """Names each request (`X-Request-Id`, taken from the caller when usable), logs one line about it and masks what broke.

    The line tells the route's template, never the path as sent, a query, a body or a token. A socket gets its name only: it
    lives too long for a line, and its server closes it when its door breaks.
    """

    def __init__(self, app: ASGIApp, *, render: Render) -> None:
        self.app = app
        self._render = render

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; no exception of the app's leaves here on HTTP."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        exchange = _Exchange(request_id(headers_of(scope)), scope["state"], send)
        named = REQUEST_ID.set(exchange.name)
        try:
            await self.app(scope, receive, exchange.send)
        except Exception as error:
            if scope["type"] != "http":
                raise
            await self._mask(error, scope, exchange)
        finally:
            if scope["type"] == "http" and self._tells_requests:
                LINES.msg(orjson.dumps(line(scope, exchange.status, time.perf_counter() - began)))
            REQUEST_ID.reset(named)

    @cached_property
    def _log(self) -> FilteringBoundLogger:
        # bound at the first request, when logging is configured: a lazy structlog logger binds itself at every call
        log: FilteringBoundLogger = structlog.get_logger(__name__).bind()
        return log

    @cached_property
    def _tells_requests(self) -> bool:
        return self._log.is_enabled_for(logging.INFO)

    async def _mask(self, error: Exception, scope: Scope, exchange: "_Exchange") -> None:
        """Answer what escaped the layers, unless an answer has begun."""
        if isinstance(error, ClientDisconnect):
            exchange.status = exchange.status or CLIENT_LEFT
            return
        if not isinstance(error, ParleyError):
            self._log.exception("unhandled", route=template(scope))
            error = ParleyError(MASKED)
        if not exchange.status:
            await answer(error, scope, exchange.send, self._render)


class _Exchange:
    """Adds the request's name and the layers' stamps to the answer when it starts, and keeps its status (0 until then)."""

    __slots__ = ("_send", "_state", "name", "status")

    def __init__(self, name: str, state: Scope, send: Send) -> None:
        self.name = state["request_id"] = name
        self.status = 0
        stamps: list[Stamp] = []
        state["stamps"] = stamps
        self._state = state
        self._send = send

    def send(self, message: Message) -> Awaitable[None]:
        if message["type"] in STARTS:
            self.status = message.get("status", 101)
            headers: list[Header] = [*message.get("headers", ()), (b"x-request-id", self.name.encode("ascii"))]
            for stamp in self._state["stamps"]:
                headers += stamp(self._state)
            message = {**message, "headers": headers}
        return self._send(message)


def request_id(headers: Mapping[bytes, bytes]) -> str:
    """The caller's id when it is 8 to 64 letters, digits, dots, dashes or underscores; else a new one."""
    given = headers.get(b"x-request-id")
    return given.decode("ascii") if given and USABLE.fullmatch(given) else os.urandom(16).hex()


def template(scope: Scope) -> str:
    """The path as its route declares it, such as `/api/agents/{id}`; routes that are not Starlette's put theirs into the state."""
    known = scope["state"].get("route") or getattr(scope.get("route"), "path", None)
    return str(known or "unmatched")


def line(scope: Scope, status: int, seconds: float) -> dict[str, object]:
    """What the log tells about a request."""
    state = scope["state"]
    principal = state.get("principal")
    return {
        "method": scope["method"],
        "route": template(scope),
        "status": status,
        "ms": int(seconds * 100_000) / 100,
        "user_id": str(principal.user_id) if principal else None,
        "statements": state.get("statements"),
        "event": "request",
        "request_id": state["request_id"],
        "level": "info",
        "timestamp": datetime.now(UTC),
    }
