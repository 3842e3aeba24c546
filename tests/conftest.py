"""Real servers for every test: each test process starts its own PostgreSQL and Valkey, migrates a template once, and
empties the tables after each test. Requests run as the application role, never as a superuser."""

import gc
from collections.abc import AsyncIterator, Iterator

import asyncpg
import httpx2
import pytest
from pydantic import SecretStr

from app import Parley, create_app
from embedded import PostgresServer, ValkeyServer
from models.db import Database
from models.migrations import run
from settings import Settings
from tests.tenant import SECRET, Tenant

# Modules that take longest, most of it waiting for processes, are begun first: the test processes then end together.
SLOW = (
    "tests/differential/test_generated.py",
    "tests/ops/",
    "tests/examples/",
    "tests/schema/test_graphiql",
    "tests/differential/",
    "tests/jobs/test_killed_workers.py",
    "tests/schema/live/",
    "tests/contracts/",
    "tests/demo/",
    "tests/bench/",
    "tests/ingestion/",
)


def pytest_collection_finish() -> None:
    """The schema and thousands of tests stay for good: looking through them again and again took an eighth of the time."""
    _leave_alone()
    gc.set_threshold(100_000, 20, 100)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """What a module leaves (plans, examples) stays as well: tests that collect themselves took a second each by the end."""
    yield
    if nextitem is not None and nextitem.path != item.path:
        _leave_alone()


def _leave_alone() -> None:
    """The collector looks no more through what there is now."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slow ones first; otherwise as they were found."""
    items.sort(key=lambda item: next((place for place, name in enumerate(SLOW) if item.nodeid.startswith(name)), len(SLOW)))


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A PostgreSQL whose database `parley` is migrated and stays empty: the template."""
    server = PostgresServer(tmp_path_factory.mktemp("servers") / "postgres", durable=False)
    server.start()
    run.upgrade(server.url("parley_owner"))
    yield server
    server.stop()
    server.remove()


@pytest.fixture(scope="session")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ValkeyServer]:
    """A Valkey of this test process."""
    server = ValkeyServer(tmp_path_factory.mktemp("servers") / "valkey")
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
async def tested(postgres: PostgresServer, valkey: ValkeyServer) -> Settings:
    """Settings for a database of this test process, copied from the template."""
    await fresh_database(postgres, "tested")
    return settings_for(postgres, valkey, "tested")


def settings_for(postgres: PostgresServer, valkey: ValkeyServer, database: str) -> Settings:
    """Settings as a web server has them; the login may act as the application role and owns nothing."""
    return Settings(
        database_url=SecretStr(postgres.url("parley", database)),
        migration_url=SecretStr(postgres.url("parley_owner", database)),
        redis_url=SecretStr(valkey.url),
        jwt_secret=SecretStr(SECRET),
        limit_user="1000000/hour",
        limit_anonymous="1000000/minute",
        log_level="error",
        # A busy machine may take its time.
        upload_read_within=60,
        # Nobody starts servers there; uploaded files are kept in it.
        data_dir=postgres.data.parent / "parley",
    )


async def fresh_database(postgres: PostgresServer, name: str, template: str = "parley") -> None:
    """A new database, copied from the template."""
    connection = await asyncpg.connect(postgres.url("postgres", "postgres"))
    await connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} OWNER parley_owner")
    await connection.close()


@pytest.fixture(scope="session")
async def broom(postgres: PostgresServer, tested: Settings) -> AsyncIterator[asyncpg.Connection]:
    """A superuser's connection to that database, whom row level security does not hide anything from."""
    # A connection that was given back with a lock would block for ever; better to say so.
    connection = await asyncpg.connect(postgres.url("postgres", "tested"), server_settings={"lock_timeout": "5s"})
    yield connection
    await connection.close()


@pytest.fixture
async def settings(tested: Settings, broom: asyncpg.Connection) -> AsyncIterator[Settings]:
    """The settings; every table is empty before and after the test."""
    yield tested
    # Every row is a company's. TRUNCATE makes each of a hundred indexes anew, which takes 50 ms, and thousands of rows at once.
    many = await broom.fetchval("SELECT EXISTS (SELECT FROM messages OFFSET 500)")
    await broom.execute("TRUNCATE companies CASCADE" if many else "DELETE FROM companies")


@pytest.fixture(scope="session")
async def app(tested: Settings) -> AsyncIterator[Parley]:
    """The application, as `parley web` makes it."""
    made = create_app(tested)
    yield made
    await made.services.close()


@pytest.fixture
def database(app: Parley, settings: Settings) -> Database:
    """The application's own pools."""
    return app.services.database


@pytest.fixture
async def client(app: Parley, settings: Settings) -> AsyncIterator[httpx2.AsyncClient]:
    """An HTTP client without a credential, which reads GraphQL's own media type and so learns from the status what was refused."""
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    headers = {"Accept": "application/graphql-response+json, */*;q=0.9"}
    async with httpx2.AsyncClient(transport=transport, base_url="http://parley.test", headers=headers) as made:
        yield made


@pytest.fixture
async def acme(client: httpx2.AsyncClient, database: Database) -> Tenant:
    """A company, seen by its owner."""
    return await Tenant.create(client, database, "owner@acme.example")


@pytest.fixture
async def rival(client: httpx2.AsyncClient, database: Database) -> Tenant:
    """Another company, seen by its owner."""
    return await Tenant.create(client, database, "owner@rival.example")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what the tests counted, such as the calls that were generated."""
    for report in terminalreporter.stats.get("passed", []):
        for name, value in report.user_properties:
            terminalreporter.write_line(f"{report.nodeid.rpartition('::')[2]}: {value} {name}")
