"""What the database refuses, as callers see it: over REST, over GraphQL, and soon."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import asyncpg
import httpx2
import pytest
from sqlalchemy import func, select

from app import Parley, create_app
from models.db import PoolExhausted
from resolvers.faults import as_parley, known
from settings import Settings
from tests.tenant import Tenant

IMPATIENT = {"statement_timeout": 0.2, "lock_timeout": 0.3, "pool_timeout": 0.4, "read_connections": 1, "write_connections": 1}


@asynccontextmanager
async def served(tenant: Tenant, settings: Settings, **changes: float) -> AsyncIterator[tuple[Parley, Tenant]]:
    """A server with less patience, and the same user there."""
    app = create_app(settings.model_copy(update=IMPATIENT | changes))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://parley.test") as client:
        yield app, replace(tenant, client=client, database=app.services.database)
    await app.services.close()


@asynccontextmanager
async def locked(settings: Settings, table: str) -> AsyncIterator[None]:
    """Somebody holds a table."""
    assert settings.migration_url is not None
    owner = await asyncpg.connect(settings.migration_url.get_secret_value())
    transaction = owner.transaction()
    await transaction.start()
    await owner.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
    yield
    await transaction.rollback()
    await owner.close()


def assert_unavailable(answer: httpx2.Response, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (503, code)
    assert int(answer.headers["retry-after"]) >= 1


async def test_a_statement_that_takes_too_long_is_a_timeout(acme: Tenant, settings: Settings) -> None:
    async with served(acme, settings) as (_, slow):
        with pytest.raises(asyncpg.QueryCanceledError) as caught:
            await slow.ctx().db.records(select(func.pg_sleep(5)))
        meaning = as_parley(caught.value)
        assert (meaning.code, meaning.status, meaning.headers) == ("TIMEOUT", 503, {"Retry-After": "1"})
        assert (await slow.rest("GET", "/api/crm/deals")).status_code == 200


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_locked_table_is_503_and_nothing_was_changed(acme: Tenant, settings: Settings, method: str) -> None:
    async with served(acme, settings, statement_timeout=5) as (_, slow):
        assert (await slow.rest("GET", "/api/crm/deals")).status_code == 200
        async with locked(settings, "contacts"):
            begin = time.monotonic()
            answer = await slow.rest(method, "/api/crm/contacts", **({"json": {}} if method == "POST" else {}))
            assert time.monotonic() - begin < 2
        assert_unavailable(answer, "SERVICE_UNAVAILABLE")
        assert (await slow.rest("GET", "/api/crm/contacts")).json()["total"] == 0


async def test_a_statement_timeout_is_said_over_rest(acme: Tenant, settings: Settings) -> None:
    async with served(acme, settings, lock_timeout=5) as (_, slow):
        assert (await slow.rest("GET", "/api/crm/deals")).status_code == 200
        async with locked(settings, "contacts"):
            assert_unavailable(await slow.rest("GET", "/api/crm/contacts"), "TIMEOUT")


@pytest.mark.parametrize(
    "query",
    ["{ contacts { totalCount } }", '{ contacts { totalCount } estimateCost(document: "{ __typename }") { limit } }'],
    ids=["planned", "executed"],
)
async def test_a_statement_timeout_is_said_over_graphql(acme: Tenant, settings: Settings, query: str) -> None:
    async with served(acme, settings, lock_timeout=5) as (_, slow):
        await slow.rest("GET", "/api/crm/deals")
        async with locked(settings, "contacts"):
            answer = await slow.graphql_response(query)
        assert answer.json()["errors"][0]["extensions"]["code"] == "TIMEOUT"
        assert "contacts" not in (answer.json().get("data") or {}) or answer.json()["data"]["contacts"] is None


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_an_exhausted_pool_is_503_within_two_seconds(acme: Tenant, settings: Settings, method: str) -> None:
    async with served(acme, settings) as (app, slow):
        database = app.services.database
        async with database.reads.connection(), database.writes.connection():
            begin = time.monotonic()
            answers = await asyncio.gather(
                *(slow.rest(method, "/api/crm/contacts", **({"json": {}} if method == "POST" else {})) for _ in range(10))
            )
            assert time.monotonic() - begin < 2
        for answer in answers:
            assert_unavailable(answer, "SERVICE_UNAVAILABLE")
        assert (await slow.rest("GET", "/api/crm/contacts")).json()["total"] == 0


@pytest.mark.parametrize(
    ("error", "code", "status"),
    [
        (asyncpg.QueryCanceledError("x"), "TIMEOUT", 503),
        (asyncpg.LockNotAvailableError("x"), "SERVICE_UNAVAILABLE", 503),
        (asyncpg.DeadlockDetectedError("x"), "SERVICE_UNAVAILABLE", 503),
        (asyncpg.SerializationError("x"), "SERVICE_UNAVAILABLE", 503),
        (PoolExhausted("x"), "SERVICE_UNAVAILABLE", 503),
        (asyncpg.ConnectionDoesNotExistError("x"), "SERVICE_UNAVAILABLE", 503),
        (asyncpg.AdminShutdownError("x"), "SERVICE_UNAVAILABLE", 503),
        (ConnectionRefusedError("x"), "SERVICE_UNAVAILABLE", 503),
        (TimeoutError("x"), "SERVICE_UNAVAILABLE", 503),
        (asyncpg.UniqueViolationError("x"), "CONFLICT", 409),
        (asyncpg.ForeignKeyViolationError("x"), "NOT_FOUND", 404),
        (asyncpg.DataError("x"), "VALIDATION_ERROR", 400),
        (asyncpg.NumericValueOutOfRangeError("x"), "VALIDATION_ERROR", 400),
        (asyncpg.CheckViolationError("x"), "VALIDATION_ERROR", 400),
        (asyncpg.StatementTooComplexError("x"), "INTERNAL_ERROR", 500),
        (RuntimeError("secret"), "INTERNAL_ERROR", 500),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_every_fault_has_its_meaning_and_tells_nothing_of_the_database(error: Exception, code: str, status: int) -> None:
    meaning = as_parley(error)
    assert (meaning.code, meaning.status) == (code, status)
    assert str(error) not in meaning.message.split()
    assert (known(error) is None) == (code == "INTERNAL_ERROR")
