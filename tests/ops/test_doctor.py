"""`parley doctor` names what is wrong and what to do, and says of a healthy installation what it looked at."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from doctor import examine
from embedded import PostgresServer, ValkeyServer
from models.diagnosis import too_old
from settings import Settings
from tests.conftest import settings_for
from tests.ops.running import environment, parley, with_url

HEALTHY = (
    "PostgreSQL 18",
    "pgvector ",
    "row level security in force on 14 tables",
    "role parley_app has no powers",
    "role parley_app owns no table",
    "role parley_system has no powers",
    "role parley_system owns no table",
    "requests run as parley_app, tables at the newest revision",
    "Redis ",
    "tokens can be verified",
)


async def examined(settings: Settings, *, fix: bool = False) -> tuple[int, list[str]]:
    """The exit code and the lines of `parley doctor`, which never raises."""
    lines: list[str] = []
    code = await examine(settings, fix=fix, say=lines.append)
    return code, [re.sub(r"\[/?(green|red)\]", "", line) for line in lines]


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


def test_a_server_of_an_older_version_is_refused_with_what_would_be_right() -> None:
    assert too_old(17) == "PostgreSQL 17 is too old: use PostgreSQL 18 or newer"
    assert [too_old(major) for major in (18, 19)] == [None, None]


def test_a_healthy_installation_is_told_thing_by_thing(settings: Settings) -> None:
    run = parley("doctor", env=environment(settings))
    code, lines = run.returncode, run.stdout.splitlines()
    assert (code, lines[-1]) == (0, "All is well.")
    assert [line[:5] for line in lines[:-1]] == ["ok   "] * len(HEALTHY)
    assert [line.removeprefix("ok").strip().startswith(what) for line, what in zip(lines[:-1], HEALTHY, strict=True)] == [True] * len(
        HEALTHY
    )
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
async def test_a_table_without_row_level_security_is_named(postgres: PostgresServer, scratch: str, spoiled: Settings, spoil: str) -> None:
    async with superuser(postgres, scratch) as connection:
        await connection.execute(spoil)
    code, lines = await examined(spoiled)
    assert (code, lines[-1]) == (1, "1 to mend.")
    assert wrongs(lines) == [
        "row level security in force on 14 tables: not in force on contacts. Next: run `parley migrate`; nobody may turn it off by hand"
    ]


@pytest.mark.parametrize(
    ("power", "undo", "name"), [("BYPASSRLS", "NOBYPASSRLS", "rolbypassrls"), ("SUPERUSER", "NOSUPERUSER", "rolsuper")]
)
async def test_an_application_role_with_power_is_named(
    postgres: PostgresServer, settings: Settings, power: str, undo: str, name: str
) -> None:
    async with superuser(postgres, "postgres") as connection:
        await connection.execute(f"ALTER ROLE parley_app {power}")
        try:
            code, lines = await examined(settings)
        finally:
            await connection.execute(f"ALTER ROLE parley_app {undo}")
    assert code == 1
    assert wrongs(lines) == [f"role parley_app has no powers: has {name}. Next: ALTER ROLE parley_app NOSUPERUSER NOBYPASSRLS"]


async def test_an_application_role_that_owns_a_table_is_named(postgres: PostgresServer, scratch: str, spoiled: Settings) -> None:
    async with superuser(postgres, scratch) as connection:
        await connection.execute("ALTER TABLE deals OWNER TO parley_app")
    code, lines = await examined(spoiled)
    assert code == 1
    assert wrongs(lines) == ["role parley_app owns no table: owns deals. Next: let another login run `parley migrate`"]


async def test_tables_behind_the_code_are_named(postgres: PostgresServer, scratch: str, spoiled: Settings) -> None:
    async with superuser(postgres, scratch) as connection:
        await connection.execute("UPDATE alembic_version SET version_num = '0000'")
    code, lines = await examined(spoiled)
    assert code == 1
    (wrong,) = wrongs(lines)
    assert "at revision 0000" in wrong
    assert wrong.endswith("Next: run `parley migrate`")


async def test_a_database_without_tables_is_sent_to_migrate(postgres: PostgresServer, spoiled: Settings) -> None:
    assert parley("migrate", "--down", "base", env=environment(spoiled)).returncode == 0
    code, lines = await examined(spoiled)
    assert code == 1
    assert "row level security: there are no tables. Next: run `parley migrate`" in wrongs(lines)


async def test_a_missing_extension_is_named(postgres: PostgresServer, scratch: str, spoiled: Settings) -> None:
    async with superuser(postgres, scratch) as connection:
        await connection.execute("DROP EXTENSION vector CASCADE")
    code, lines = await examined(spoiled)
    assert code == 1
    assert wrongs(lines) == ["pgvector: is missing. Next: as a superuser: CREATE EXTENSION vector"]


async def test_a_redis_that_is_away_is_named(settings: Settings) -> None:
    code, lines = await examined(with_url(settings, redis_url="redis://127.0.0.1:1/0"))
    assert code == 1
    (wrong,) = wrongs(lines)
    assert wrong.startswith("Redis: cannot be reached: ")
    assert wrong.endswith("Next: check REDIS_URL and that the server runs")


@pytest.mark.parametrize("fix", [False, True])
async def test_a_database_that_is_away_is_named(settings: Settings, fix: bool) -> None:
    away = "postgresql://parley:hunter22@127.0.0.1:1/parley"
    code, lines = await examined(with_url(settings, database_url=away, migration_url=away), fix=fix)
    assert code == 1
    wrong = wrongs(lines)[-1]
    assert wrong.startswith("PostgreSQL: cannot be reached: ")
    assert wrong.endswith("Next: check DATABASE_URL and that the server runs")
    assert "hunter22" not in wrong


async def test_a_wrong_password_is_said_without_repeating_it(settings: Settings, postgres: PostgresServer) -> None:
    wrong_one = f"postgresql://parley:hunter22@127.0.0.1:{postgres.port}/tested"
    code, lines = await examined(with_url(settings, database_url=wrong_one, migration_url=wrong_one))
    assert code == 1
    assert any("password authentication failed" in line for line in wrongs(lines))
    assert "hunter22" not in "".join(lines)


async def test_missing_roles_are_named_and_fix_creates_them(postgres: PostgresServer, valkey: ValkeyServer, scratch: str) -> None:
    assert parley("migrate", "--down", "base", env=environment(settings_for(postgres, valkey, scratch))).returncode == 0
    roles = {"app_role": "mended_app", "system_role": "mended_system"}
    as_superuser = with_url(settings_for(postgres, valkey, scratch), migration_url=postgres.url("postgres", scratch))
    mending = as_superuser.model_copy(update=roles)
    env = environment(as_superuser, PARLEY_APP_ROLE="mended_app", PARLEY_SYSTEM_ROLE="mended_system")
    code, lines = await examined(mending)
    assert code == 1
    assert {
        f"role {role}: does not exist. Next: run `parley doctor --fix` with a login that may create roles" for role in roles.values()
    } <= set(wrongs(lines))
    try:
        _, lines = await examined(mending, fix=True)
        assert "roles mended_app and mended_system are there" in lines
        assert not any("does not exist" in line for line in wrongs(lines))
        assert parley("migrate", env=env).returncode == 0
        assert (await examined(mending))[0] == 0
        assert (await examined(mending, fix=True))[0] == 0
    finally:
        async with superuser(postgres, scratch) as connection:
            await connection.execute("DROP OWNED BY mended_app, mended_system; DROP ROLE mended_app, mended_system")


async def test_fix_with_a_login_that_may_not_create_roles_says_so(settings: Settings) -> None:
    code, lines = await examined(settings.model_copy(update={"app_role": "never_made"}), fix=True)
    assert code == 1
    assert any("never_made" in line for line in wrongs(lines))
