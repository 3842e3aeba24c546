"""Knowledge bases of two companies."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from app import Parley
from embedded import PostgresServer
from tests.knowledge.library import Library
from tests.packs import unpaired
from tests.tenant import Tenant


@pytest.fixture
async def owner(postgres: PostgresServer, acme: Tenant) -> AsyncIterator[asyncpg.Connection]:
    """A login that row level security does not bind. Whatever a test did, vectors and their packs say the same at its end."""
    connection = await asyncpg.connect(postgres.url("postgres", "tested"))
    yield connection
    left = await unpaired(connection)
    await connection.close()
    assert left == 0


@pytest.fixture
def library(acme: Tenant, app: Parley, owner: asyncpg.Connection) -> Library:
    """Acme's."""
    return Library(acme, app.services.knowledge, owner)


@pytest.fixture
def others(rival: Tenant, app: Parley, owner: asyncpg.Connection) -> Library:
    """The other company's."""
    return Library(rival, app.services.knowledge, owner)
