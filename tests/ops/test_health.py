"""What an orchestrator asks: does the process live, can it serve."""

import asyncpg
import httpx2

from app import Parley
from embedded import PostgresServer, ValkeyServer
from models.health import HEAD
from settings import Settings
from tests.conftest import settings_for
from tests.ops.breakable import Breakable
from tests.ops.conftest import Open
from tests.ops.running import with_url

NOWHERE = "redis://127.0.0.1:1/0"


async def test_a_healthy_server_is_live_and_ready(client: httpx2.AsyncClient) -> None:
    live, ready = await client.get("/health/live"), await client.get("/health/ready")
    assert (live.status_code, live.json(), live.headers["cache-control"]) == (200, {"status": "live"}, "no-store")
    assert (ready.status_code, ready.json()) == (200, {"status": "ready", "database": "ok", "limits": "ok"})
    assert "retry-after" not in ready.headers


async def test_without_redis_it_is_ready_and_says_where_it_counts(settings: Settings, opened: Open) -> None:
    async with opened(with_url(settings, redis_url=NOWHERE)) as tenant:
        await tenant.client.get("/health/live")
        ready = await tenant.client.get("/health/ready")
    assert (ready.status_code, ready.json()) == (200, {"status": "ready", "database": "ok", "limits": "ok, counting in memory"})


async def test_a_stopped_database_makes_it_unready_and_leaves_it_live(breakable: Breakable, valkey: ValkeyServer, opened: Open) -> None:
    breakable.start()
    async with opened(settings_for(breakable.server, valkey, "parley")) as tenant:
        assert (await tenant.client.get("/health/ready")).status_code == 200
        breakable.stop()
        live, ready = await tenant.client.get("/health/live"), await tenant.client.get("/health/ready")
        breakable.start()
        back = await tenant.client.get("/health/ready")
    assert live.status_code == 200
    assert (ready.status_code, ready.headers["retry-after"]) == (503, "2")
    body = ready.json()
    assert (body["status"], body["limits"]) == ("unavailable", "ok")
    assert body["database"].startswith("away: ")
    assert (back.status_code, back.json()["database"]) == (200, "ok")


async def test_tables_behind_the_code_make_it_unready_and_it_says_what_to_run(
    postgres: PostgresServer, valkey: ValkeyServer, opened: Open, scratch: str
) -> None:
    owner = await asyncpg.connect(postgres.url("parley_owner", scratch))
    async with opened(settings_for(postgres, valkey, scratch)) as tenant:
        await owner.execute("UPDATE alembic_version SET version_num = '0000'")
        behind, live = await tenant.client.get("/health/ready"), await tenant.client.get("/health/live")
        await owner.execute("UPDATE alembic_version SET version_num = $1", HEAD)
        back = await tenant.client.get("/health/ready")
    await owner.close()
    assert (behind.status_code, behind.headers["retry-after"], live.status_code) == (503, "2", 200)
    assert behind.json()["database"] == f"at revision 0000, this code needs {HEAD}: run `parley migrate`"
    assert back.status_code == 200


async def test_a_database_without_tables_says_to_migrate(
    postgres: PostgresServer, valkey: ValkeyServer, opened: Open, scratch: str
) -> None:
    owner = await asyncpg.connect(postgres.url("parley_owner", scratch))
    async with opened(settings_for(postgres, valkey, scratch)) as tenant:
        await owner.execute("DROP TABLE alembic_version")
        ready = await tenant.client.get("/health/ready")
    await owner.close()
    assert ready.status_code == 503
    assert "parley migrate" in ready.json()["database"]


async def test_health_needs_no_credential_and_takes_head(app: Parley, client: httpx2.AsyncClient) -> None:
    assert [(await client.head(path)).status_code for path in ("/health/live", "/health/ready")] == [200, 200]
