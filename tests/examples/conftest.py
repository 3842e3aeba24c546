"""A served Parley and each of the examples."""

from collections.abc import AsyncIterator

import pytest

from embedded import PostgresServer, ValkeyServer
from tests.examples.programs import CLIENTS, Example
from tests.site import Site, site


@pytest.fixture(scope="module", params=CLIENTS)
def example(request: pytest.FixtureRequest) -> Example:
    """One of the clients."""
    return CLIENTS[request.param](request.config.cache)


@pytest.fixture
async def served(postgres: PostgresServer, valkey: ValkeyServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """`parley web` with an empty database."""
    async with site(postgres, valkey, tmp_path_factory.mktemp("examples")) as running:
        yield running
