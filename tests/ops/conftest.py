"""Servers that a test may break, and applications of their own in front of them."""

from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import asyncpg
import httpx2
import pytest

from app import create_app
from embedded import PostgresServer, ValkeyServer
from models.migrations import run
from settings import Settings
from tests.conftest import fresh_database
from tests.ops.breakable import Breakable
from tests.tenant import Tenant
from tests.test_embedded import reachable_folder

Open = Callable[[Settings], AbstractAsyncContextManager[Tenant]]


@pytest.fixture(scope="module")
def breakable() -> Iterator[Breakable]:
    """A durable PostgreSQL, migrated, that is killed and stopped at will."""
    # A child ends with the thread that started it, so this thread outlives every start.
    with reachable_folder() as folder, ThreadPoolExecutor(max_workers=1) as starter:
        server = PostgresServer(folder / "postgres", durable=True)
        broken = Breakable(server, starter)
        broken.start()
        run.upgrade(server.url("parley_owner"))
        yield broken
        broken.start()
        server.remove()


@pytest.fixture
def own_valkey(tmp_path: Path) -> Iterator[ValkeyServer]:
    """One that may be killed or frozen."""
    server = ValkeyServer(tmp_path / "valkey")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def opened() -> Open:
    """An application with settings of its own, seen by the owner of a company."""

    @asynccontextmanager
    async def open_app(settings: Settings) -> AsyncIterator[Tenant]:
        app = create_app(settings)
        transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url="http://parley.test") as client:
            try:
                yield await Tenant.create(client, app.services.database, "owner@acme.example")
            finally:
                await app.services.close()

    return open_app


@pytest.fixture
async def scratch(postgres: PostgresServer, tmp_path: Path) -> AsyncIterator[str]:
    """A migrated database that a test may spoil."""
    name = f"scratch_{abs(hash(tmp_path)) % 10**9}"
    await fresh_database(postgres, name)
    yield name
    admin = await asyncpg.connect(postgres.url("postgres", "postgres"))
    await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await admin.close()
