"""What the tests of sign-in share."""

from collections.abc import AsyncIterator

import pytest

from tests.resolvers.auth.jwks_server import JwksServer, running
from tests.resolvers.auth.signing import Clock, ec_jwk, rsa_jwk


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still."""
    return Clock()


@pytest.fixture
async def jwks() -> AsyncIterator[JwksServer]:
    """A JWKS server with one RSA and one EC key."""
    async with running(keys=[rsa_jwk(), ec_jwk()]) as server:
        yield server
