"""Several operations in one request, where the setting allows them: each is counted, charged, and fails alone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any

import pytest

from settings import Settings
from tests.schema.test_cost import served
from tests.schema.test_over_http import NEW, OLD, code, post
from tests.schema.test_protocol import CREATE, QUERY, contacts
from tests.tenant import Tenant


@asynccontextmanager
async def batching(tenant: Tenant, settings: Settings, most: int = 10, **changes: Any) -> AsyncIterator[Tenant]:
    async with served(tenant, settings, graphql_batch=most, **changes) as there:
        yield there


def operations(*documents: str) -> list[dict[str, str]]:
    return [{"query": document} for document in documents]


async def test_a_batch_is_answered_in_order_and_each_operation_fails_alone(acme: Tenant, settings: Settings) -> None:
    listed = operations(QUERY, CREATE, "{ nonsense }", QUERY, "subscription { contactChanged { id } }")
    async with batching(acme, settings) as there:
        answer = await post(there, listed, Accept=NEW)
    assert (answer.status_code, answer.headers["content-type"]) == (200, NEW)
    first, created, invalid, second, live = answer.json()
    assert (first["data"], second["data"]) == ({"contacts": {"totalCount": 0}}, {"contacts": {"totalCount": 1}})
    assert created["data"]["createContact"]["contact"]["id"]
    codes = [each["errors"][0]["extensions"]["code"] for each in (invalid, live)]
    assert codes == ["GRAPHQL_VALIDATION_FAILED", "SUBSCRIPTION_NOT_SUPPORTED"]
    assert [list(each) for each in (invalid, live)] == [["errors"], ["errors"]]


async def test_each_operation_of_a_batch_is_counted_and_charged(acme: Tenant, settings: Settings) -> None:
    async with batching(acme, settings, limit_user="100/hour") as there:
        alone = await post(there, {"query": QUERY})
        batch = await post(there, operations(*[QUERY] * 10))
        after = await post(there, {"query": QUERY})
    assert [int(each.headers["ratelimit-remaining"]) for each in (alone, batch, after)] == [99, 89, 88]
    left = [each["extensions"]["cost"]["remaining"] for each in batch.json()]
    cost = alone.json()["extensions"]["cost"]["actual"]
    assert [before - behind for before, behind in pairwise(left)] == [cost] * 9


async def test_a_batch_ends_where_the_budget_does(acme: Tenant, settings: Settings) -> None:
    async with batching(acme, settings, limit_user="3/hour") as there:
        answer = await post(there, operations(*[CREATE] * 5))
        refused = await post(there, {"query": QUERY})
    codes = [each["errors"][0]["extensions"]["code"] if "errors" in each else "created" for each in answer.json()]
    assert (answer.status_code, codes) == (200, ["created"] * 3 + ["RATE_LIMITED"] * 2)
    assert (refused.status_code, code(refused)) == (429, "RATE_LIMITED")
    assert int(refused.headers["retry-after"]) > 0
    assert await contacts(acme) == 3


@pytest.mark.parametrize(
    ("most", "listed", "status", "told"),
    [
        (0, operations(QUERY), 400, "BATCHING_DISABLED"),
        (10, operations(*[CREATE] * 11), 400, "BATCH_TOO_LARGE"),
        (3, operations(*[CREATE] * 4), 400, "BATCH_TOO_LARGE"),
        (10, [], 400, "BATCH_TOO_LARGE"),
        (10, [{"query": CREATE}, 5], 400, "BAD_REQUEST"),
        (10, [{"query": CREATE}, [{"query": CREATE}]], 400, "BAD_REQUEST"),
        (10, [{"query": CREATE}, {"query": None}], 400, "BAD_REQUEST"),
    ],
)
@pytest.mark.parametrize("accept", [NEW, OLD])
async def test_a_batch_that_is_none_runs_nothing(
    acme: Tenant, settings: Settings, most: int, listed: Any, status: int, told: str, accept: str
) -> None:
    async with batching(acme, settings, most) as there:
        answer = await post(there, listed, Accept=accept)
    assert (answer.status_code, code(answer)) == (status, told)
    assert await contacts(acme) == 0


async def test_a_stranger_may_batch_questions_about_the_schema_alone(acme: Tenant, settings: Settings) -> None:
    async with batching(acme, settings) as there:
        answer = await there.client.post("/graphql", json=operations("{ __typename }", QUERY))
    assert answer.status_code == 200
    schema, data = answer.json()
    assert (schema["data"], data["errors"][0]["extensions"]["code"]) == ({"__typename": "Query"}, "UNAUTHORIZED")


async def test_more_than_ten_cannot_be_set(settings: Settings) -> None:
    with pytest.raises(ValueError, match="less than or equal to 10"):
        Settings(**settings.model_dump() | {"graphql_batch": 11})
