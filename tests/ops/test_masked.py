"""What breaks on our side is not told to callers: they get the name of the request, under which the log tells it."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import asyncpg
import httpx2
import pytest

from embedded import PostgresServer, ValkeyServer
from tests.schema.live.client import Client
from tests.site import Site, site

QUERY = "{ contacts { totalCount } }"


@pytest.fixture(scope="module")
async def broken(postgres: PostgresServer, valkey: ValkeyServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """A server whose table of contacts was taken away under its feet: a fault that no door knows."""
    async with site(postgres, valkey, tmp_path_factory.mktemp("masked")) as running:
        assert running.settings.migration_url
        owner = await asyncpg.connect(running.settings.migration_url.get_secret_value())
        await owner.execute("ALTER TABLE contacts RENAME TO elsewhere")
        await owner.close()
        yield running


def told(running: Site, name: str) -> list[dict[str, Any]]:
    """The lines of the log that carry a request's name and an exception."""
    return [each for each in running.lines() if each.get("request_id") == name and "exception" in each]


def mute(answer: str) -> bool:
    return not any(word in answer for word in ("relation", "asyncpg", "Traceback", "SELECT"))


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize("query", [QUERY, "{ contacts { totalCount } __schema { queryType { name } } }"], ids=["planned", "executed"])
async def test_over_graphql(broken: Site, named: bool, query: str) -> None:
    name = uuid4().hex if named else None
    headers = {"Authorization": f"Bearer {broken.token()}"} | ({"X-Request-Id": name} if name else {})
    answer = httpx2.post(broken.graphql, headers=headers, json={"query": query})
    (error,) = answer.json()["errors"]
    given = answer.headers["x-request-id"]
    assert error["extensions"] == {"code": "INTERNAL_ERROR", "requestId": given}
    assert ("X-Request-Id" in error["message"], mute(answer.text)) == (True, True)
    assert name is None or given == name
    (line,) = told(broken, given)
    assert "UndefinedTableError" in line["exception"]


async def test_over_rest(broken: Site) -> None:
    answer = httpx2.get(f"{broken.url}/api/crm/contacts", headers={"Authorization": f"Bearer {broken.token()}"})
    assert (answer.status_code, answer.json()["code"], mute(answer.text)) == (500, "INTERNAL_ERROR", True)
    (line,) = told(broken, answer.headers["x-request-id"])
    assert "UndefinedTableError" in line["exception"]


async def test_over_a_socket_the_answer_names_what_its_operations_log(broken: Site) -> None:
    """Browsers do not show the handshake's headers to their scripts."""
    async with Client.connected(int(broken.url.rpartition(":")[2])) as client:
        await client.init(broken.token())
        await client.subscribe("1", QUERY)
        answer = await client.hear()
        response = client.raw.response
    assert (answer["type"], "INTERNAL_ERROR" in str(answer), mute(str(answer))) == ("error", True, True)
    assert response is not None
    (error,) = answer["payload"]
    assert error["extensions"]["requestId"] == response.headers["x-request-id"]
    (line,) = told(broken, error["extensions"]["requestId"])
    assert "UndefinedTableError" in line["exception"]
