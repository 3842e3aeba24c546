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


async def test_a_configured_origin_may_read_the_headers_that_clients_act_on(opened: httpx2.AsyncClient, acme: Tenant) -> None:
    row = await acme.contact()
    always = {"cache-control", "content-language", "content-length", "content-type", "expires", "last-modified", "pragma"}
    for path, headers in ((f"/api/crm/contacts/{row['id']}", acme.headers), ("/api/agents", {})):
        answer = await opened.get(path, headers={"Origin": ORIGIN} | headers)
        exposed = {name.strip().lower() for name in answer.headers["access-control-expose-headers"].split(",")}
        hidden = {name for name in answer.headers if not name.startswith("access-control-")} - exposed - always
        assert hidden <= {"vary"}
        assert {"etag", "retry-after", "x-request-id", "server-timing", "ratelimit-remaining"} <= exposed


async def test_another_origin_may_not(opened: httpx2.AsyncClient) -> None:
    answer = await opened.options("/api/agents", headers=PREFLIGHT | {"Origin": "https://evil.example"})
    assert answer.status_code == 400
    assert "access-control-allow-origin" not in answer.headers


async def test_no_origin_may_unless_the_settings_say_so(client: httpx2.AsyncClient) -> None:
    answer = await client.options("/api/agents", headers=PREFLIGHT)
    assert answer.status_code == 401
    assert "access-control-allow-origin" not in answer.headers
