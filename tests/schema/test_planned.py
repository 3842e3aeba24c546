"""Planned answers and executed ones are the same: every query is asked both ways. `estimateCost` is never planned."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.schema.rows import took
from tests.schema.test_filters import NOUNS, fields_of, filters, rows
from tests.tenant import Tenant

__all__ = ["rows"]
EXECUTED = 'asked: estimateCost(document: "{ __typename }") { limit }'
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
EVERYTHING = {
    noun: " ".join(
        ("__typename id metadata" if noun in {"contact", "deal", "message", "conversation"} else "__typename id", *fields_of(noun))
    )
    for noun in NOUNS
}


async def same(tenant: Tenant, body: str, declared: str = "", **variables: Any) -> Any:
    """The data of a query, which both ways of answering agree on."""
    planned = await tenant.graphql_response(f"query {declared} {{ {body} }}", **variables)
    executed = await tenant.graphql_response(f"query {declared} {{ {body} {EXECUTED} }}", **variables)
    assert took(planned) == 1
    assert executed.json()["extensions"]["plan"]["path"] == "executed"
    data = executed.json()["data"]
    del data["asked"]
    assert planned.json()["data"] == data
    assert "errors" not in planned.json()
    assert list(planned.json()["data"]) == list(data)
    return data


@pytest.mark.parametrize("noun", NOUNS)
@pytest.mark.usefixtures("rows")
async def test_every_field_of_every_noun(acme: Tenant, noun: str) -> None:
    body = f"""found: {noun}s(first: 7) {{ __typename totalCount pageInfo {{ __typename hasNextPage hasPreviousPage startCursor endCursor }}
      edges {{ __typename cursor node {{ {EVERYTHING[noun]} }} }} nodes {{ {EVERYTHING[noun]} }} }}"""
    data = await same(acme, body)
    assert len(data["found"]["nodes"]) == 7


@pytest.mark.parametrize(
    "body",
    [
        "deals { nodes { contact { conversations(first: 2) { nodes { agent { conversations(last: 1) { totalCount } } } } } } }",
        "messages(last: 4) { nodes { content conversation { status messages(first: 1) { nodes { content } } } thread { id } } }",
        "contacts(first: 0) { nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }",
        "contacts(last: 0) { nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }",
        "contacts { pageInfo { hasNextPage } }",
        "contacts { __typename }",
        "a: contacts(first: 1) { nodes { id } } b: contacts(last: 1) { nodes { id } }",
        "contacts { a: nodes { id } b: nodes { id email } a: nodes { email } }",
        "contacts { totalCount } contacts { nodes { id } }",
        "contacts { edges { node { ... on Node { id } ... on Contact { email } ... { phone } } } }",
        'contacts(filter: {search: "lamp"}, orderBy: [{field: EMAIL, direction: DESC, nulls: FIRST}]) { totalCount edges { cursor } }',
        "contacts { nodes { deals(filter: {stage: {eq: LEAD}}, first: 1) { totalCount nodes { stage } pageInfo { endCursor } } } }",
    ],
)
@pytest.mark.usefixtures("rows")
async def test_all_kinds_of_selections(acme: Tenant, body: str) -> None:
    await same(acme, body)


@pytest.mark.parametrize("noun", NOUNS)
async def test_one_row_and_no_row(acme: Tenant, rows: dict[str, list[dict[str, Any]]], noun: str) -> None:
    for row_id in (rows[noun][0]["id"], "00000000-0000-4000-8000-000000000000"):
        await same(acme, f"{noun}(id: $id) {{ {EVERYTHING[noun]} }}", "($id: ID!)", id=row_id)


@pytest.mark.parametrize("yes", [True, False])
@pytest.mark.usefixtures("rows")
async def test_skip_and_include(acme: Tenant, yes: bool) -> None:
    body = """contacts { totalCount @skip(if: $yes) nodes { id email @include(if: $yes) ... @skip(if: $yes) { phone }
      deals @include(if: $yes) { totalCount } } } deals @skip(if: $yes) { totalCount }"""
    data = await same(acme, body, "($yes: Boolean!)", yes=yes)
    assert ("deals" in data, "email" in data["contacts"]["nodes"][0]) == (not yes, yes)


NEITHER = {
    "a field": "contacts { nodes { id email @include(if: $yes) } }",
    "what no row reaches": "deals { nodes { contact { deals { nodes { id ... @skip(if: $yes) { title } } } } } }",
    "beside what decides already": "contacts { totalCount @skip(if: true) @include(if: $yes) }",
    "what a change answers": 'createContact(input: {email: "new@example.com"}) { contact { id email @skip(if: $yes) } }',
}


@pytest.mark.parametrize("body", NEITHER.values(), ids=NEITHER)
async def test_null_neither_includes_nor_skips_and_is_refused_before_anything_runs(acme: Tenant, body: str) -> None:
    kind = "mutation" if body.startswith("create") else "query"
    text = f"{kind} ($yes: Boolean = true) {{ {body} }}"
    refused = await acme.graphql(text, yes=None)
    (error,) = refused["errors"]
    assert "data" not in refused
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert "'$yes'" in error["message"]
    assert error["locations"] == [{"line": 1, "column": text.rindex("$yes") + 1}]
    assert (await acme.data("{ contacts { totalCount } }"))["contacts"]["totalCount"] == 0


async def test_null_is_refused_only_where_it_decides(acme: Tenant) -> None:
    text = """query Read($yes: Boolean = true) { contacts { totalCount @include(if: $yes) } }
      query Leave($yes: Boolean = true) { contacts { totalCount ...Emails @skip(if: true) }
        estimateCost(document: "{ __typename }", variables: {yes: $yes}) { limit } }
      fragment Emails on ContactConnection { nodes { email @skip(if: $yes) } }"""
    for name, refused in (("Read", True), ("Leave", False)):
        asked = {"query": text, "operationName": name, "variables": {"yes": None}}
        answer = await acme.rest("POST", "/graphql", json=asked)
        assert ("errors" in answer.json()) == refused


@pytest.mark.parametrize(
    "body",
    [
        "contacts { nodes { id @skip(if: true) } }",
        "contacts { totalCount @skip(if: true) }",
        "contacts { edges { cursor @skip(if: true) } }",
        "contacts { pageInfo { hasNextPage @include(if: false) } }",
        "contacts @skip(if: true) { totalCount }",
        "deals { nodes { contact { id @skip(if: true) } } }",
    ],
)
@pytest.mark.usefixtures("rows")
async def test_a_selection_of_which_nothing_is_left_is_an_empty_object(acme: Tenant, body: str) -> None:
    asked = await acme.graphql_response(f"{{ {body} }}")
    executed = await acme.graphql_response(f"{{ {body} {EXECUTED} }}")
    data = executed.json()["data"]
    del data["asked"]
    assert asked.json()["data"] == data


async def test_an_order_that_differs_in_nulls_alone_has_its_own_cursors(acme: Tenant) -> None:
    await acme.deal()
    body = "deals(orderBy: [{field: CREATED_AT, nulls: %s}]) { pageInfo { endCursor } }"
    for nulls in ("FIRST", "LAST", "FIRST"):
        await same(acme, body % nulls)


@pytest.mark.parametrize("text", ['é ñ 日本 🏳️‍🌈 "quoted" \\back/ \t\r\n\x01\x1f\x7f\u2028 % _ \' <rows0> <total0> $1 {rows}', "", "null"])
async def test_text_of_all_kinds(acme: Tenant, text: str) -> None:
    await acme.contact(first_name=text or None, tags=[text or "x"], metadata={text: [text, None, True, 1.5, {}]})
    data = await same(acme, "contacts { nodes { firstName tags metadata } }")
    assert data["contacts"]["nodes"][0] == {
        "firstName": text or None,
        "tags": [text or "x"],
        "metadata": {text: [text, None, True, 1.5, {}]},
    }


@QUICK
@given(
    wanted=st.sampled_from(["contact", "deal", "conversation"]).flatmap(lambda noun: st.tuples(st.just(noun), filters(noun, 2))),
    end=st.sampled_from(["first", "last"]),
    size=st.integers(0, 15),
)
@pytest.mark.usefixtures("rows")
async def test_generated_pages(acme: Tenant, wanted: tuple[str, dict[str, Any]], end: str, size: int) -> None:
    noun, condition = wanted
    selected = "{ totalCount nodes { id } pageInfo { hasNextPage hasPreviousPage endCursor } }"
    body = f"found: {noun}s({end}: $size, filter: $filter) {selected}"
    await same(acme, body, f"($size: PageSize, $filter: {noun.title()}Filter)", size=size, filter=condition)


@pytest.mark.parametrize(
    "document",
    ['{ contacts(after: "x") { nodes { id } } }', "{ contacts(first: 1, last: 1) { totalCount } }", '{ contact(id: "x") { id } }'],
)
async def test_a_wrong_argument_is_worded_with_its_path(acme: Tenant, document: str) -> None:
    body = await acme.graphql(document)
    assert [error["extensions"]["code"] for error in body["errors"]] == ["VALIDATION_ERROR"]
    assert body["errors"][0]["path"] in (["contacts"], ["contact"])


async def test_a_missing_scope_hides_its_field_alone(acme: Tenant) -> None:
    await acme.deal(contact_id=(await acme.contact())["id"])
    body = await acme.narrowed("deals:read").graphql("{ deals { nodes { title contact { id } } } contacts { totalCount } }")
    assert body["data"] == {"deals": {"nodes": [{"title": "Lamps", "contact": None}]}, "contacts": None}
    assert [error["extensions"]["scope"] for error in body["errors"]] == ["contacts:read", "contacts:read"]
