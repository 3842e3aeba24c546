"""The pool: bounded, fair, and whole again after whatever went wrong."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from embedded import PostgresServer
from models.db.pool import Pool, PoolExhausted, PoolOptions
from settings import Settings

WAIT = 0.2


@pytest.fixture
async def pool(settings: Settings) -> AsyncIterator[Pool]:
    """Two connections, and a short wait for them."""
    assert settings.database_url is not None
    made = Pool(PoolOptions(settings.database_url.get_secret_value(), 2, WAIT, {"role": settings.app_role}))
    yield made
    await made.close()


async def ask(pool: Pool, query: str = "SELECT 1", *values: Any) -> Any:
    async with pool.connection() as connection:
        return await connection.fetchval(query, *values)


async def pid(pool: Pool) -> int:
    found: int = await ask(pool, "SELECT pg_backend_pid()")
    return found


async def whole(pool: Pool) -> bool:
    """Whether both connections can be had at once."""
    async with pool.connection() as first, pool.connection() as second:
        return await first.fetchval("SELECT 1") + await second.fetchval("SELECT 1") == 2


async def test_a_connection_is_used_again(pool: Pool) -> None:
    assert len({await pid(pool) for _ in range(5)}) == 1


async def test_exhaustion_is_told_in_time(pool: Pool) -> None:
    async with pool.connection(), pool.connection():
        begin = time.monotonic()
        with pytest.raises(PoolExhausted, match=r"no database connection became free within 0.2 s"):
            await pool.acquire()
        assert WAIT <= time.monotonic() - begin < WAIT + 0.5
    assert await whole(pool)


async def test_a_waiter_gets_the_connection_that_comes_back(pool: Pool) -> None:
    first, second = await pool.acquire(), await pool.acquire()
    waiter = asyncio.create_task(pool.acquire())
    await asyncio.sleep(0)
    pool.release(first)
    assert await waiter is first
    pool.release(first)
    pool.release(second)


async def test_whoever_comes_later_does_not_overtake_a_waiter(pool: Pool) -> None:
    first, second = await pool.acquire(), await pool.acquire()
    waiter = asyncio.create_task(pool.acquire())
    await asyncio.sleep(0)
    pool.release(first)
    with pytest.raises(PoolExhausted):
        await pool.acquire()
    assert await waiter is first
    pool.release(first)
    pool.release(second)


async def test_a_crowd_is_served_by_two_connections(pool: Pool) -> None:
    found = await asyncio.gather(*(pid(pool) for _ in range(100)))
    assert len(set(found)) == 2


async def kill(postgres: PostgresServer, backend: int) -> None:
    admin = await asyncpg.connect(postgres.url("postgres", "postgres"))
    await admin.execute("SELECT pg_terminate_backend($1, 5000)", backend)
    await admin.close()


async def test_a_connection_that_broke_while_idle_is_replaced(pool: Pool, postgres: PostgresServer) -> None:
    broken = await pid(pool)
    await kill(postgres, broken)
    assert await whole(pool)
    assert await pid(pool) != broken


async def test_a_connection_that_dies_in_use_is_replaced(pool: Pool, postgres: PostgresServer) -> None:
    backend = await pid(pool)
    sleeping = asyncio.create_task(ask(pool, "SELECT pg_sleep(30)"))
    await asyncio.sleep(0.05)
    await kill(postgres, backend)
    with pytest.raises((asyncpg.AdminShutdownError, asyncpg.ConnectionDoesNotExistError)):
        await sleeping
    assert await whole(pool)


async def test_a_connection_left_inside_a_transaction_is_thrown_away(pool: Pool) -> None:
    async with pool.connection() as connection:
        left = await connection.fetchval("SELECT pg_backend_pid()")
        await connection.execute("BEGIN")
    assert await pid(pool) != left


async def test_a_cancelled_waiter_leaks_nothing(pool: Pool) -> None:
    first, second = await pool.acquire(), await pool.acquire()
    waiters = [asyncio.create_task(pool.acquire()) for _ in range(5)]
    await asyncio.sleep(0)
    for waiter in waiters:
        waiter.cancel()
    await asyncio.gather(*waiters, return_exceptions=True)
    pool.release(first)
    pool.release(second)
    assert await whole(pool)


async def test_a_waiter_cancelled_while_it_is_handed_a_connection_leaks_nothing(pool: Pool) -> None:
    first, second = await pool.acquire(), await pool.acquire()
    waiter = asyncio.create_task(pool.acquire())
    await asyncio.sleep(0)
    pool.release(first)
    waiter.cancel()
    for handed in await asyncio.gather(waiter, return_exceptions=True):
        if isinstance(handed, asyncpg.Connection):
            pool.release(handed)
    pool.release(second)
    assert await whole(pool)


async def test_a_cancelled_statement_leaks_nothing(pool: Pool) -> None:
    tasks = [asyncio.create_task(ask(pool, "SELECT pg_sleep(30)")) for _ in range(2)]
    await asyncio.sleep(0.1)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert await whole(pool)


@pytest.mark.parametrize("value", ["no number", 2**40, None])
async def test_a_value_that_cannot_be_sent_leaves_the_connection_usable(pool: Pool, value: Any) -> None:
    for _ in range(5):
        if value is not None:
            with pytest.raises(asyncpg.DataError):
                await ask(pool, "SELECT $1::integer", value)
        assert await whole(pool)


async def test_a_value_that_cannot_be_sent_holds_no_lock(pool: Pool, settings: Settings) -> None:
    with pytest.raises(asyncpg.DataError):
        await ask(pool, "SELECT id FROM contacts WHERE created_at < $1", "no time")
    assert settings.migration_url is not None
    owner = await asyncpg.connect(settings.migration_url.get_secret_value())
    await owner.execute("SET lock_timeout = '1s'")
    async with owner.transaction():
        await owner.execute("LOCK TABLE contacts IN ACCESS EXCLUSIVE MODE")
    await owner.close()


async def test_a_server_that_is_away_is_told_and_frees_the_place() -> None:
    pool = Pool(PoolOptions("postgresql://parley:x@127.0.0.1:1/nowhere", 1, WAIT))
    for _ in range(3):
        with pytest.raises(ConnectionRefusedError):
            await pool.acquire()


async def test_json_is_read_and_written(pool: Pool) -> None:
    value = {"a": [1, 2.5, None, "é"], "b": {}}
    assert await ask(pool, "SELECT $1::jsonb", value) == value
    assert await ask(pool, "SELECT array_agg(r) FROM (SELECT $1::jsonb) r", value) == [(value,)]


async def test_each_waiter_has_its_own_time(pool: Pool) -> None:
    first, second = await pool.acquire(), await pool.acquire()
    begin = time.monotonic()

    async def refused_after(delay: float) -> float:
        await asyncio.sleep(delay)
        with pytest.raises(PoolExhausted):
            await pool.acquire()
        return time.monotonic() - begin

    waits = await asyncio.gather(*(refused_after(delay) for delay in (0, WAIT / 2)))
    for wait, delay in zip(waits, (0, WAIT / 2), strict=True):
        assert delay + WAIT <= wait < delay + WAIT + 0.5
    pool.release(first)
    pool.release(second)
    assert await whole(pool)


PREPARED = "SELECT count(*) FROM pg_prepared_statements WHERE statement = 'SELECT $1::integer + 1'"


async def test_a_statement_is_prepared_once_a_connection(pool: Pool) -> None:
    assert [await pool.value("SELECT $1::integer + 1", [number]) for number in range(3)] == [1, 2, 3]
    assert await ask(pool, PREPARED) == 1


async def test_no_row_is_no_value(pool: Pool) -> None:
    assert await pool.value("SELECT 1 WHERE false", []) is None


async def test_a_statement_is_prepared_anew_when_a_table_has_changed(pool: Pool) -> None:
    await ask(pool, "CREATE TEMP TABLE changing AS SELECT 7::integer AS number")
    assert await pool.value("SELECT number FROM changing", []) == 7
    await ask(pool, "ALTER TABLE changing ALTER number TYPE text USING number::text")
    assert await pool.value("SELECT number FROM changing", []) == "7"


async def test_a_value_that_fails_leaves_the_pool_whole(pool: Pool) -> None:
    for _ in range(5):
        with pytest.raises(asyncpg.DivisionByZeroError):
            await pool.value("SELECT 1 / $1::integer", [0])
        with pytest.raises(asyncpg.DataError):
            await pool.value("SELECT 1 / $1::integer", ["no number"])
        assert await pool.value("SELECT 1 / $1::integer", [1]) == 1
    assert await whole(pool)


async def test_a_cancelled_value_throws_its_connection_away(pool: Pool) -> None:
    left = await pid(pool)
    asking = asyncio.create_task(pool.value("SELECT pg_sleep(30)", []))
    await asyncio.sleep(0.05)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert await whole(pool)
    assert await pid(pool) != left
