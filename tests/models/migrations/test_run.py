"""Migrations: up, down, up with data, no drift, one at a time, and never waiting long for a lock."""

import asyncio
import sys
import time
from asyncio.subprocess import PIPE
from pathlib import Path

import asyncpg
import pytest

from embedded import PostgresServer
from models.migrations import run
from models.migrations.revisions import newest

TABLES = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"

ROOT = Path(run.__file__).parents[2]


async def asked(url: str, query: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def test_up_leaves_no_drift(url: str) -> None:
    run.upgrade(url)
    assert run.drift(url) is None
    assert await asked(url, "SELECT version_num FROM alembic_version") == newest()


async def test_drift_is_told(url: str) -> None:
    run.upgrade(url)
    connection = await asyncpg.connect(url)
    await connection.execute("ALTER TABLE contacts DROP COLUMN phone")
    await connection.close()
    assert "phone" in (run.drift(url) or "")


async def test_up_down_and_up_again_with_data(url: str, postgres: PostgresServer) -> None:
    run.upgrade(url)
    owner = await asyncpg.connect(postgres.url("postgres", "migrated"))
    await owner.execute("INSERT INTO companies (id, name) VALUES (gen_random_uuid(), 'c')")
    await owner.execute("INSERT INTO contacts (company_id, id) SELECT id, gen_random_uuid() FROM companies")
    await owner.close()
    run.upgrade(url)
    assert await asked(postgres.url("postgres", "migrated"), "SELECT count(*) FROM contacts") == 1
    run.downgrade(url, "base")
    assert await asked(url, TABLES) == 0
    run.upgrade(url)
    assert run.drift(url) is None


async def test_two_processes_at_once_are_serialised(url: str) -> None:
    work = "import sys; from models.migrations import run; run.upgrade(sys.argv[1])"
    processes = [await asyncio.create_subprocess_exec(sys.executable, "-c", work, url, cwd=ROOT, stderr=PIPE) for _ in range(2)]
    assert [(await process.communicate())[1] for process in processes] == [b"", b""]
    assert [process.returncode for process in processes] == [0, 0]
    assert run.drift(url) is None


async def test_a_lock_that_is_held_makes_a_migration_give_up_and_change_nothing(url: str) -> None:
    run.upgrade(url)
    holder = await asyncpg.connect(url)
    transaction = holder.transaction()
    await transaction.start()
    # Each migration writes here, at its very end: what it did before must be undone.
    await holder.execute("LOCK TABLE alembic_version IN SHARE MODE")
    tables = await asked(url, TABLES)
    begin = time.monotonic()
    with pytest.raises(Exception, match="lock timeout"):
        run.downgrade(url, "-1")
    assert 1.9 < time.monotonic() - begin < 5
    await transaction.rollback()
    await holder.close()
    assert await asked(url, TABLES) == tables
    assert await asked(url, "SELECT version_num FROM alembic_version") == newest()
