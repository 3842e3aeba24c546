"""A copy of the database in which stops are removed one at a time, to see that the checks notice."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from embedded import PostgresServer
from tests.conftest import fresh_database


class Undone(Exception):
    """Carries a transaction out, so that what was removed is back."""


async def scratch_url(postgres: PostgresServer, name: str) -> str:
    """A superuser's address of a copy of the template, made when first asked for."""
    connection = await asyncpg.connect(postgres.url("postgres", "postgres"))
    there = await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", name)
    await connection.close()
    if not there:
        await fresh_database(postgres, name)
    return postgres.url("postgres", name)


@asynccontextmanager
async def undone(connection: asyncpg.Connection, *changes: str) -> AsyncIterator[asyncpg.Connection]:
    """A transaction with these changes made, which is rolled back."""
    change = connection.transaction()
    await change.start()
    try:
        for each in changes:
            await connection.execute(each)
        yield connection
    finally:
        await change.rollback()


async def two_companies(connection: asyncpg.Connection) -> tuple[str, str]:
    """Two companies' ids, the first with a contact called Ada; then the connection serves the second as the application role."""
    first, second = await connection.fetchrow("SELECT gen_random_uuid()::text, gen_random_uuid()::text")
    for company in (first, second):
        await connection.execute("SELECT set_config('app.company_id', $1, true)", company)
        await connection.execute("INSERT INTO companies (id, name) VALUES ($1::text::uuid, 'Lamps')", company)
    await connection.execute("INSERT INTO contacts (id, company_id, first_name) SELECT gen_random_uuid(), $1::text::uuid, 'Ada'", first)
    return first, second
