"""Row level security, keys, grants and roles are as the architecture says, by PostgreSQL's own catalogue."""

from uuid import uuid4

import asyncpg
import pytest

from models.db import Database
from tests.contracts import catalogue
from tests.contracts.planting import TABLES, Planted

NAMES = [table.name for table in TABLES]


async def test_the_catalogue_holds_every_table_of_the_code_and_no_other(superuser: asyncpg.Connection) -> None:
    assert [table["name"] for table in await catalogue.tables(superuser)] == sorted(NAMES)


@pytest.mark.parametrize("check", catalogue.CHECKS, ids=lambda check: check.__name__)
async def test_the_catalogue_shows_no_violation_of(check: catalogue.Check, superuser: asyncpg.Connection) -> None:
    assert await check(superuser) == []


async def test_the_applications_connections_run_as_the_two_roles(database: Database) -> None:
    found = {}
    for name in ("reads", "writes", "system"):
        async with getattr(database, name).connection() as connection:
            found[name] = await connection.fetchrow("SELECT current_user::text, current_setting('default_transaction_read_only')")
    assert {name: tuple(row) for name, row in found.items()} == {
        "reads": ("parley_app", "on"),
        "writes": ("parley_app", "off"),
        "system": ("parley_system", "off"),
    }


async def test_the_pool_for_reads_cannot_write(database: Database) -> None:
    async with database.reads.connection() as connection:
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await connection.execute("DELETE FROM contacts")


@pytest.mark.parametrize("setting", [None, ""])
async def test_without_a_company_every_table_is_empty(setting: str | None, database: Database, victim: Planted) -> None:
    async with database.writes.connection() as connection, connection.transaction():
        if setting is not None:
            await connection.execute("SELECT set_config('app.company_id', $1, true)", setting)
        assert {name: await connection.fetchval(f"SELECT count(*) FROM {name}") for name in NAMES} == dict.fromkeys(NAMES, 0)


async def test_with_a_company_its_own_rows_alone_are_there(database: Database, victim: Planted, attacker: Planted) -> None:
    async with database.writes.connection() as connection, connection.transaction():
        await connection.execute("SELECT set_config('app.company_id', $1, true)", str(attacker.tenant.company_id))
        found = {name: {row[0] for row in await connection.fetch(f"SELECT id FROM {name}")} for name in NAMES}
    assert found == {name: attacker.rows(name) for name in NAMES}


@pytest.mark.parametrize("name", [name for name in NAMES if name != "companies"])
async def test_a_company_cannot_be_named_in_an_insert(name: str, database: Database, victim: Planted) -> None:
    async with database.writes.connection() as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
            await connection.execute(f"INSERT INTO {name} (company_id) VALUES ($1)", victim.tenant.company_id)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "companies"])
async def test_a_row_cannot_be_moved_to_another_company(name: str, database: Database, victim: Planted) -> None:
    async with database.writes.connection() as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
            await connection.execute(f"UPDATE {name} SET company_id = $1", victim.tenant.company_id)


async def test_a_deal_cannot_refer_to_another_companys_contact(database: Database, victim: Planted, attacker: Planted) -> None:
    async with database.writes.connection() as connection, connection.transaction():
        await connection.execute("SELECT set_config('app.company_id', $1, true)", str(attacker.tenant.company_id))
        with pytest.raises(asyncpg.ForeignKeyViolationError, match="fk_deals_company_id_contact_id"):
            await connection.execute("INSERT INTO deals (id, title, contact_id) VALUES ($1, 'Lamps', $2)", uuid4(), victim.ids["contacts"])


async def test_the_system_role_reads_no_content(database: Database, victim: Planted) -> None:
    closed = [name for name in NAMES if name not in {"users", "jobs", "events", "documents"}]
    for name in closed:
        async with database.system.connection() as connection:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.fetch(f"SELECT * FROM {name}")
    async with database.system.connection() as connection:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetch("SELECT payload FROM events")
