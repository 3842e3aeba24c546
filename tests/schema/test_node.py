"""`node`, `nodes`, `viewer` and one row by its id."""

from uuid import uuid4

import pytest

from tests.tenant import Tenant

NODE = "query ($id: ID!) { node(id: $id) { __typename id } }"
NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"


async def one_of_each(tenant: Tenant) -> dict[str, str]:
    contact, agent = await tenant.contact(), await tenant.agent()
    conversation = await tenant.conversation(agentId=agent["id"])
    message, deal = await tenant.message(conversation["id"]), await tenant.deal()
    rows = {"Contact": contact, "Agent": agent, "Conversation": conversation, "Message": message, "Deal": deal}
    return {kind: row["id"] for kind, row in rows.items()}


async def test_anything_is_found_by_its_id(acme: Tenant) -> None:
    for kind, row_id in (await one_of_each(acme)).items():
        assert (await acme.data(NODE, id=row_id))["node"] == {"__typename": kind, "id": row_id}


async def test_several_come_in_the_asked_order_with_null_where_there_is_nothing(acme: Tenant, rival: Tenant) -> None:
    rows, foreign = await one_of_each(acme), (await rival.contact())["id"]
    ids = [rows["Deal"], str(uuid4()), rows["Contact"], foreign, rows["Deal"]]
    found = (await acme.data(NODES, ids=ids))["nodes"]
    assert [node and node["__typename"] for node in found] == ["Deal", None, "Contact", None, "Deal"]


async def test_no_ids_find_nothing(acme: Tenant) -> None:
    assert (await acme.data(NODES, ids=[]))["nodes"] == []


async def test_over_a_hundred_ids_are_refused(acme: Tenant) -> None:
    body = await acme.graphql(NODES, ids=[str(uuid4())] * 101)
    assert body["errors"][0]["extensions"]["issues"] == [{"path": "ids", "message": "has 101 elements; at most 100 are taken"}]


@pytest.mark.parametrize("noun", ["agent", "contact", "conversation", "deal", "message", "node"])
async def test_a_row_that_is_not_there_or_is_foreign_is_null(acme: Tenant, rival: Tenant, noun: str) -> None:
    foreign = await one_of_each(rival)
    for row_id in (str(uuid4()), foreign.get(noun.title(), foreign["Deal"])):
        assert (await acme.data(f"query ($id: ID!) {{ {noun}(id: $id) {{ id }} }}", id=row_id)) == {noun: None}


@pytest.mark.parametrize("noun", ["agent", "contact", "conversation", "deal", "message", "node"])
async def test_a_malformed_id_is_refused_by_name(acme: Tenant, noun: str) -> None:
    body = await acme.graphql(f"query ($id: ID!) {{ {noun}(id: $id) {{ id }} }}", id="nonsense")
    error = body["errors"][0]
    assert (error["path"], error["extensions"]["code"]) == ([noun], "VALIDATION_ERROR")
    assert [issue["path"] for issue in error["extensions"]["issues"]] == ["id"]


async def test_a_malformed_id_among_several_is_named_by_its_place(acme: Tenant) -> None:
    body = await acme.graphql(NODES, ids=[str(uuid4()), "nonsense"])
    assert body["errors"][0]["extensions"]["issues"][0]["path"] == "ids.1"


async def test_viewer_is_the_caller(acme: Tenant) -> None:
    viewer = (await acme.data("{ viewer { user { id email role } company { id name subscriptionTier } scopes } }"))["viewer"]
    assert viewer["user"] == {"id": str(acme.user_id), "email": acme.email, "role": "OWNER"}
    assert viewer["company"] == {"id": str(acme.company_id), "name": "owner's Company", "subscriptionTier": "STARTER"}
    assert viewer["scopes"] == sorted(viewer["scopes"])
    assert "contacts:read" in viewer["scopes"]


async def test_a_narrowed_token_sees_its_own_scopes(acme: Tenant) -> None:
    assert (await acme.narrowed("deals:read").data("{ viewer { scopes } }"))["viewer"]["scopes"] == ["deals:read"]


async def test_what_a_token_may_not_read_is_as_if_it_were_not_there(acme: Tenant) -> None:
    contact = await acme.contact()
    assert (await acme.narrowed("deals:read").data(NODE, id=contact["id"])) == {"node": None}
