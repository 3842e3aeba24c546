"""Two planted companies, and a connection that sees everything, to look at what the application did."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from embedded import PostgresServer
from settings import Settings
from tests.contracts.planting import Planted, plant
from tests.tenant import Tenant


@pytest.fixture
async def superuser(postgres: PostgresServer, settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    """Past every policy."""
    connection = await asyncpg.connect(postgres.url("postgres", "tested"))
    yield connection
    await connection.close()


@pytest.fixture
async def victim(acme: Tenant, superuser: asyncpg.Connection) -> Planted:
    """Company A: whatever the other one is shown of it is a leak."""
    return await plant(superuser, acme, "victim")


@pytest.fixture
async def attacker(rival: Tenant, superuser: asyncpg.Connection) -> Planted:
    """Company B: it has rows of its own, so that an empty answer proves nothing."""
    return await plant(superuser, rival, "attacker")
