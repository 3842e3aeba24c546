"""Jobs as an operator sees them: every company's, through a login that row level security does not bind."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from embedded import PostgresServer
from jobs.runner import Runner
from models.db import Database
from models.system import JobRows
from settings import Settings
from tests.jobs.queue import Queue


@pytest.fixture
async def queue(postgres: PostgresServer, settings: Settings) -> AsyncIterator[Queue]:
    """The jobs and events of the database under test."""
    connection = await asyncpg.connect(postgres.url("postgres", "tested"))
    yield Queue(connection)
    await connection.close()


@pytest.fixture
def rows(database: Database) -> JobRows:
    """What workers do with jobs."""
    return JobRows(database)


@pytest.fixture
def runner(database: Database, rows: JobRows) -> Runner:
    """A worker's heart."""
    return Runner(database, rows)
