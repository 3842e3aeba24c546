"""`graphql-transport-ws` over a WebSocket, to the letter: every way to break it has its close code.

4400 what came is not of the protocol; 4401 subscribed before the connection was acknowledged, or the credential ran out;
4403 refused; 4406 another protocol; 4408 no `connection_init` in time; 4409 an id is in use; 4429 initialised twice, or too
many connections.
"""

import asyncio
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from typing import Any

import orjson
import structlog
from graphql import GraphQLError, OperationType
from starlette.types import Message, Receive, Scope, Send

from resolvers.ctx import Ctx
from resolvers.errors import Forbidden, ParleyError, RateLimited, Unauthenticated, Unavailable
from resolvers.faults import DATABASE_FAULTS, as_parley
from resolvers.principal import Principal
from schema.engine import Engine, Prepared
from schema.errors import RequestError, request_errors
from schema.live.told import Listening, Subscription, refused
from schema.request import from_body

PROTOCOL = "graphql-transport-ws"
INIT_WITHIN = 10.0
# How often a silent connection's credential is looked at, in seconds: it is closed within a minute of its end.
LOOK_EVERY = 20.0
LONGEST_ID = 128
# What sending raises when the other side is not there any more.
GONE = (OSError, RuntimeError)

log = structlog.get_logger(__name__)


class CloseError(Exception):
    """The connection ends with this code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


@dataclass(frozen=True, slots=True)
class Sockets:
    """The ASGI application behind `/graphql` for sockets."""

    engine: Engine
    listening: Listening

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection until either side ends it."""
        if (await receive())["type"] != "websocket.connect":
            return
        offered = PROTOCOL in scope.get("subprotocols", ())
        await send({"type": "websocket.accept", "subprotocol": PROTOCOL if offered else None})
        if not offered:
            await send({"type": "websocket.close", "code": 4406, "reason": f"Subprotocol not acceptable; speak {PROTOCOL}"})
            return
        await Connection(self, scope, receive, send).serve()


