"""Cursors are bound to their list and order: any other text is refused, by name, before a row is read."""

import base64
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.contact import CONTACT
from models.deal import DEAL
from tests.schema.rows import add
from tests.tenant import Tenant

QUERY = """query ($after: String, $before: String, $orderBy: [DealOrder!]) {
  deals(after: $after, before: $before, orderBy: $orderBy) { nodes { id } pageInfo { endCursor } } }"""
BY_VALUE = [{"field": "VALUE"}]
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def cursor(*printed: Any) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(printed)).decode().rstrip("=")


async def refused(tenant: Tenant, **given: Any) -> None:
    name = next(name for name in ("after", "before") if name in given)
    answer = await tenant.graphql_response(QUERY, **given)
    assert answer.status_code == 200
    body = answer.json()
    assert body["data"] == {"deals": None}
    extensions = body["errors"][0]["extensions"]
    assert (extensions["code"], [issue["path"] for issue in extensions["issues"]]) == ("VALIDATION_ERROR", [name])


@pytest.mark.parametrize("name", ["after", "before"])
@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "====",
        "bm90IGpzb24",
        "é",
        "\u0000",
        "A" * 5000,
        cursor(),
        cursor("value id"),
        cursor("value id", "5"),
        cursor("value id", "5", "not-a-uuid"),
        cursor("value id", "5", None),
        cursor("value id", "NaN", "123e4567-e89b-42d3-a456-426614174000"),
        cursor("value id", "five", "123e4567-e89b-42d3-a456-426614174000"),
        cursor("value id", {"a": 1}, "123e4567-e89b-42d3-a456-426614174000"),
        cursor("value id", "5", "123e4567-e89b-42d3-a456-426614174000", "more"),
        cursor("-value -id", "5", "123e4567-e89b-42d3-a456-426614174000"),
        cursor("value^ id", "5", "123e4567-e89b-42d3-a456-426614174000"),
        cursor("title id", "5", "123e4567-e89b-42d3-a456-426614174000"),
    ],
)
async def test_what_this_order_did_not_print_is_refused(acme: Tenant, name: str, text: str) -> None:
    await refused(acme, **{name: text}, orderBy=BY_VALUE)


async def test_a_cursor_of_another_order_is_refused(acme: Tenant) -> None:
    await add(acme, DEAL, [{"title": "a", "value": 5}])
    taken = (await acme.data(QUERY, orderBy=BY_VALUE))["deals"]["pageInfo"]["endCursor"]
    for other in ([], [{"field": "VALUE", "direction": "DESC"}], [{"field": "VALUE", "nulls": "FIRST"}], [{"field": "TITLE"}]):
        await refused(acme, after=taken, orderBy=other)
    assert (await acme.data(QUERY, after=taken, orderBy=BY_VALUE))["deals"]["nodes"] == []


async def test_a_cursor_of_another_list_is_refused(acme: Tenant) -> None:
    await add(acme, CONTACT, [{"email": "a"}])
    order = [{"field": "EMAIL"}]
    query = "query ($order: [ContactOrder!]) { contacts(orderBy: $order) { pageInfo { endCursor } } }"
    taken = (await acme.data(query, order=order))["contacts"]["pageInfo"]["endCursor"]
    await refused(acme, after=taken, orderBy=[{"field": "TITLE"}])


async def test_a_foreign_companys_cursor_shows_only_own_rows(acme: Tenant, rival: Tenant) -> None:
    await add(rival, DEAL, [{"title": "canary"}])
    taken = (await rival.data(QUERY))["deals"]["pageInfo"]["endCursor"]
    (mine,) = await add(acme, DEAL, [{"title": "mine"}])
    found = [(await acme.data(QUERY, **{name: taken}))["deals"]["nodes"] for name in ("after", "before")]
    assert sorted(map(len, found)) == [0, 1]
    assert [{"id": mine}] in found


@QUICK
@given(
    printed=st.lists(
        st.one_of(st.none(), st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False), st.text(max_size=9)), max_size=4
    )
)
async def test_tampered_values_are_never_a_fault(acme: Tenant, printed: list[Any]) -> None:
    for signature in ("value id", "-created_at -id", "probability id"):
        text = base64.urlsafe_b64encode(orjson.dumps([signature, *printed])).decode() if encodable(printed) else ""
        body = await acme.graphql(QUERY, after=text)
        assert [error["extensions"]["code"] for error in body.get("errors", [])] in ([], ["VALIDATION_ERROR"])


def encodable(printed: list[Any]) -> bool:
    try:
        orjson.dumps(printed)
    except TypeError:
        return False
    return True
