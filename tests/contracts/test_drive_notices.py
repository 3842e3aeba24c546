"""Stop 5: the generated drive of test_isolation.py notices when row level security is gone from a table."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import orjson
import pytest

from app import create_app
from embedded import PostgresServer, ValkeyServer
from rest_compat import openapi
from tests.conftest import settings_for
from tests.contracts import attacks_graphql, attacks_rest
from tests.contracts.drive import Drive
from tests.contracts.planting import plant
from tests.contracts.scratch import scratch_url
from tests.tenant import Tenant


def documented() -> dict[str, Any]:
    """The committed OpenAPI document."""
    found: dict[str, Any] = orjson.loads(Path(openapi.__file__).with_name("openapi.json").read_bytes())
    return found


@pytest.fixture
async def unlocked(postgres: PostgresServer) -> AsyncIterator[asyncpg.Connection]:
    """A superuser in a database of its own, whose tables are made as they were after each test."""
    connection = await asyncpg.connect(await scratch_url(postgres, "unlocked"))
    yield connection
    for table in ("contacts", "messages"):
        await connection.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    await connection.execute("TRUNCATE companies CASCADE")
    await connection.close()


@pytest.fixture
async def drive(unlocked: asyncpg.Connection, postgres: PostgresServer, valkey: ValkeyServer) -> AsyncIterator[Drive]:
    """Two planted companies behind an application of their own."""
    app = create_app(settings_for(postgres, valkey, "unlocked"))
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://parley.test") as client:
        tenants = [await Tenant.create(client, app.services.database, f"{name}@unlocked.example") for name in ("attacker", "victim")]
        yield Drive(await plant(unlocked, tenants[0], "attacker"), await plant(unlocked, tenants[1], "victim"))
    await app.services.close()


async def test_nothing_is_noticed_while_every_table_is_locked(drive: Drive) -> None:
    await attacks_graphql.read_by_id(drive)
    assert drive.violations == []


@pytest.mark.parametrize("table", ["contacts", "messages"])
async def test_a_table_without_row_level_security_is_noticed_over_graphql(table: str, unlocked: asyncpg.Connection, drive: Drive) -> None:
    await unlocked.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    await attacks_graphql.read_by_id(drive)
    assert any(f"leaked canary-victim-{table}-" in each for each in drive.violations)
    assert any(f"with an id of {table}" in each and "differs from" in each for each in drive.violations)


async def test_a_table_without_row_level_security_is_noticed_over_rest(unlocked: asyncpg.Connection, drive: Drive) -> None:
    await unlocked.execute("ALTER TABLE contacts DISABLE ROW LEVEL SECURITY")
    for request in attacks_rest.own_requests(drive, documented()):
        if request.method == "GET":
            await attacks_rest.send(drive, request.put(("query",), {}))
    assert any("GET /api/crm/contacts: leaked canary-victim-contacts-" in each for each in drive.violations)
