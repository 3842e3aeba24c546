"""Jobs as an operator sees them, and workers: their parts inside the test, and whole ones as processes."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from embedded import PostgresServer, ValkeyServer
from models.db import Database
from models.job_rows import JobRows
from settings import Settings
from tests.jobs.processes import Workers
from tests.jobs.queue import Queue
from tests.jobs.receiver import Receiver, receiving
from tests.jobs.workplace import Workplace


@pytest.fixture
async def queue(postgres: PostgresServer, settings: Settings) -> AsyncIterator[Queue]:
    """The jobs and events of the database under test, through a login that row level security does not bind."""
    connection = await asyncpg.connect(postgres.url("postgres", "tested"))
    yield Queue(connection)
    await connection.close()


@pytest.fixture
def rows(database: Database) -> JobRows:
    """What workers do with jobs."""
    return JobRows(database)


@pytest.fixture
def workplace(database: Database, rows: JobRows) -> Workplace:
    """A worker's parts without its loops: each sweep is the test's to make."""
    return Workplace.of(database, rows)


@pytest.fixture
def workers(tmp_path: Path) -> Iterator[Workers]:
    """Starts worker processes; none outlives the test."""
    started = Workers(tmp_path / "workers.log")
    yield started
    started.kill_all()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """A server on loopback that jobs post to."""
    async with receiving() as made:
        yield made


@pytest.fixture
def own_valkey(tmp_path: Path) -> Iterator[ValkeyServer]:
    """One that may be killed or frozen."""
    server = ValkeyServer(tmp_path / "valkey")
    server.start()
    yield server
    server.stop()
