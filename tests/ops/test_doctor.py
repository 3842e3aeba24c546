"""`parley doctor` names what is wrong and what to do, and says of a healthy installation what it looked at."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from embedded import PostgresServer, ValkeyServer
from settings import Settings
from tests.conftest import settings_for
from tests.ops.running import environment, parley

HEALTHY = (
    "PostgreSQL 18",
    "pgvector ",
    "row level security in force on 10 tables",
    "role parley_app has no powers",
    "role parley_app owns no table",
    "role parley_system has no powers",
    "role parley_system owns no table",
    "requests run as parley_app, tables at the newest revision",
    "Redis ",
    "tokens can be verified",
)


def examined(settings: Settings, *options: str, **more: str) -> tuple[int, list[str]]:
    """The exit code and the lines of `parley doctor`; a traceback is never an answer."""
    run = parley("doctor", *options, env=environment(settings, **more))
    assert "Traceback" not in run.stderr
    return run.returncode, run.stdout.splitlines()


def wrongs(lines: list[str]) -> list[str]:
    return [line.removeprefix("wrong ") for line in lines if line.startswith("wrong")]


@pytest.fixture
async def spoiled(postgres: PostgresServer, valkey: ValkeyServer, scratch: str) -> Settings:
    """Settings for a database that may be spoiled."""
    return settings_for(postgres, valkey, scratch)


@asynccontextmanager
async def superuser(postgres: PostgresServer, database: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(postgres.url("postgres", database))
    yield connection
    await connection.close()


def test_a_healthy_installation_is_told_thing_by_thing(settings: Settings) -> None:
    code, lines = examined(settings)
    assert (code, lines[-1]) == (0, "All is well.")
    assert [line[:5] for line in lines[:-1]] == ["ok   "] * len(HEALTHY)
    assert [line.removeprefix("ok").strip().startswith(what) for line, what in zip(lines[:-1], HEALTHY, strict=True)] == [True] * len(HEALTHY)


def test_no_secret_of_the_settings_is_printed(settings: Settings) -> None:
    run = parley("doctor", env=environment(settings))
    for url in (settings.database_url, settings.migration_url, settings.redis_url):
        assert url is not None
        assert url.get_secret_value().split(":")[2].split("@")[0] not in run.stdout + run.stderr


@pytest.mark.parametrize(
    "spoil",
    [
        "ALTER TABLE contacts DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE contacts NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY own_company ON contacts",
    ],
)
async def test_a_table_without_row_level_security_is_named(
    postgres: PostgresServer, scratch: str, spoiled: Settings, spoil: str
) -> None:
    async with superuser(postgres, scratch) as connection:
        await connection.execute(spoil)
    code, lines = examined(spoiled)
    assert (code, lines[-1]) == (1, "1 to mend.")
    assert wrongs(lines) == [
        "row level security in force on 10 tables: not in force on contacts. Next: run `parley migrate`; nobody may turn it off by hand"
    ]


@pytest.mark.parametrize(("power", "undo", "name"), [("BYPASSRLS", "NOBYPASSRLS", "rolbypassrls"), ("SUPERUSER", "NOSUPERUSER", "rolsuper")])
async def test_an_application_role_with_power_is_named(
    postgres: PostgresServer, settings: Settings, power: str, undo: str, name: str
) -> None:
    async with superuser(postgres, "postgres") as connection:
        await connection.execute(f"ALTER ROLE parley_app {power}")
        try:
            code, lines = examined(settings)
        finally:
            await connection.execute(f"ALTER ROLE parley_app {undo}")
    assert code == 1
    assert wrongs(lines) == [f"role parley_app has no powers: has {name}. Next: ALTER ROLE parley_app NOSUPERUSER NOBYPASSRLS"]


async def test_an_application_role_that_owns_a_table_is_named(postgres: PostgresServer, scratch: str, spoiled: Settings) -> None:
    async with superuser(postgres, scratch) as connection:
        await connection.execute("ALTER TABLE deals OWNER TO parley_app")
    code, lines = examined(spoiled)
    assert code == 1
    assert wrongs(lines) == ["role parley_app owns no table: owns deals. Next: let another login run `parley migrate`"]


async def test_tables_behind_the_code_are_named(postgres: PostgresServer, scratch: str, spoiled: Settings) -> None:
    async with superuser(postgres, scratch) as connection:
        await connection.execute("UPDATE alembic_version SET version_num = '0000'")
    code, lines = examined(spoiled)
    assert code == 1
    (wrong,) = wrongs(lines)
    assert "at revision 0000" in wrong
    assert wrong.endswith("Next: run `parley migrate`")


async def test_a_database_without_tables_is_sent_to_migrate(postgres: PostgresServer, spoiled: Settings) -> None:
    assert parley("migrate", "--down", "base", env=environment(spoiled)).returncode == 0
    code, lines = examined(spoiled)
    assert code == 1
    assert "row level security: there are no tables. Next: run `parley migrate`" in wrongs(lines)


async def test_a_missing_extension_is_named(postgres: PostgresServer, scratch: str, spoiled: Settings) -> None:
    async with superuser(postgres, scratch) as connection:
        await connection.execute("DROP EXTENSION vector CASCADE")
    code, lines = examined(spoiled)
    assert code == 1
    assert wrongs(lines) == ["pgvector: is missing. Next: as a superuser: CREATE EXTENSION vector"]


def test_a_redis_that_is_away_is_named(settings: Settings) -> None:
    code, lines = examined(settings, REDIS_URL="redis://127.0.0.1:1/0")
    assert code == 1
    (wrong,) = wrongs(lines)
    assert wrong.startswith("Redis: cannot be reached: ")
    assert wrong.endswith("Next: check REDIS_URL and that the server runs")


@pytest.mark.parametrize("options", [(), ("--fix",)])
def test_a_database_that_is_away_is_named(settings: Settings, options: tuple[str, ...]) -> None:
    away = "postgresql://parley:hunter22@127.0.0.1:1/parley"
    code, lines = examined(settings, *options, DATABASE_URL=away, PARLEY_MIGRATION_URL=away)
    assert code == 1
    (wrong,) = wrongs(lines)
    assert wrong.startswith("PostgreSQL: cannot be reached: ")
    assert wrong.endswith("Next: check DATABASE_URL and that the server runs")
    assert "hunter22" not in wrong


def test_a_wrong_password_is_said_without_repeating_it(settings: Settings, postgres: PostgresServer) -> None:
    wrong_one = f"postgresql://parley:hunter22@127.0.0.1:{postgres.port}/tested"
    code, lines = examined(settings, DATABASE_URL=wrong_one, PARLEY_MIGRATION_URL=wrong_one)
    assert code == 1
    assert any("password authentication failed" in line for line in wrongs(lines))
    assert "hunter22" not in "".join(lines)


async def test_missing_roles_are_named_and_fix_creates_them(postgres: PostgresServer, valkey: ValkeyServer, scratch: str) -> None:
    assert parley("migrate", "--down", "base", env=environment(settings_for(postgres, valkey, scratch))).returncode == 0
    own = settings_for(postgres, valkey, scratch)
    roles = {"PARLEY_APP_ROLE": "mended_app", "PARLEY_SYSTEM_ROLE": "mended_system"}
    as_superuser = roles | {"PARLEY_MIGRATION_URL": postgres.url("postgres", scratch)}
    code, lines = examined(own, **as_superuser)
    assert code == 1
    assert {f"role {role}: does not exist. Next: run `parley doctor --fix` with a login that may create roles" for role in roles.values()} <= set(
        wrongs(lines)
    )
    try:
        _, lines = examined(own, "--fix", **as_superuser)
        assert "roles mended_app and mended_system are there" in lines
        assert not any("does not exist" in line for line in wrongs(lines))
        assert parley("migrate", env=environment(own, **as_superuser)).returncode == 0
        assert examined(own, **as_superuser)[0] == 0
        assert examined(own, "--fix", **as_superuser)[0] == 0
    finally:
        async with superuser(postgres, scratch) as connection:
            await connection.execute("DROP OWNED BY mended_app, mended_system; DROP ROLE mended_app, mended_system")


def test_fix_with_a_login_that_may_not_create_roles_says_so(settings: Settings) -> None:
    code, lines = examined(settings, "--fix", PARLEY_APP_ROLE="never_made")
    assert code == 1
    assert any("never_made" in line for line in wrongs(lines))
