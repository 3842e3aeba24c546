"""A small pool of asyncpg connections: last in, first out, no reset query, a bounded wait.

asyncpg's own pool resets each connection on release, which is a round trip; nothing session-level is ever set here,
so there is nothing to reset.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import asyncpg
import orjson

# Prepared statements that one connection keeps.
MOST_STATEMENTS = 500
# What a connection raises that is of no more use.
BROKEN = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
# What a connection need not be asked about.
USELESS = (TimeoutError, asyncpg.OutdatedSchemaCacheError)


class PoolExhausted(Exception):
    """No connection became free in time."""


@dataclass(frozen=True, slots=True)
class PoolOptions:
    """How a pool connects: `settings` are sent at the start of each connection, times are in seconds.

    `wait` is for a connection, `patience` for an answer: a server that is frozen keeps none of its own timeouts.
    """

    url: str
    size: int
    wait: float
    settings: Mapping[str, str] = field(default_factory=dict)
    patience: float | None = None


class Turn(NamedTuple):
    """Somebody who waits for a connection, or for the right to open one (None), until a moment of the loop's clock."""

    came: "asyncio.Future[asyncpg.Connection | None]"
    ends: float


class Pool:
    """At most `size` connections, opened when first needed, each serving one statement or transaction at a time."""

    def __init__(self, options: PoolOptions) -> None:
        self._options = options
        self._idle: list[asyncpg.Connection] = []
        self._waiting: deque[Turn] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._open = 0
        self._closed = False
        self._prepared: dict[int, dict[str, Any]] = {}

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[asyncpg.Connection]:
        """Lend a connection; raises `PoolExhausted` when none is free in time."""
        connection = await self.acquire()
        try:
            yield connection
        except BaseException as error:
            await after_failure(connection, error)
            raise
        finally:
            self.release(connection)

    async def value(self, text: str, values: list[Any]) -> Any:
        """One value by one statement, which each connection prepares once and keeps."""
        connection = self._pop() or await self.acquire()
        try:
            kept = self._prepared.setdefault(id(connection), {})
            try:
                records = await first_record(connection, kept.get(text) or await _prepare(connection, text, kept), values)
            except asyncpg.InvalidCachedStatementError:
                # The tables have changed since it was prepared.
                kept.clear()
                records = await first_record(connection, await _prepare(connection, text, kept), values)
            return records[0][0] if records else None
        except BaseException as error:
            kept.pop(text, None)
            await after_failure(connection, error)
            raise
        finally:
            self.release(connection)

    async def acquire(self) -> asyncpg.Connection:
        """Take a connection; whoever takes it must `release` it."""
        while True:
            connection = self._pop()
            if connection is not None:
                return connection
            if self._open < self._options.size:
                return await self._connect()
            handed = await self._wait()
            if handed is not None:
                return handed

    def _pop(self) -> asyncpg.Connection | None:
        """The connection that was used last, unless all are lent."""
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed():
                return connection
            self._forget(connection)
        return None

    def _forget(self, connection: asyncpg.Connection) -> None:
        self._open -= 1
        self._prepared.pop(id(connection), None)

    def release(self, connection: asyncpg.Connection) -> None:
        """Give a connection back; one that died, or is still inside a transaction, is thrown away."""
        if connection.is_closed() or connection.is_in_transaction() or self._closed:
            self._forget(connection)
            if not connection.is_closed():
                connection.terminate()
            self._wake(None)
        elif not self._waiting or not self._wake(connection):
            self._idle.append(connection)

    async def close(self) -> None:
        """Close what is idle; what is lent out closes when it is given back."""
        self._closed = True
        idle, self._idle = self._idle, []
        self._open -= len(idle)
        await asyncio.gather(*(connection.close(timeout=2) for connection in idle))

    async def _connect(self) -> asyncpg.Connection:
        self._open += 1
        try:
            return await connect(self._options)
        except BaseException:
            self._open -= 1
            self._wake(None)
            raise

    async def _wait(self) -> asyncpg.Connection | None:
        """A connection from whoever gives one back, the oldest waiter first; None for the right to open one."""
        loop = asyncio.get_running_loop()
        turn = Turn(loop.create_future(), loop.time() + self._options.wait)
        self._waiting.append(turn)
        if self._timer is None:
            self._timer = loop.call_at(turn.ends, self._expire)
        try:
            return await turn.came
        except asyncio.CancelledError:
            if turn.came.done() and not turn.came.cancelled() and not turn.came.exception():
                self._pass_on(turn.came.result())
            raise

    def _expire(self) -> None:
        """Refuse whoever has waited too long. One timer for all: each waiter's own took longer than all the rest of waiting."""
        loop = asyncio.get_running_loop()
        while self._waiting and (self._waiting[0].ends <= loop.time() or self._waiting[0].came.done()):
            came = self._waiting.popleft().came
            if not came.done():
                came.set_exception(PoolExhausted(f"no database connection became free within {self._options.wait} s"))
        self._timer = loop.call_at(self._waiting[0].ends, self._expire) if self._waiting else None

    def _pass_on(self, handed: asyncpg.Connection | None) -> None:
        """Somebody was handed a connection but left in the same moment: it goes to the next."""
        if not self._wake(handed) and handed is not None:
            self._idle.append(handed)

    def _wake(self, handed: asyncpg.Connection | None) -> bool:
        """Hand a connection, or the right to open one, to whoever has waited longest; False when nobody waits."""
        while self._waiting:
            came = self._waiting.popleft().came
            if not came.done():
                came.set_result(handed)
                return True
        return False


