"""An empty database to migrate."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from embedded import PostgresServer


async def admin(postgres: PostgresServer, statement: str) -> None:
    connection = await asyncpg.connect(postgres.url("postgres", "postgres"))
    await connection.execute(statement)
    await connection.close()


async def created(postgres: PostgresServer, name: str) -> None:
    """An empty database of the owner's."""
    await admin(postgres, f"CREATE DATABASE {name} OWNER parley_owner")
    connection = await asyncpg.connect(postgres.url("postgres", name))
    await connection.execute("CREATE EXTENSION IF NOT EXISTS vector; GRANT ALL ON SCHEMA public TO parley_owner")
    await connection.close()


@pytest.fixture
async def url(postgres: PostgresServer) -> AsyncIterator[str]:
    """The owner's address of an empty database."""
    await created(postgres, "migrated")
    yield postgres.url("parley_owner", "migrated")
    await admin(postgres, "DROP DATABASE migrated WITH (FORCE)")
