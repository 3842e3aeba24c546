"""Filters that look over an edge, and what filters refuse."""

from typing import Any
from uuid import uuid4

import pytest

from tests.schema.rows import took
from tests.tenant import Tenant

CONTACTS = "query ($filter: ContactFilter) { contacts(filter: $filter) { totalCount } }"


async def test_conversations_whose_contact_has_a_tag(acme: Tenant) -> None:
    vip, other = await acme.contact(tags=["vip", "lead"]), await acme.contact(tags=["lead"])
    wanted = await acme.conversation(contactId=vip["id"])
    await acme.conversation(contactId=other["id"])
    await acme.conversation()
    found = await acme.data('{ conversations(filter: {contact: {tags: {has: "vip"}}}) { totalCount nodes { id } } }')
    assert found["conversations"] == {"totalCount": 1, "nodes": [{"id": wanted["id"]}]}


async def test_deals_whose_contacts_company_name_contains(acme: Tenant) -> None:
    works, other = await acme.contact(company_name="ACME Corp"), await acme.contact(company_name="Other")
    wanted = await acme.deal(contact_id=works["id"])
    await acme.deal(contact_id=other["id"])
    await acme.deal()
    found = await acme.data('{ deals(filter: {contact: {companyName: {contains: "acme"}}}) { nodes { id } } }')
    assert found["deals"]["nodes"] == [{"id": wanted["id"]}]


async def test_not_over_an_edge_includes_rows_without_the_edge(acme: Tenant) -> None:
    vip = await acme.contact(tags=["vip"])
    await acme.deal(contact_id=vip["id"])
    without = await acme.deal()
    found = await acme.data('{ deals(filter: {not: {contact: {tags: {has: "vip"}}}}) { nodes { id } } }')
    assert found["deals"]["nodes"] == [{"id": without["id"]}]


async def test_a_nested_connection_is_filtered_by_itself(acme: Tenant) -> None:
    contact = await acme.contact()
    await acme.deal(contact_id=contact["id"], stage="lead")
    won = await acme.deal(contact_id=contact["id"], stage="closed-won")
    query = "{ contacts { nodes { deals(filter: {stage: {eq: CLOSED_WON}}) { totalCount nodes { id } } } } }"
    assert (await acme.data(query))["contacts"]["nodes"][0]["deals"] == {"totalCount": 1, "nodes": [{"id": won["id"]}]}


async def test_search_finds_text_as_it_is_written(acme: Tenant) -> None:
    await acme.contact(first_name="100%", email=None)
    await acme.contact(first_name="1000", email=None)
    query = "query ($term: String) { contacts(filter: {search: $term}) { nodes { firstName } } }"
    assert (await acme.data(query, term="0%"))["contacts"]["nodes"] == [{"firstName": "100%"}]


async def refused(tenant: Tenant, path: str, wanted: dict[str, Any]) -> None:
    answer = await tenant.graphql_response(CONTACTS, filter=wanted)
    error = answer.json()["errors"][0]
    assert (error["extensions"]["code"], [issue["path"] for issue in error["extensions"]["issues"]]) == ("VALIDATION_ERROR", [path])
    assert took(answer) == 0


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("filter.id.eq", {"id": {"eq": "nonsense"}}),
        ("filter.id.in", {"id": {"in": [str(uuid4()), "nonsense"]}}),
        ("filter.email.eq", {"email": {"eq": "a\u0000"}}),
        ("filter.companyName.endsWith", {"companyName": {"endsWith": "\u0000"}}),
        ("filter.search", {"search": "\u0000"}),
        ("filter.email.in", {"email": {"in": ["a"] * 101}}),
        ("filter.tags.hasAny", {"tags": {"hasAny": ["a"] * 101}}),
        ("filter.or", {"or": [{}] * 101}),
        ("filter.deals.contact.email.eq", {"deals": {"contact": {"email": {"eq": "\u0000"}}}}),
        ("filter.and.1.search", {"and": [{}, {"search": "\u0000"}]}),
        ("filter" + ".not" * 6, {"not": {"not": {"not": {"not": {"not": {"not": {}}}}}}}),
    ],
)
async def test_a_filter_that_cannot_be_is_refused_before_any_statement(acme: Tenant, path: str, wanted: dict[str, Any]) -> None:
    await refused(acme, path, wanted)


async def test_another_companys_rows_match_nothing(acme: Tenant, rival: Tenant) -> None:
    foreign = await rival.contact(tags=["canary"])
    await rival.deal(contact_id=foreign["id"])
    for wanted in (
        {"id": {"eq": foreign["id"]}},
        {"tags": {"has": "canary"}},
        {"deals": {"contactId": {"eq": foreign["id"]}}},
        {"not": {"search": "x"}},
    ):
        assert (await acme.data(CONTACTS, filter=wanted))["contacts"]["totalCount"] == 0
