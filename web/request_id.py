"""The HTTP edge: each request's name, its line in the log, and the answer when something broke."""

import logging
import re
import time
from collections.abc import Awaitable, Iterable
from secrets import token_hex

import structlog
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, reset_contextvars
from structlog.typing import FilteringBoundLogger

from resolvers.errors import ParleyError
from resolvers.faults import MASKED
from web.answer import STARTS, Header, Render, answer
from web.rate_headers import rate_headers

USABLE = re.compile(rb"[A-Za-z0-9._-]{8,64}")
CLIENT_LEFT = 499


class RequestIdMiddleware:
    """Names each request (`X-Request-Id`, taken from the caller when usable), logs one line about it and masks what broke.

    The line tells the route's template, never the path as sent, a query, a body or a token. A socket gets its name only: it
    lives too long for a line, and its server closes it when its door breaks.
    """

    def __init__(self, app: ASGIApp, *, render: Render) -> None:
        self.app = app
        self._render = render
        self._logger: FilteringBoundLogger | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; no exception of the app's leaves here on HTTP."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        name = request_id(scope["headers"])
        scope.setdefault("state", {})["request_id"] = name
        exchange = _Exchange(name, send)
        bound = bind_contextvars(request_id=name)
        try:
            if scope["type"] == "http":
                await self._serve(scope, receive, exchange)
            else:
                await self.app(scope, receive, exchange.send)
        finally:
            reset_contextvars(**bound)

    async def _serve(self, scope: Scope, receive: Receive, exchange: "_Exchange") -> None:
        began = time.perf_counter()
        try:
            await self.app(scope, receive, exchange.send)
        except ClientDisconnect:
            exchange.status = exchange.status or CLIENT_LEFT
        except ParleyError as error:
            await self._answer(error, scope, exchange)
        except Exception:  # noqa: BLE001 - the HTTP edge: whatever broke is logged here and masked from the caller
            self._log.exception("unhandled", route=template(scope))
            await self._answer(ParleyError(MASKED), scope, exchange)
        finally:
            if self._log.is_enabled_for(logging.INFO):
                self._log.info("request", **line(scope, exchange.status, time.perf_counter() - began))

    @property
    def _log(self) -> FilteringBoundLogger:
        # bound at the first request, when logging is configured: a lazy structlog logger binds itself at every call
        if self._logger is None:
            self._logger = structlog.get_logger(__name__).bind()
        return self._logger

    async def _answer(self, error: ParleyError, scope: Scope, exchange: "_Exchange") -> None:
        if not exchange.status:
            verdict = scope["state"].get("rate")
            exchange.extra += rate_headers(verdict) if verdict else []
            await answer(error, scope, exchange.send, self._render)


class _Exchange:
    """Adds headers to the response when it starts, and keeps its status (0 until then)."""

    __slots__ = ("_send", "extra", "status")

    def __init__(self, name: str, send: Send) -> None:
        self._send = send
        self.status = 0
        self.extra: list[Header] = [(b"x-request-id", name.encode("ascii"))]

    def send(self, message: Message) -> Awaitable[None]:
        if message["type"] in STARTS:
            self.status = message.get("status", 101)
            message = {**message, "headers": [*message.get("headers", ()), *self.extra]}
        return self._send(message)


def request_id(headers: Iterable[Header]) -> str:
    """The caller's id when it is 8 to 64 letters, digits, dots, dashes or underscores; else a new one."""
    for name, value in headers:
        if name == b"x-request-id" and USABLE.fullmatch(value):
            return value.decode("ascii")
    return token_hex(16)


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
        "ms": round(seconds * 1000, 2),
        "user_id": str(principal.user_id) if principal else None,
        "statements": state.get("statements"),
    }
