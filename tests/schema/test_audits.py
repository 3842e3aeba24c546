"""GraphQL over HTTP, as graphql-http's audits see it: every requirement, recommendation and option, without a remark."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from embedded import PostgresServer, ValkeyServer
from tests.npm import installed, node
from tests.site import Site, site

FOLDER = Path(__file__).with_name("audits")
LISTED = """
    22EB 4655 47DE 80D8 82A3 BF61 78D5 2C94 5A70 9C48 9ABE 03D4 A5BF 423L LKJ0 LKJ1 LKJ2 LKJ3 34A2 13EE 6C00 6C01 6C02 6C03 8161 B8B3
    94B0 0220 94B1 0221 94B2 0222 4760 4761 4762 4763 2EA1 28B9 D6D5 6A70 58B0 58B1 58B2 58B3 428F 1B7A B6DC BCF8 B7N8 8764 3E3A
    572B FDE2 7B9B 865D 556A D586 51FE 74FF 5E5B 86EE
"""
AUDITS = LISTED.split()
Found = dict[str, dict[str, str]]


@pytest.fixture(scope="module")
async def served(
    request: pytest.FixtureRequest, postgres: PostgresServer, valkey: ValkeyServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Site]:
    installed(FOLDER, request.config.cache)
    async with site(postgres, valkey, tmp_path_factory.mktemp("audits")) as running:
        yield running


@pytest.fixture(scope="module", params=["a stranger", "an owner"])
async def found(request: pytest.FixtureRequest, served: Site) -> Found:
    """What each audit found: a stranger may ask about the schema, which is all that the audits do."""
    place = installed(FOLDER, request.config.cache)
    env = {"AUDIT_TOKEN": served.token()} if request.param == "an owner" else {}
    run = await asyncio.to_thread(node, place, "audit.js", served.graphql, **env)
    assert run.returncode == 0, run.stderr
    return {each["id"]: each for each in json.loads(run.stdout)}


def test_there_are_61_audits(found: Found) -> None:
    assert len(AUDITS) == 61
    assert set(found) == set(AUDITS)


@pytest.mark.parametrize("audit", AUDITS)
def test_an_audit_is_passed(found: Found, audit: str) -> None:
    assert found[audit]["status"] == "ok", f"{found[audit]['status']}: {found[audit]['name']}: {found[audit]['reason']}"
