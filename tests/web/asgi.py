"""Drives ASGI apps by direct calls: exact paths, repeated headers and single messages, which HTTP clients smooth over."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.server import ServerState

from resolvers.errors import ParleyError, Unauthenticated
from resolvers.principal import ROLE_SCOPES, Principal
from settings import Settings
from web.access import AccessMiddleware, Doors
from web.budgets import Budgets
from web.limits import Limiter
from web.protocol import Protocol
from web.request_id import RequestIdMiddleware

Headers = Sequence[tuple[bytes, bytes]]
PUBLIC = {("/health", "GET"), ("/public/agents", "GET")}


@dataclass
class Reply:
    """What an app sent."""

    messages: list[Message] = field(default_factory=list)

    @property
    def status(self) -> int:
        return int(self.messages[0]["status"])

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.messages[1:])

    @property
    def code(self) -> str:
        return str(orjson.loads(self.body)["code"])

    def all(self, name: str) -> list[str]:
        return [value.decode() for key, value in self.messages[0]["headers"] if key == name.encode()]

    def header(self, name: str) -> str:
        (value,) = self.all(name)
        return value


def http(path: str = "/api/agents", method: str = "GET", headers: Headers = (), **more: Any) -> Scope:
    """A scope as uvicorn makes it."""
    scope = {"type": "http", "http_version": "1.1", "method": method, "path": path, "query_string": b"", "client": ("203.0.113.9", 4711)}
    return {**scope, "headers": list(headers), **more}


def bearer(token: str) -> list[tuple[bytes, bytes]]:
    return [(b"authorization", b"Bearer " + token.encode())]


async def call(app: ASGIApp, scope: Scope, *chunks: bytes) -> Reply:
    """Send a body in chunks, then disconnect."""
    reply = Reply()
    waiting = [{"type": "http.request", "body": chunk, "more_body": i < len(chunks) - 1} for i, chunk in enumerate(chunks or (b"",))]

    async def receive() -> Message:
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        reply.messages.append(message)

    await app(scope, receive, send)
    return reply


def render(error: ParleyError, _scope: Scope) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """As the doors do: the error's own headers among the others."""
    own = [(name.lower().encode(), value.encode()) for name, value in error.headers.items()]
    body = orjson.dumps({"error": error.message, "code": error.code, "details": error.details})
    return error.status, [(b"content-type", b"application/json"), *own], body


def responding(status: int, *chunks: bytes) -> ASGIApp:
    """An app that answers every request alike, in one message per chunk."""

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"text/plain")]})
        for index, chunk in enumerate(chunks or (b"",)):
            await send({"type": "http.response.body", "body": chunk, "more_body": index < len(chunks) - 1})

    return app


@asynccontextmanager
async def listening(app: ASGIApp) -> AsyncIterator[int]:
    """The port of a server that speaks HTTP as `parley web` does."""
    config = uvicorn.Config(app, interface="asgi3", log_config=None, access_log=False)
    config.load()
    state = ServerState()
    server = await asyncio.get_running_loop().create_server(lambda: Protocol(config, state, {}), "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        while state.connections:  # noqa: ASYNC110 - the server has no event for it
            await asyncio.sleep(0.001)


def person(number: int = 1) -> Principal:
    return Principal(UUID(int=900 + number), UUID(int=number), f"p{number}@example.test", "user", ROLE_SCOPES["user"])


class Tokens:
    """An authenticator over a table; `remembered` answers without waiting."""

    def __init__(self, **people: Principal) -> None:
        self.people, self.remembered = people, dict[str, Principal]()
        self.verified = 0

    def cached(self, token: str) -> Principal | None:
        return self.remembered.get(token)

    async def __call__(self, token: str) -> Principal:
        self.verified += 1
        if token not in self.people:
            raise Unauthenticated("Invalid or expired token")
        return self.people[token]


def edge(app: ASGIApp) -> RequestIdMiddleware:
    """The outermost layer, which all others stand behind."""
    return RequestIdMiddleware(app, render=render)


def guarded(app: ASGIApp, tokens: Tokens, clock: Callable[[], float], **settings: Any) -> ASGIApp:
    """The access layer behind the edge, counting in memory."""
    budgets = Budgets(Limiter(None, clock=clock), Settings(**settings))
    doors = Doors(lambda path, method: (path, method) in PUBLIC, render, checks_itself=lambda path: path.startswith("/hooks/"))
    return edge(AccessMiddleware(app, authenticate=tokens, budgets=budgets, doors=doors))
