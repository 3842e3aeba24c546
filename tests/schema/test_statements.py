"""How many SQL statements an answer takes: by the shape of the question, never by the number of rows."""

import pytest

from models.agent import AGENT
from models.contact import CONTACT
from models.conversation import CONVERSATION
from models.deal import DEAL
from models.message import MESSAGE
from tests.schema.rows import add, took
from tests.tenant import PROMPT, Tenant

NESTED = """conversations(first: 100) { totalCount nodes {
  agent { name } contact { firstName deals(first: 2) { totalCount nodes { title contact { email } } } }
  messages(last: 3) { totalCount nodes { content conversation { status } } } } }"""
# Nothing of `viewer` is planned, so a query with it is left to the executor.
EXECUTED = '{{ {} estimateCost(document: "{{ __typename }}") {{ limit }} }}'
# Conversations and their total; agents; contacts; deals, their totals; messages, their totals; messages' conversations.
# The deals' contacts are loaded already.
NESTED_EXECUTED = 9


async def fill(tenant: Tenant, count: int) -> None:
    agents = await add(tenant, AGENT, [{"name": "a", "slug": str(n), "system_prompt": PROMPT, "public_api_key": "k"} for n in range(count)])
    contacts = await add(tenant, CONTACT, [{"first_name": str(n)} for n in range(count)])
    conversations = await add(tenant, CONVERSATION, [{"agent_id": agents[n], "contact_id": contacts[n]} for n in range(count)])
    await add(tenant, DEAL, [{"title": str(n), "contact_id": contacts[n % count]} for n in range(count * 3)])
    rows = [{"conversation_id": conversations[n % count], "sender_type": "user", "content": "x"} for n in range(count * 4)]
    await add(tenant, MESSAGE, rows)


@pytest.mark.parametrize("count", [1, 10, 100])
@pytest.mark.parametrize(("form", "taken"), [("{{ {} }}", 1), (EXECUTED, NESTED_EXECUTED)], ids=["planned", "executed"])
async def test_a_nested_query_takes_as_many_statements_for_one_row_as_for_a_hundred(
    acme: Tenant, form: str, taken: int, count: int
) -> None:
    await fill(acme, count)
    answer = await acme.graphql_response(form.format(NESTED))
    nodes = answer.json()["data"]["conversations"]["nodes"]
    assert len(nodes) == count
    assert {len(node["messages"]["nodes"]) for node in nodes} == {3}
    assert took(answer) == taken


@pytest.mark.parametrize(
    ("query", "planned", "executed"),
    [
        ("contacts { nodes { id } }", 1, 1),
        ("contacts { edges { cursor node { id } } nodes { id } pageInfo { endCursor hasNextPage } }", 1, 1),
        ("contacts { totalCount }", 1, 1),
        ("contacts { totalCount nodes { id } }", 1, 2),
        ("contacts { nodes { deals { nodes { id } } } }", 1, 2),
        ("contacts { nodes { deals { totalCount } } }", 1, 2),
        ("contacts { nodes { deals { totalCount nodes { id } } } }", 1, 3),
        ("contacts { nodes { a: deals { nodes { id } } b: deals { nodes { title } } } }", 1, 2),
        ("deals { nodes { contact { id } } } conversations { nodes { contact { id } } }", 1, 3),
    ],
)
async def test_a_query_takes_what_it_asks_for(acme: Tenant, query: str, planned: int, executed: int) -> None:
    await acme.deal(contact_id=(await acme.contact())["id"])
    for form, taken in (("{{ {} }}", planned), (EXECUTED, executed)):
        answer = await acme.graphql_response(form.format(query))
        assert "errors" not in answer.json()
        assert took(answer) == taken


@pytest.mark.parametrize(
    ("query", "taken"),
    [
        ("{ __schema { queryType { name } } }", 0),
        ("{ viewer { scopes } }", 0),
        ("{ viewer { user { email } } }", 1),
        ("{ viewer { user { email } company { name } } }", 1),
    ],
)
async def test_what_no_table_is_asked_for_costs_nothing(acme: Tenant, query: str, taken: int) -> None:
    assert took(await acme.graphql_response(query)) == taken


async def test_the_total_costs_only_when_it_is_asked_for(acme: Tenant) -> None:
    with_total = EXECUTED.format("contacts { totalCount nodes { id } }")
    assert took(await acme.graphql_response(with_total)) == 2
    assert took(await acme.graphql_response(with_total.replace("totalCount", ""))) == 1


@pytest.mark.parametrize("count", [1, 10, 100])
async def test_nodes_of_two_kinds_are_planned_or_take_one_look_up_and_one_read_a_kind(acme: Tenant, count: int) -> None:
    contacts = await add(acme, CONTACT, [{} for _ in range(count // 2 + 1)])
    deals = await add(acme, DEAL, [{"title": "t"} for _ in range(max(count - len(contacts), 1))])
    ids = (contacts + deals)[:100]
    for form, taken in (("{{ {} }}", 1), (EXECUTED, 3)):
        answer = await acme.graphql_response("query ($ids: [ID!]!) " + form.format("nodes(ids: $ids) { id }"), ids=ids)
        assert [node["id"] for node in answer.json()["data"]["nodes"]] == ids
        assert took(answer) == taken