@dataclass(eq=False, slots=True)
class Connection:
    """One client."""

    sockets: Sockets
    scope: Scope
    receive: Receive
    raw_send: Send
    token: str | None = None
    principal: Principal | None = None
    running: "dict[str, asyncio.Task[None]]" = field(default_factory=dict)
    sending: asyncio.Lock = field(default_factory=asyncio.Lock)
    ended: "asyncio.Future[CloseError]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    place: ExitStack = field(default_factory=ExitStack)
    acknowledged: bool = False

    async def serve(self) -> None:
        """Read messages until either side ends it."""
        tasks = [asyncio.create_task(self._read()), asyncio.create_task(self._watch())]
        try:
            ways: set[asyncio.Future[Any]] = {*tasks, self.ended}
            done, _ = await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            if self.ended in done:
                raise self.ended.result()
            for each in done:
                await each
        except CloseError as ended:
            # A client that has left hears nothing any more.
            with suppress(*GONE):
                await self.raw_send({"type": "websocket.close", "code": ended.code, "reason": _short(ended.reason)})
        except GONE:
            log.debug("a client left")
        finally:
            left = [*tasks, *self.running.values()]
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)
            self.ended.cancel()
            self.place.close()

    async def _watch(self) -> None:
        """The connection must be initialised in time, and its credential must stay good."""
        await asyncio.sleep(INIT_WITHIN)
        if not self.acknowledged:
            raise CloseError(4408, "Connection initialisation timeout")
        while True:
            await asyncio.sleep(LOOK_EVERY)
            with suppress(Unavailable):
                await self._credential()

    async def _read(self) -> None:
        while True:
            message = await self.receive()
            if message["type"] == "websocket.disconnect":
                return
            await self._take(_parsed(message))

    async def _take(self, message: Mapping[str, Any]) -> None:
        match message.get("type"):
            case "connection_init":
                await self._init(message.get("payload"))
            case "ping" | "pong" as kind:
                payload = message.get("payload")
                if payload is not None and not isinstance(payload, dict):
                    raise CloseError(4400, f"The payload of {kind} must be an object")
                if kind == "ping":
                    await self._send({"type": "pong"} if payload is None else {"type": "pong", "payload": payload})
            case "subscribe":
                await self._subscribe(message)
            case "complete":
                task = self.running.pop(_id_of(message), None)
                if task is not None:
                    task.cancel()
            case other:
                raise CloseError(4400, f"{other!r} is not a message of {PROTOCOL}")

    async def _init(self, payload: Any) -> None:
        if self.acknowledged or self.token is not None:
            raise CloseError(4429, "Too many initialisation requests")
        if payload is not None and not isinstance(payload, dict):
            raise CloseError(4400, "The payload of connection_init must be an object")
        self.token = _token(payload or {}) or self.scope["state"].get("token")
        if self.token is None:
            raise CloseError(4403, 'Send {"Authorization": "Bearer <token>"} as the payload of connection_init')
        principal = self.principal = await self._credential(first=True)
        try:
            self.place.enter_context(self.sockets.listening.place(principal.company_id, self.sockets.engine.settings.live_connections))
        except RateLimited as error:
            raise CloseError(4429, error.message) from None
        self.acknowledged = True
        await self._send({"type": "connection_ack"})

    async def _credential(self, *, first: bool = False) -> Principal:
        assert self.token is not None
        try:
            return await self.sockets.listening.credential(self.token)()
        except (Unauthenticated, Forbidden) as error:
            raise CloseError(4403 if first else 4401, error.message) from None
        except ParleyError as error:
            if first:
                raise CloseError(4403, error.message) from None
            raise

    async def _subscribe(self, message: Mapping[str, Any]) -> None:
        if not self.acknowledged:
            raise CloseError(4401, "Unauthorized: subscribe after connection_ack")
        name, payload = _id_of(message), message.get("payload")
        if not isinstance(payload, dict):
            raise CloseError(4400, "The payload of subscribe must be an object with `query`")
        if name in self.running:
            raise CloseError(4409, f"Subscriber for {name} already exists")
        most = self.sockets.engine.settings.live_subscriptions
        if len(self.running) >= most:
            error = RequestError(f"The connection has {most} operations running; complete one first", "TOO_MANY_SUBSCRIPTIONS")
            await self._say_error(name, error)
            return
        self.running[name] = asyncio.create_task(self._run(name, payload))

    async def _run(self, name: str, payload: Mapping[str, Any]) -> None:
        """One operation, from its subscription to its completion."""
        try:
            await self._operate(name, payload)
        except ParleyError as error:
            await self._say_error(name, error)
        except CloseError as ended:
            self._end(ended)
        except DATABASE_FAULTS as error:
            await self._say_error(name, as_parley(error))
        except Exception as error:
            log.exception("unhandled in an operation of a socket")
            await self._say_error(name, as_parley(error))
        finally:
            if self.running.get(name) is asyncio.current_task():
                del self.running[name]

    async def _say_error(self, name: str, error: ParleyError) -> None:
        """An operation that could not begin, or that broke; a client that has left ends the connection instead."""
        try:
            await self._send({"id": name, "type": "error", "payload": request_errors(error)})
        except CloseError as ended:
            self._end(ended)

    def _end(self, ended: CloseError) -> None:
        """What one operation learned of the connection's end; nobody may ask for it any more, so it is no exception of the future's."""
        if not self.ended.done():
            self.ended.set_result(ended)

    async def _operate(self, name: str, payload: Mapping[str, Any]) -> None:
        engine, listening = self.sockets.engine, self.sockets.listening
        principal = await self._credential()
        verdict = await engine.meter.budget.charge(self.scope, principal)
        if not verdict.allowed:
            raise RateLimited(f"The budget of requests is spent; wait {verdict.reset_after} s")
        ctx = listening.context(principal)
        prepared = engine.prepare(from_body(payload), ctx)
        if prepared.kind is OperationType.SUBSCRIPTION:
            await self._tell(name, prepared, ctx)
        else:
            await self._next(name, (await engine.answer(prepared, ctx)).body)
        await self._send({"id": name, "type": "complete"})

    async def _tell(self, name: str, prepared: Prepared, ctx: Ctx) -> None:
        listening = self.sockets.listening
        assert self.token is not None
        try:
            asked = await Subscription.of(self.sockets.engine, prepared, ctx)
        except GraphQLError as error:
            raise RequestError(error.message, "BAD_USER_INPUT", errors=[error]) from None
        try:
            async with asked.begun(listening, self._credential) as begun:
                async for answer in begun.answers:
                    await self._next(name, answer.body)
        except ParleyError as error:
            await self._next(name, refused(error))

    async def _next(self, name: str, body: bytes) -> None:
        await self._text(b'{"id":%b,"type":"next","payload":%b}' % (orjson.dumps(name), body))

    async def _send(self, message: Mapping[str, Any]) -> None:
        await self._text(orjson.dumps(message, default=str))

    async def _text(self, text: bytes) -> None:
        # A client that does not read is cut off by the server beneath.
        async with self.sending:
            try:
                await self.raw_send({"type": "websocket.send", "text": text.decode()})
            except GONE:
                raise CloseError(1001, "The client has left") from None


def _short(reason: str) -> str:
    """A close frame has room for 123 bytes."""
    return reason.encode()[:123].decode("utf-8", "ignore")


def _parsed(message: Message) -> Mapping[str, Any]:
    text = message.get("text")
    try:
        found = orjson.loads(text if text is not None else "")
    except orjson.JSONDecodeError:
        raise CloseError(4400, "Messages must be JSON in text frames") from None
    if not isinstance(found, dict):
        raise CloseError(4400, "A message must be a JSON object with `type`")
    return found


def _id_of(message: Mapping[str, Any]) -> str:
    found = message.get("id")
    if not isinstance(found, str) or not 0 < len(found) <= LONGEST_ID:
        raise CloseError(4400, f"`id` must be a text of 1 to {LONGEST_ID} characters")
    return found


def _token(payload: Mapping[str, Any]) -> str | None:
    """The bearer token of a connection_init, under the names that clients use."""
    for name in ("Authorization", "authorization"):
        value = payload.get(name)
        if isinstance(value, str):
            scheme, _, token = value.partition(" ")
            return token.strip() if scheme.lower() == "bearer" and token.strip().isascii() else ""
    return None
