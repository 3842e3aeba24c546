"""What GraphiQL is tried with: a browser and a database of demo companies, made once for each test process."""

from collections.abc import AsyncIterator

import pytest

from demo.fill import fill
from embedded import PostgresServer, ValkeyServer
from tests.conftest import fresh_database, settings_for
from tests.schema.graphiql_browser import Chromium, Visit, build, chromium
from tests.schema.graphiql_demo import Demo, demo_companies

FILLED = "demo_filled"


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Chromium]:
    """A browser, and GraphiQL as `make run` builds it."""
    build()
    async with chromium() as made:
        yield made


@pytest.fixture(scope="session")
async def filled(postgres: PostgresServer, valkey: ValkeyServer) -> str:
    """A database with the demo companies, to be copied."""
    await fresh_database(postgres, FILLED)
    await fill(settings_for(postgres, valkey, FILLED))
    return FILLED


@pytest.fixture(scope="module")
async def demo(request: pytest.FixtureRequest, filled: str, postgres: PostgresServer, valkey: ValkeyServer) -> AsyncIterator[Demo]:
    """The demo companies of one file of tests, which may change them."""
    name = f"demo_of_{request.module.__name__.rpartition('.')[2]}"
    await fresh_database(postgres, name, template=filled)
    async with demo_companies(settings_for(postgres, valkey, name)) as made:
        yield made


@pytest.fixture
async def visit(browser: Chromium, demo: Demo) -> AsyncIterator[Visit]:
    """A first visitor; whatever a test does, nothing is asked of anybody else and the console stays quiet."""
    async with browser.visiting(demo.origin) as made:
        yield made
        assert made.elsewhere == []
        assert made.complaints == []