async def connect(options: PoolOptions) -> asyncpg.Connection:
    """One connection with JSON read and written by orjson and a statement cache without expiry."""
    connection = await asyncpg.connect(
        options.url,
        timeout=options.wait,
        command_timeout=options.patience,
        statement_cache_size=MOST_STATEMENTS,
        max_cached_statement_lifetime=0,
        max_cacheable_statement_size=0,
        server_settings=dict(options.settings),
    )
    # Binary, so that the codec also serves inside the record arrays that `Session.all` reads.
    await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=encode_json, decoder=decode_json, format="binary")
    return connection


async def _prepare(connection: asyncpg.Connection, text: str, kept: dict[str, Any]) -> Any:
    """Prepare a statement, and keep it; the oldest goes when there are too many."""
    statement = kept[text] = await connection.prepare(text)
    if len(kept) > MOST_STATEMENTS:
        del kept[next(iter(kept))]
    return statement


def first_record(connection: asyncpg.Connection, statement: Any, values: list[Any]) -> Awaitable[list[asyncpg.Record]]:
    """What asyncpg's `fetchval` comes down to; the five calls around it took as long as a request's way to the pool.

    These names are private to asyncpg. They are used here and nowhere else, and tests/models/db/test_pool.py notices an upgrade
    that changes them.
    """
    found: Awaitable[list[asyncpg.Record]] = connection._protocol.bind_execute(statement._state, values, "", 1, False, None)
    return found


async def after_failure(connection: asyncpg.Connection, error: BaseException) -> None:
    """End what a failed statement left open, or the connection when nobody could say what it still does.

    asyncpg sends Parse before it encodes the values. When a value cannot be encoded, nothing more is sent, and the server
    keeps the locks of a half-prepared statement until the connection's next use; any query ends it. After a time-out the
    server does not answer, and after a cancellation what it does is nobody's any more. Types that have changed are read anew.
    """
    if connection.is_closed():
        return
    if isinstance(error, USELESS) or not isinstance(error, Exception):
        connection.terminate()
        return
    try:
        await connection.execute("SELECT")
    except BROKEN:
        connection.terminate()


def encode_json(value: Any) -> bytes:
    """A JSON value in jsonb's binary form: version 1, then the text."""
    return b"\x01" + orjson.dumps(value)


def decode_json(data: bytes) -> Any:
    """The value of jsonb's binary form."""
    return orjson.loads(data[1:])
