"""F22: every route there is, and every path that is none, counts against one budget; the request after the last is a 429."""

from collections.abc import AsyncIterator
from itertools import count
from uuid import uuid4

import httpx2
import pytest

from app import Parley, create_app
from models.db import Database
from settings import Settings
from tests.contracts.rest_walk import served
from tests.tenant import Tenant

BUDGET = 5
NUMBERS = count(1)
UNKNOWN = ["/nowhere", "/api/agents/", "//api/agents", "/API/agents", "/api/crm/contacts/not-an-id", "/%2e%2e/api/agents", "/graphql/"]
RATE = {f"{prefix}ratelimit-{name}" for prefix in ("", "x-") for name in ("limit", "remaining", "reset")}


@pytest.fixture(scope="module")
async def tight(tested: Settings) -> AsyncIterator[Parley]:
    """The application with budgets of five requests a day, counted in memory: a busy machine's Redis may seem away for a moment, and
    what is counted there begins anew afterwards (tests/web/test_ledger.py)."""
    few = {"limit_user": f"{BUDGET}/day", "limit_anonymous": f"{BUDGET}/day", "redis_url": None}
    made = create_app(tested.model_copy(update=few))
    yield made
    await made.services.close()


def requests_of(app: Parley) -> list[tuple[str, str]]:
    """A method and a path for every route, mounted ones included, and for paths that no route has."""
    found = [(method, fill(template)) for method, template in served(app)]
    found += [("GET", f"{prefix}any.js") for prefix in app.dispatcher._mounts]
    found += [("GET", path) for path in UNKNOWN]
    return found + [(method, "/api/agents") for method in ("HEAD", "OPTIONS", "PUT", "TRACE")]


def fill(path: str) -> str:
    """A path with an id for each parameter."""
    return "/".join(str(uuid4()) if part.startswith("{") else part for part in path.split("/"))


def client_of(app: Parley) -> httpx2.AsyncClient:
    """A client with an address of its own."""
    number = next(NUMBERS)
    address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False, client=(address, 1))
    return httpx2.AsyncClient(transport=transport, base_url="http://parley.test")


async def check_spent(client: httpx2.AsyncClient, method: str, path: str, headers: dict[str, str]) -> str | None:
    """What is wrong with the answers to one request more than the budget has; None when the last is refused and says for how long."""
    answers = [await client.request(method, path, headers=headers) for _ in range(BUDGET + 1)]
    statuses = [answer.status_code for answer in answers]
    if 429 in statuses[:-1] or statuses[-1] != 429:
        return f"{method} {path}: {statuses}"
    remaining = [int(answer.headers["ratelimit-remaining"]) for answer in answers]
    lacking = [name for answer in answers for name in RATE if name not in answer.headers]
    twins = [name for answer in answers for name in RATE if answer.headers.get(name) != answer.headers.get(f"x-{name.removeprefix('x-')}")]
    told = [index for index, answer in enumerate(answers) if "retry-after" in answer.headers and answer.status_code not in {429, 503}]
    right = remaining == [4, 3, 2, 1, 0, 0] and not lacking and not twins and not told and int(answers[-1].headers["retry-after"]) >= 1
    return None if right else f"{method} {path}: {remaining} {lacking} {twins} {told} {dict(answers[-1].headers)}"


async def spent_by_a_new_user(tight: Parley, database: Database, request: tuple[str, str]) -> str | None:
    client = client_of(tight)
    tenant = await Tenant.create(client, database, f"{uuid4()}@limited.example")
    return await check_spent(client, *request, tenant.headers)


def test_the_walk_finds_every_door(tight: Parley) -> None:
    found = set(requests_of(tight))
    documented = {(method.upper(), path) for path, each in tight.openapi()["paths"].items() for method in each if "{" not in path}
    pages = {("GET", path) for path in ("/graphql", "/docs", "/openapi.json", "/health/live", "/health/ready", "/graphiql/assets/any.js")}
    assert documented | pages | {("POST", "/graphql")} <= found


async def test_every_route_is_limited_for_an_address_without_a_token(tight: Parley, database: Database) -> None:
    found = [await check_spent(client_of(tight), *request, {}) for request in requests_of(tight)]
    assert [each for each in found if each] == []


async def test_every_route_is_limited_for_a_user(tight: Parley, database: Database) -> None:
    found = [await spent_by_a_new_user(tight, database, request) for request in requests_of(tight)]
    assert [each for each in found if each] == []


async def test_both_doors_all_addresses_and_all_tokens_of_a_user_share_one_budget(tight: Parley, database: Database) -> None:
    tenant = await Tenant.create(client_of(tight), database, f"{uuid4()}@limited.example")
    query = {"query": "{ viewer { scopes } }"}
    statuses = []
    for number in range(BUDGET + 1):
        headers = tenant.narrowed("agents:read", *(["deals:read"] * (number % 2))).headers
        client = client_of(tight)
        sent = client.get("/api/agents", headers=headers) if number % 2 else client.post("/graphql", headers=headers, json=query)
        statuses.append((await sent).status_code)
    assert statuses == [200] * BUDGET + [429]
    refused = [await tenant.client.get("/api/agents", headers=tenant.headers), await tenant.client.post("/graphql", headers=tenant.headers)]
    assert [answer.status_code for answer in refused] == [429, 429]
    assert refused[0].json()["code"] == refused[1].json()["errors"][0]["extensions"]["code"] == "RATE_LIMITED"


async def test_another_user_is_not_held_up(tight: Parley, database: Database) -> None:
    client = client_of(tight)
    tenants = [await Tenant.create(client, database, f"{uuid4()}@limited.example") for _ in range(2)]
    first = [(await client.get("/api/agents", headers=tenants[0].headers)).status_code for _ in range(BUDGET + 1)]
    assert (first[-1], (await client.get("/api/agents", headers=tenants[1].headers)).status_code) == (429, 200)


@pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded", "x-real-ip", "cf-connecting-ip", "x-client-ip"])
async def test_an_address_that_a_header_claims_buys_no_budget(header: str, tight: Parley, database: Database) -> None:
    client = client_of(tight)
    statuses = [(await client.get("/docs", headers={header: f"for=192.0.2.{n}, 192.0.2.{n}"})).status_code for n in range(BUDGET + 1)]
    assert statuses == [200] * BUDGET + [429]


async def test_a_wrong_token_pays_from_the_address(tight: Parley, database: Database) -> None:
    client = client_of(tight)
    statuses = [(await client.get("/api/agents", headers={"Authorization": f"Bearer wrong{n}"})).status_code for n in range(BUDGET + 1)]
    assert statuses == [401] * BUDGET + [429]
