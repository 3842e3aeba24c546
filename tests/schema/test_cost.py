"""What operations cost: reckoned before anything is read, refused above the budget, counted by the answer's newlines."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from app import create_app
from settings import Settings
from tests.schema.test_planned import EXECUTED
from tests.tenant import Tenant


@asynccontextmanager
async def served(tenant: Tenant, settings: Settings, **changes: Any) -> AsyncIterator[Tenant]:
    """The tenant at a server of its own with other settings."""
    app = create_app(settings.model_copy(update=changes))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://parley.test") as client:
        yield replace(tenant, client=client)
    await app.services.close()


async def cost(tenant: Tenant, query: str, **variables: Any) -> dict[str, int]:
    answer = await tenant.graphql(query, **variables)
    assert "errors" not in answer, answer["errors"]
    found: dict[str, int] = answer["extensions"]["cost"]
    return found


@pytest.fixture
async def filled(acme: Tenant) -> Tenant:
    """Three contacts; the first has two deals, the third an empty name that ends like an object."""
    first = await acme.contact(metadata={"a": {"b": ["\n", {}]}}, first_name="line\nbreak")
    await acme.contact()
    await acme.contact(last_name="{")
    for _ in range(2):
        await acme.deal(contact_id=first["id"])
    return acme


@pytest.mark.parametrize(
    ("body", "requested", "actual"),
    [
        ("contacts { totalCount }", 3, 3),
        ("contacts(first: 2) { nodes { id metadata firstName } }", 3, 3),
        ("contacts { nodes { id } }", 21, 4),
        ("contacts(last: 5) { edges { cursor node { id lastName } } pageInfo { hasNextPage } }", 6, 4),
        ("contacts(first: 3) { nodes { id } edges { cursor } }", 4, 4),
        ("contacts(first: 3) { a: nodes { id } b: nodes { id } }", 7, 7),
        ("contacts(first: 4) { nodes { deals(first: 2) { totalCount nodes { contact { id } } } } }", 1 + 4 * (1 + 1 + 2 + 2 * 2), 17),
        ("deals { nodes { contact { id } } }", 41, 5),
        ("contacts(first: 2) { nodes { id } nodes { email } }", 3, 3),
        ("contacts(first: 100) @skip(if: true) { nodes { id } } deals(first: 1) { nodes { title } }", 2, 2),
        ("viewer { scopes user { email } company { name } }", 3, 3),
        ("rateLimit { cost } contacts(first: 0) { nodes { id } }", 2, 2),
        ('node(id: "00000000-0000-4000-8000-000000000000") { id ... on Contact { deals(first: 50) { nodes { id } } } }', 52, 0),
    ],
)
async def test_both_ways_cost_the_same(filled: Tenant, body: str, requested: int, actual: int) -> None:
    planned = await cost(filled, f"{{ {body} }}")
    executed = await cost(filled, f"{{ {body} {EXECUTED} }}")
    assert (planned["requested"], planned["actual"]) == (requested, actual)
    assert (executed["requested"], executed["actual"]) == (requested + 1, actual + 1)


async def test_variables_say_how_many(filled: Tenant) -> None:
    query = "query ($n: PageSize = 7, $ids: [ID!]!) { contacts(first: $n) { nodes { id } } nodes(ids: $ids) { id } }"
    ids = [row["id"] for row in (await filled.data("{ contacts { nodes { id } } }"))["contacts"]["nodes"]]
    assert (await cost(filled, query, ids=ids))["requested"] == 8 + 3
    assert (await cost(filled, query, ids=ids, n=2)) | {"remaining": 0} == {"requested": 6, "actual": 6, "remaining": 0}
    assert (await cost(filled, query, ids=ids[:1], n=None))["requested"] == 22


async def test_mutations_cost_more(acme: Tenant) -> None:
    query = 'mutation { a: createContact(input: {email: "a@b.c"}) { contact { id deals { totalCount } } } b: deleteDeal(id: "1") { id } }'
    answer = await acme.graphql(query)
    assert answer["data"]["b"] is None
    assert answer["extensions"]["cost"]["requested"] == 10 + 1 + 3 + 10
    assert answer["extensions"]["cost"]["actual"] == 10 + 1 + 3 + 10


async def test_an_operation_above_the_most_is_refused_before_any_sql(acme: Tenant) -> None:
    inner = "deals(first: 100) { nodes { contact { deals(first: 100) { nodes { id } } } } }"
    query = f"query ($n: PageSize) {{ contacts(first: $n) {{ nodes {{ {inner} }} }} }}"
    answer = await acme.graphql_response(query, n=100)
    error = answer.json()["errors"][0]
    assert (answer.status_code, error["extensions"]["code"]) == (400, "QUERY_TOO_EXPENSIVE")
    assert error["extensions"]["cost"] == {"requested": 1 + 100 * (2 + 100 * (1 + 1 + 1 + 100)), "limit": 20_000}
    assert answer.headers["server-timing"].startswith('sql;desc="0"')
    assert (await acme.graphql_response(query, n=1)).status_code == 200


async def test_a_company_pays_from_one_budget_and_what_was_not_used_comes_back(acme: Tenant, rival: Tenant, settings: Settings) -> None:
    async with served(acme, settings, limit_cost="100/hour") as poor:
        other = replace(poor, company_id=rival.company_id, user_id=rival.user_id, email=rival.email)
        for _ in range(5):
            assert (await cost(poor, "{ contacts(first: 90) { nodes { id } } }"))["actual"] == 1
        assert (await cost(poor, "{ rateLimit { remaining } contacts(first: 50) { nodes { id } } }"))["remaining"] == 100 - 5 - 2
        for _ in range(8):
            await poor.data('mutation { createContact(input: {email: "a@b.c"}) { contact { id } } }')
        refused = await poor.graphql_response("{ contacts(first: 50) { nodes { id } } }")
        error = refused.json()["errors"][0]
        assert (refused.status_code, error["extensions"]["code"]) == (429, "RATE_LIMITED")
        assert error["extensions"]["cost"] == {"requested": 51, "remaining": 5, "limit": 100}
        assert 0 < int(refused.headers["retry-after"]) <= 7200
        assert (await poor.data("{ contacts(first: 4) { nodes { id } } }"))["contacts"]
        assert (await cost(other, "{ contacts(first: 50) { nodes { id } } }"))["remaining"] == 99


async def test_rate_limit_tells_what_the_extension_tells(acme: Tenant) -> None:
    for body in ("contacts { nodes { id } }", EXECUTED):
        answer = await acme.graphql(f"{{ {body} rateLimit {{ __typename cost limit remaining resetAt }} }}")
        told, found = answer["extensions"]["cost"], answer["data"]["rateLimit"]
        assert found["cost"] == told["requested"]
        assert found["remaining"] + told["requested"] - told["actual"] == told["remaining"]
        assert (found["limit"], found["resetAt"][-1], found["__typename"]) == (5_000_000, "Z", "RateLimit")


async def test_an_estimate_runs_nothing(acme: Tenant) -> None:
    asked = "estimateCost(document: $document, variables: $variables) { requested limit remaining }"
    query = f"query ($document: String!, $variables: JSON) {{ {asked} }}"
    document = "query ($n: PageSize!) { contacts(first: $n) { nodes { id } } }"
    answer = await acme.graphql(query, document=document, variables={"n": 100})
    assert answer["data"]["estimateCost"] | {"remaining": 0} == {"requested": 101, "limit": 20_000, "remaining": 0}
    assert answer["extensions"]["plan"]["statements"] == 0
    for refused, code in (("{ nothing }", "GRAPHQL_VALIDATION_FAILED"), ("{", "GRAPHQL_PARSE_FAILED"), (document, "VALIDATION_ERROR")):
        answer = await acme.graphql(query, document=refused)
        assert [error["extensions"]["code"] for error in answer["errors"]] == [code]
        assert answer["data"]["estimateCost"] is None
    undecided = "query ($yes: Boolean = true) { contacts { totalCount @include(if: $yes) } }"
    answer = await acme.graphql(query, document=undecided, variables={"yes": None})
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_USER_INPUT"]


async def test_the_plan_is_told_in_development_alone(acme: Tenant, settings: Settings) -> None:
    planned = (await acme.graphql("{ contacts { totalCount } }"))["extensions"]
    assert planned["plan"] == {"path": "planned", "statements": 1}
    executed = (await acme.graphql(f"{{ {EXECUTED} }}"))["extensions"]["plan"]
    assert executed == {"path": "executed", "reason": "Query.estimateCost is answered by Python", "statements": 0}
    async with served(acme, settings, environment="production") as live:
        assert set((await live.graphql("{ contacts { totalCount } }"))["extensions"]) == {"cost"}
