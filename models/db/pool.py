"""A small pool of asyncpg connections: last in, first out, no reset query, a bounded wait.

asyncpg's own pool resets each connection on release, which is a round trip; nothing session-level is ever set here,
so there is nothing to reset.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import orjson

# Prepared statements that one connection keeps.
MOST_STATEMENTS = 500
# What a connection raises that is of no more use.
BROKEN = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)


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


class Pool:
    """At most `size` connections, opened when first needed, each serving one statement or transaction at a time."""

    def __init__(self, options: PoolOptions) -> None:
        self._options = options
        self._idle: list[asyncpg.Connection] = []
        self._waiting: deque[asyncio.Future[asyncpg.Connection | None]] = deque()
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
        connection = await self.acquire()
        try:
            statement = await self._statement(connection, text)
            try:
                return await statement.fetchval(*values)
            except asyncpg.InvalidCachedStatementError:
                # The tables have changed since it was prepared.
                self._prepared.pop(id(connection), None)
                return await (await self._statement(connection, text)).fetchval(*values)
        except BaseException as error:
            await after_failure(connection, error)
            raise
        finally:
            self.release(connection)

    async def _statement(self, connection: asyncpg.Connection, text: str) -> Any:
        """The connection's prepared statement for a text; the oldest goes when there are too many."""
        kept = self._prepared.setdefault(id(connection), {})
        statement = kept.get(text)
        if statement is None:
            statement = kept[text] = await connection.prepare(text)
            if len(kept) > MOST_STATEMENTS:
                del kept[next(iter(kept))]
        return statement

    async def acquire(self) -> asyncpg.Connection:
        """Take a connection; whoever takes it must `release` it."""
        while True:
            while self._idle:
                connection = self._idle.pop()
                if not connection.is_closed():
                    return connection
                self._open -= 1
                self._prepared.pop(id(connection), None)
            if self._open < self._options.size:
                return await self._connect()
            handed = await self._wait()
            if handed is not None:
                return handed

    def release(self, connection: asyncpg.Connection) -> None:
        """Give a connection back; one that died, or is still inside a transaction, is thrown away."""
        if connection.is_closed() or connection.is_in_transaction() or self._closed:
            self._open -= 1
            self._prepared.pop(id(connection), None)
            if not connection.is_closed():
                connection.terminate()
            self._wake(None)
        elif not self._wake(connection):
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
        turn: asyncio.Future[asyncpg.Connection | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            return await asyncio.wait_for(turn, self._options.wait)
        except TimeoutError:
            raise PoolExhausted(f"no database connection became free within {self._options.wait} s") from None
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._pass_on(turn.result())
            raise

    def _pass_on(self, handed: asyncpg.Connection | None) -> None:
        """Somebody was handed a connection but left in the same moment: it goes to the next."""
        if not self._wake(handed) and handed is not None:
            self._idle.append(handed)

    def _wake(self, handed: asyncpg.Connection | None) -> bool:
        """Hand a connection, or the right to open one, to whoever has waited longest; False when nobody waits."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(handed)
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


async def after_failure(connection: asyncpg.Connection, error: BaseException) -> None:
    """End what a failed statement left open, or the connection when nobody could say what it still does.

    asyncpg sends Parse before it encodes the values. When a value cannot be encoded, nothing more is sent, and the server
    keeps the locks of a half-prepared statement until the connection's next use; any query ends it. After a time-out the
    server does not answer, and after a cancellation what it does is nobody's any more.
    """
    if connection.is_closed():
        return
    if isinstance(error, TimeoutError) or not isinstance(error, Exception):
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
