"""A served Parley, a company of each test's own, and each of the examples."""

from collections.abc import AsyncIterator
from contextlib import suppress
from uuid import uuid4

import pytest

from embedded import PostgresServer, ValkeyServer
from tests.examples.programs import CLIENTS, Company, Example
from tests.site import Site, site


@pytest.fixture(scope="module", params=CLIENTS)
def example(request: pytest.FixtureRequest) -> Example:
    """One of the clients."""
    return CLIENTS[request.param](request.config.cache)


@pytest.fixture(scope="module")
def examples(request: pytest.FixtureRequest) -> list[Example]:
    """All clients that this machine can run."""
    found = []
    for client in CLIENTS.values():
        with suppress(pytest.skip.Exception):
            found.append(client(request.config.cache))
    return found


@pytest.fixture(scope="module")
async def served(postgres: PostgresServer, valkey: ValkeyServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """`parley web`."""
    async with site(postgres, valkey, tmp_path_factory.mktemp("examples")) as running:
        yield running


@pytest.fixture
def company(served: Site) -> Company:
    """An empty company."""
    return Company(served, served.token(f"{uuid4().hex}@acme.example"))
