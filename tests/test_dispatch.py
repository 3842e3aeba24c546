"""Paths that no route serves, and those below a mount."""

import httpx2
import pytest

from tests.tenant import Tenant


@pytest.mark.parametrize(
    "path", ["/nope", "/api", "/api/agents/", "//api/agents", "/graphiql/assets/nope.js", "/graphiql/assets/../../app.py"]
)
async def test_a_path_that_is_not_there_is_not_found(acme: Tenant, path: str) -> None:
    answer = await acme.rest("GET", path)
    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


async def test_a_mount_takes_reads_only(acme: Tenant) -> None:
    answer = await acme.rest("POST", "/graphiql/assets/nope.js")
    assert (answer.status_code, answer.json()["code"], answer.headers["allow"]) == (405, "METHOD_NOT_ALLOWED", "GET, HEAD")


async def test_an_asset_that_is_not_there_is_not_found_for_strangers_too(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/graphiql/assets/nope.js")
    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


async def test_a_read_answers_head_too(client: httpx2.AsyncClient) -> None:
    answer = await client.head("/health/live")
    assert answer.status_code == 200
