"""Ordering by several fields."""

from typing import Any

import pytest

from models.catalogue import ENTITIES
from models.contact import CONTACT
from schema.filters import NOUNS
from tests.schema.rows import add
from tests.tenant import Tenant

QUERY = "query ($order: [ContactOrder!]) { contacts(orderBy: $order) { nodes { firstName lastName } } }"


async def names(tenant: Tenant, *order: dict[str, Any]) -> list[str]:
    found = (await tenant.data(QUERY, order=list(order)))["contacts"]["nodes"]
    return [f"{node['firstName']} {node['lastName']}" for node in found]


@pytest.fixture
async def people(acme: Tenant) -> None:
    await add(
        acme, CONTACT, [{"first_name": first, "last_name": last} for first, last in (("b", "y"), ("a", "y"), ("a", "x"), ("c", None))]
    )


@pytest.mark.usefixtures("people")
async def test_the_first_key_counts_most(acme: Tenant) -> None:
    assert await names(acme, {"field": "LAST_NAME"}, {"field": "FIRST_NAME"}) == ["a x", "a y", "b y", "c None"]
    assert await names(acme, {"field": "FIRST_NAME"}, {"field": "LAST_NAME", "direction": "DESC"}) == ["a y", "a x", "b y", "c None"]


@pytest.mark.usefixtures("people")
@pytest.mark.parametrize("direction", ["ASC", "DESC"])
async def test_nulls_come_last_in_both_directions_unless_said(acme: Tenant, direction: str) -> None:
    assert (await names(acme, {"field": "LAST_NAME", "direction": direction}))[-1] == "c None"
    assert (await names(acme, {"field": "LAST_NAME", "direction": direction, "nulls": "FIRST"}))[0] == "c None"


@pytest.mark.usefixtures("people")
async def test_the_newest_come_first_unless_said(acme: Tenant) -> None:
    assert await names(acme) == ["c None", "a x", "a y", "b y"]


async def test_a_field_named_twice_is_refused(acme: Tenant) -> None:
    body = await acme.graphql(QUERY, order=[{"field": "EMAIL"}, {"field": "EMAIL", "direction": "DESC"}])
    assert body["errors"][0]["extensions"]["issues"] == [{"path": "orderBy", "message": "names a field twice"}]


async def test_over_five_keys_are_refused(acme: Tenant) -> None:
    fields = ["EMAIL", "FIRST_NAME", "LAST_NAME", "COMPANY_NAME", "CREATED_AT", "UPDATED_AT"]
    body = await acme.graphql(QUERY, order=[{"field": field} for field in fields])
    assert body["errors"][0]["extensions"]["issues"] == [{"path": "orderBy", "message": "has 6 keys; at most 5 are taken"}]


# These are listed under others alone.
NO_LIST = {"chunk", "thread"}
ORDERS = [(noun, field) for noun in NOUNS if noun not in NO_LIST for field in ENTITIES[noun].orders]


@pytest.mark.parametrize(("noun", "field"), ORDERS)
async def test_every_order_of_every_noun_is_served(acme: Tenant, noun: str, field: str) -> None:
    query = f"query ($order: [{noun.title()}Order!]) {{ found: {noun}s(orderBy: $order) {{ totalCount nodes {{ id }} }} }}"
    order = [{"field": field.upper(), "direction": "DESC", "nulls": "FIRST"}]
    assert (await acme.data(query, order=order))["found"] == {"totalCount": 0, "nodes": []}
