"""How many SQL statements an answer takes: by the shape of the question, never by the number of rows."""

import pytest

from models.agent import AGENT
from models.contact import CONTACT
from models.conversation import CONVERSATION
from models.deal import DEAL
from models.message import MESSAGE
from tests.schema.rows import add
from tests.tenant import PROMPT, Tenant, statements

NESTED = """{ conversations(first: 100) { totalCount nodes {
  agent { name } contact { firstName deals(first: 2) { totalCount nodes { title contact { email } } } }
  messages(last: 3) { totalCount nodes { content conversation { status } } } } } }"""
# conversations, their total, agents, contacts, deals, their totals, contacts' deals' contacts (loaded already), messages,
# their totals, messages' conversations
NESTED_TAKES = 9


async def fill(tenant: Tenant, count: int) -> None:
    agents = await add(tenant, AGENT, [{"name": "a", "slug": str(n), "system_prompt": PROMPT, "public_api_key": "k"} for n in range(count)])
    contacts = await add(tenant, CONTACT, [{"first_name": str(n)} for n in range(count)])
    conversations = await add(tenant, CONVERSATION, [{"agent_id": agents[n], "contact_id": contacts[n]} for n in range(count)])
    await add(tenant, DEAL, [{"title": str(n), "contact_id": contacts[n % count]} for n in range(count * 3)])
    rows = [{"conversation_id": conversations[n % count], "sender_type": "user", "content": "x"} for n in range(count * 4)]
    await add(tenant, MESSAGE, rows)


@pytest.mark.parametrize("count", [1, 10, 100])
async def test_a_nested_query_takes_nine_statements_however_many_rows(acme: Tenant, count: int) -> None:
    await fill(acme, count)
    answer = await acme.graphql_response(NESTED)
    nodes = answer.json()["data"]["conversations"]["nodes"]
    assert len(nodes) == count
    assert {len(node["messages"]["nodes"]) for node in nodes} == {3}
    assert statements(answer) == NESTED_TAKES


@pytest.mark.parametrize(
    ("query", "taken"),
    [
        ("{ __typename }", 0),
        ("{ __schema { queryType { name } } }", 0),
        ("{ viewer { scopes } }", 0),
        ("{ viewer { user { email } } }", 1),
        ("{ viewer { user { email } company { name } } }", 2),
        ("{ contacts { nodes { id } } }", 1),
        ("{ contacts { edges { cursor node { id } } nodes { id } pageInfo { endCursor hasNextPage } } }", 1),
        ("{ contacts { totalCount } }", 1),
        ("{ contacts { totalCount nodes { id } } }", 2),
        ("{ contacts { nodes { deals { nodes { id } } } } }", 2),
        ("{ contacts { nodes { deals { totalCount } } } }", 2),
        ("{ contacts { nodes { deals { totalCount nodes { id } } } } }", 3),
        ("{ contacts { nodes { a: deals { nodes { id } } b: deals { nodes { title } } } } }", 2),
        ("{ deals { nodes { contact { id } } } conversations { nodes { contact { id } } } }", 3),
    ],
)
async def test_a_query_takes_what_it_asks_for(acme: Tenant, query: str, taken: int) -> None:
    await acme.deal(contact_id=(await acme.contact())["id"])
    answer = await acme.graphql_response(query)
    assert "errors" not in answer.json()
    assert statements(answer) == taken


async def test_rows_without_a_far_end_cost_nothing(acme: Tenant) -> None:
    await acme.deal()
    assert statements(await acme.graphql_response("{ deals { nodes { contact { id } } } }")) == 1


@pytest.mark.parametrize("count", [1, 10, 100])
async def test_nodes_of_many_kinds_take_one_look_up_and_one_read_a_kind(acme: Tenant, count: int) -> None:
    contacts = await add(acme, CONTACT, [{}] * (count // 2 + 1))
    deals = await add(acme, DEAL, [{"title": "t"}] * (count - len(contacts))) if count > len(contacts) else []
    answer = await acme.graphql_response("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=contacts + deals)
    assert [node["id"] for node in answer.json()["data"]["nodes"]] == contacts + deals
    assert statements(answer) == (3 if deals else 2)
