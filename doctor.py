"""`parley doctor`: what is wrong with an installation, and what to do about it."""

from collections.abc import AsyncIterator, Callable

import asyncpg
from redis.asyncio import Redis
from redis.exceptions import RedisError
from rich.console import Console

from models.db import Database, PoolExhausted
from models.diagnosis import Finding, allow_roles, role_findings, server_findings, tenancy_findings
from models.health import migration_state
from models.tenancy import create_role
from settings import Settings

OLDEST_REDIS = 7
AWAY = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, PoolExhausted, TimeoutError)


async def examine(settings: Settings, *, fix: bool, say: Callable[[str], None] | None = None) -> int:
    """Print each finding; returns 0 when all is well, else 1. `fix` first creates what roles and grants are missing."""
    say = say or Console(highlight=False).print
    if fix:
        try:
            await repair(settings, say)
        except AWAY as error:
            said = "Next: set PARLEY_MIGRATION_URL to a login that may create and grant roles"
            say(f"[red]wrong[/red] roles could not be made: {error or type(error).__name__}. {said}")
    wrong = 0
    async for finding in findings(settings):
        wrong += finding.problem is not None
        if finding.problem is None:
            say(f"[green]ok[/green]    {finding.what}")
        else:
            say(f"[red]wrong[/red] {finding.what}: {finding.problem}. Next: {finding.remedy}")
    say("All is well." if not wrong else f"{wrong} to mend.")
    return 1 if wrong else 0


async def findings(settings: Settings) -> AsyncIterator[Finding]:
    """Every check, one after the other; a server that is away ends its own part only."""
    if settings.database_url is None:
        yield Finding("PostgreSQL", "DATABASE_URL is not set", "run `make run` for the bundled server, or set DATABASE_URL")
    else:
        async for finding in _database(settings):
            yield finding
    yield await _redis(settings)
    yield _secret(settings)


async def _database(settings: Settings) -> AsyncIterator[Finding]:
    try:
        connection = await asyncpg.connect(_owner(settings), timeout=5)
    except AWAY as error:
        yield Finding("PostgreSQL", f"cannot be reached: {error or type(error).__name__}", "check DATABASE_URL and that the server runs")
        return
    try:
        for check in (server_findings, tenancy_findings):
            for finding in await check(connection):
                yield finding
        for role in (settings.app_role, settings.system_role):
            for finding in await role_findings(connection, role):
                yield finding
    finally:
        await connection.close()
    yield await _login(settings)


async def _login(settings: Settings) -> Finding:
    """Whether the web server's own login can act as the application role, and the tables are those of this code."""
    database = Database(settings)
    what = f"requests run as {settings.app_role}, tables at the newest revision"
    try:
        async with database.reads.connection() as connection:
            role = await connection.fetchval("SELECT current_user")
        state = await migration_state(database)
    except AWAY as error:
        return Finding(what, str(error), "run `parley migrate`, then `parley doctor --fix` with a login that may grant roles")
    finally:
        await database.close()
    problem = None if state == "ok" and role == settings.app_role else f"role {role}, tables {state}"
    return Finding(what, problem, "run `parley migrate`")


async def _redis(settings: Settings) -> Finding:
    if settings.redis_url is None:
        return Finding("Redis", "REDIS_URL is not set", "limits are counted in memory, per process; set REDIS_URL")
    client = Redis.from_url(settings.redis_url.get_secret_value(), socket_timeout=3, socket_connect_timeout=3)
    try:
        version = str((await client.info("server"))["redis_version"])
    except (RedisError, OSError) as error:
        return Finding("Redis", f"cannot be reached: {error}", "check REDIS_URL and that the server runs")
    finally:
        await client.aclose()
    return Finding(
        f"Redis {version}",
        None if int(version.split(".", maxsplit=1)[0]) >= OLDEST_REDIS else "is too old",
        "use Redis 7 or newer, or Valkey",
    )


def _secret(settings: Settings) -> Finding:
    signed = settings.jwt_secret is not None or bool(settings.jwks_urls)
    return Finding(
        "tokens can be verified", None if signed else "no secret and no JWKS address", "set PARLEY_JWT_SECRET or PARLEY_JWKS_URLS"
    )


async def repair(settings: Settings, say: Callable[[str], None]) -> None:
    """Create the two roles and let the web server's login act as them; needs a migration login that may do so."""
    connection = await asyncpg.connect(_owner(settings), timeout=5)
    try:
        roles = (settings.app_role, settings.system_role)
        for role in roles:
            await connection.execute(create_role(role))
        await allow_roles(connection, await _login_name(settings), roles)
        say(f"roles {' and '.join(roles)} are there")
    finally:
        await connection.close()


async def _login_name(settings: Settings) -> str:
    if settings.database_url is None:
        raise ValueError("DATABASE_URL is not set")
    connection = await asyncpg.connect(settings.database_url.get_secret_value(), timeout=5)
    try:
        name: str = await connection.fetchval("SELECT session_user")
        return name
    finally:
        await connection.close()


def _owner(settings: Settings) -> str:
    url = settings.migration_url or settings.database_url
    return url.get_secret_value() if url else ""
