"""CORS: closed unless the settings open it."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from app import create_app
from settings import Settings
from tests.tenant import Tenant

ORIGIN = "https://desk.example"
PREFLIGHT = {"Origin": ORIGIN, "Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "authorization"}


@pytest.fixture
async def opened(settings: Settings) -> AsyncIterator[httpx2.AsyncClient]:
    app = create_app(settings.model_copy(update={"cors_origins": (ORIGIN,)}))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://parley.test") as client:
        yield client
    await app.services.close()


async def test_a_configured_origin_may_ask_without_a_token(opened: httpx2.AsyncClient) -> None:
    answer = await opened.options("/api/agents", headers=PREFLIGHT)
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, ORIGIN)
    assert "PATCH" in answer.headers["access-control-allow-methods"]
    assert "authorization" in answer.headers["access-control-allow-headers"].lower()


async def test_a_configured_origin_may_read_answers_and_refusals(opened: httpx2.AsyncClient, acme: Tenant) -> None:
    for headers, status in ((acme.headers, 200), ({}, 401)):
        answer = await opened.get("/api/agents", headers={"Origin": ORIGIN} | headers)
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (status, ORIGIN)


async def test_a_configured_origin_may_read_every_header_that_is_sent(opened: httpx2.AsyncClient, acme: Tenant) -> None:
    origin, agent = {"Origin": ORIGIN}, await acme.agent()
    answers = [
        await opened.get(f"/api/agents/{agent['id']}", headers=acme.headers | origin),
        await opened.post("/graphql", headers=acme.headers | origin, json={"query": "{ viewer { scopes } }"}),
        await opened.put("/graphql", headers=acme.headers | origin),
    ]
    every_page_may = {"cache-control", "content-length", "content-type", "vary", "date"}
    for answer in answers:
        exposed = {name.strip() for name in answer.headers["access-control-expose-headers"].lower().split(",")}
        sent = {name.lower() for name in answer.headers if not name.lower().startswith("access-control-")}
        assert sent - exposed <= every_page_may
        assert {"x-request-id", "ratelimit-remaining", "retry-after"} <= exposed
    assert [name in each.headers for name, each in zip(("etag", "server-timing", "allow"), answers, strict=True)] == [True] * 3


async def test_another_origin_may_not(opened: httpx2.AsyncClient) -> None:
    answer = await opened.options("/api/agents", headers=PREFLIGHT | {"Origin": "https://evil.example"})
    assert answer.status_code == 400
    assert "access-control-allow-origin" not in answer.headers


async def test_no_origin_may_unless_the_settings_say_so(client: httpx2.AsyncClient) -> None:
    answer = await client.options("/api/agents", headers=PREFLIGHT)
    assert answer.status_code == 401
    assert "access-control-allow-origin" not in answer.headers
