"""Introspection and GraphiQL, by setting and by caller."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest

from app import create_app
from settings import Settings
from tests.tenant import Tenant

SCHEMA = "{ __schema { queryType { name } } }"
BROWSER = {"Accept": "text/html,application/xhtml+xml"}


@asynccontextmanager
async def served(settings: Settings, **changes: Any) -> AsyncIterator[httpx2.AsyncClient]:
    """A server with other settings."""
    app = create_app(settings.model_copy(update=changes))
    transport, headers = httpx2.ASGITransport(app=app), {"Accept": "application/graphql-response+json"}
    async with httpx2.AsyncClient(transport=transport, base_url="http://parley.test", headers=headers) as client:
        yield client
    await app.services.close()


@pytest.mark.parametrize(("allowed", "anonymous", "known"), [("all", 200, 200), ("authenticated", 400, 200), ("off", 400, 400)])
async def test_introspection_is_for_whom_the_setting_says(
    acme: Tenant, settings: Settings, allowed: str, anonymous: int, known: int
) -> None:
    async with served(settings, introspection=allowed) as client:
        for headers, status in (({}, anonymous), (acme.headers, known)):
            answer = await client.post("/graphql", json={"query": SCHEMA}, headers=headers)
            assert answer.status_code == status
            assert ("data" in answer.json()) == (status == 200)
            assert ("Query" in answer.text) == (status == 200)


@pytest.mark.parametrize(("allowed", "hinted"), [("all", True), ("authenticated", True), ("off", False)])
async def test_suggestions_tell_of_the_schema_only_who_may_read_it(acme: Tenant, settings: Settings, allowed: str, hinted: bool) -> None:
    async with served(settings, introspection=allowed) as client:
        answer = await client.post("/graphql", json={"query": "{ contact }"}, headers=acme.headers)
        typo = await client.post("/graphql", json={"query": "{ contactz { id } }"}, headers=acme.headers)
    assert answer.status_code == typo.status_code == 400
    assert ("Did you mean" in typo.text) == hinted


async def test_a_refused_schema_is_refused_again_after_somebody_else_was_allowed(acme: Tenant, settings: Settings) -> None:
    async with served(settings, introspection="authenticated") as client:
        statuses = [
            (await client.post("/graphql", json={"query": SCHEMA}, headers=given)).status_code for given in (acme.headers, {}, acme.headers)
        ]
    assert statuses == [200, 400, 200]


@pytest.mark.parametrize(
    "query",
    ["{ viewer { scopes } }", "{ contacts { totalCount } }", "{ __typename viewer { scopes } }", "mutation { deleteDeal(id: 1) { id } }"],
)
async def test_data_needs_a_credential(client: httpx2.AsyncClient, query: str) -> None:
    answer = await client.post("/graphql", json={"query": query})
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHORIZED"
    assert "data" not in answer.json()


async def test_a_fragment_does_not_hide_data_from_the_check(client: httpx2.AsyncClient) -> None:
    for query in (
        "{ ...a } fragment a on Query { viewer { scopes } }",
        "{ ... on Query { viewer { scopes } } }",
        "{ __type: viewer { scopes } }",
    ):
        assert (await client.post("/graphql", json={"query": query})).status_code == 401


async def test_a_bad_credential_is_401_even_for_introspection(client: httpx2.AsyncClient) -> None:
    answer = await client.post("/graphql", json={"query": SCHEMA}, headers={"Authorization": "Bearer nonsense"})
    assert answer.status_code == 401


@pytest.mark.parametrize(("allowed", "anonymous", "known"), [("all", 200, 200), ("authenticated", 403, 200), ("off", 403, 403)])
async def test_graphiql_is_shown_to_whom_the_setting_says(
    acme: Tenant, settings: Settings, allowed: str, anonymous: int, known: int
) -> None:
    async with served(settings, graphiql=allowed) as client:
        for headers, status in (({}, anonymous), (acme.headers, known)):
            answer = await client.get("/graphql", headers=BROWSER | headers)
            assert answer.status_code == status
            assert answer.headers["content-type"].startswith("text/html") == (status == 200)


@pytest.mark.parametrize(("environment", "page", "schema"), [("development", 200, 200), ("production", 403, 400)])
async def test_production_closes_both_unless_told(settings: Settings, environment: str, page: int, schema: int) -> None:
    async with served(settings, environment=environment) as client:
        assert (await client.get("/graphql", headers=BROWSER)).status_code == page
        assert (await client.post("/graphql", json={"query": SCHEMA})).status_code == schema
