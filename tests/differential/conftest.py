"""A database of this folder's own: filled once, never truncated, because nothing here writes to it."""

from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest
import structlog

from embedded import PostgresServer, ValkeyServer
from models.db import Database
from settings import Settings
from tests.conftest import fresh_database, settings_for
from tests.differential.pools import Pools, make_pools
from tests.differential.ways import Ways
from tests.differential.world import ACME, DELETED, RIVAL, SIZES, World, found_company

NAME = "differential"


@pytest.fixture(scope="module", autouse=True)
def plain_logs() -> Iterator[None]:
    """Errors are logged without every variable of every frame: with thousands of rows in them that takes seconds."""
    before = structlog.get_config()
    structlog.configure(processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()])
    yield
    structlog.configure(**before)


@pytest.fixture(scope="session")
async def differential(postgres: PostgresServer, valkey: ValkeyServer) -> Settings:
    """Settings for the database of this folder, with time enough on a busy machine: a refusal would be a difference."""
    await fresh_database(postgres, NAME)
    return settings_for(postgres, valkey, NAME).model_copy(update={"pool_timeout": 60.0, "statement_timeout": 60.0})


@pytest.fixture(scope="session")
async def world(postgres: PostgresServer, differential: Settings) -> AsyncIterator[World]:
    """Two full companies."""
    superuser = await asyncpg.connect(postgres.url("postgres", NAME))
    companies = {mark: await found_company(superuser, mark, SIZES, DELETED) for mark in (ACME, RIVAL)}
    await superuser.execute("ANALYZE")
    await superuser.close()
    database = Database(differential)
    yield World(database, companies)
    await database.close()


@pytest.fixture(scope="session")
def ways(world: World, differential: Settings) -> Ways:
    """Both ways of asking, which remember what they were asked."""
    return Ways.of(world.database, differential)


@pytest.fixture(scope="session")
async def pools(world: World, ways: Ways) -> Pools:
    """Values to ask of acme with."""
    return await make_pools(ways, world.acme, world.rival)


@pytest.fixture(scope="session")
async def rival_pools(world: World, ways: Ways) -> Pools:
    """Values to ask of the other company with."""
    return await make_pools(ways, world.rival, world.acme)
