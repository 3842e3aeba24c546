"""The same data through both doors: ids, counts, order and values."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schema.filters import entity
from tests.schema.test_filters import rows
from tests.tenant import Tenant

__all__ = ["rows"]
QUICK = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
PATHS = {"contact": "/api/crm/contacts", "deal": "/api/crm/deals", "conversation": "/api/conversations", "agent": "/api/agents"}
ENUMERATIONS = {"stage", "status", "channel", "senderType", "role", "messageType"}
# Shown over REST alone, or as an edge in GraphQL.
REST_ONLY = {"_id", "company_id", "contacts", "threads"}


def camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.title() for word in rest)


def as_rest(node: dict[str, Any]) -> dict[str, Any]:
    """A GraphQL row in REST's words."""
    return {key: value.lower().replace("_", "-") if key in ENUMERATIONS and value else value for key, value in node.items()}


def as_graphql(row: dict[str, Any]) -> dict[str, Any]:
    """A REST row under GraphQL's names."""
    return {camel(key): value for key, value in row.items() if key not in REST_ONLY}


def selection(noun: str) -> str:
    return " ".join(camel(column.name) for column in entity(noun).columns.values())


async def both(tenant: Tenant, noun: str, query: dict[str, Any], wanted: dict[str, Any]) -> tuple[Any, Any]:
    """Rows and totals through REST and through GraphQL."""
    plural = PATHS[noun].rsplit("/", 1)[1]
    listed = (await tenant.rest("GET", PATHS[noun], params=query)).json()
    document = f"""query ($first: PageSize, $filter: {noun.title()}Filter) {{
      found: {plural}(first: $first, filter: $filter) {{ totalCount nodes {{ {selection(noun)} }} }} }}"""
    found = (await tenant.data(document, first=query.get("limit", 20) + query.get("offset", 0), filter=wanted))["found"]
    rest = [as_graphql(row) for row in listed[plural]]
    graphql = [as_rest(node) for node in found["nodes"][query.get("offset", 0) :]]
    return (rest, listed.get("total")), (graphql, found["totalCount"])


PAGES = st.fixed_dictionaries({}, optional={"limit": st.integers(0, 40), "offset": st.integers(0, 15)})


@QUICK
@given(page=PAGES, search=st.sampled_from([None, "a", "É", "%", "_", "lamp", "o'x", "\\", "zzz"]))
async def test_contacts(acme: Tenant, rows: dict[str, Any], page: dict[str, int], search: str | None) -> None:
    rest, graphql = await both(acme, "contact", page | ({"search": search} if search else {}), {"search": search} if search else {})
    assert rest == graphql


@QUICK
@given(page=PAGES, stage=st.sampled_from([None, "lead", "qualified", "closed-won", "closed-lost"]), contact=st.integers(-1, 12))
async def test_deals(acme: Tenant, rows: dict[str, Any], page: dict[str, int], stage: str | None, contact: int) -> None:
    query: dict[str, Any] = dict(page)
    wanted: dict[str, Any] = {}
    if stage:
        query["stage"], wanted["stage"] = stage, {"eq": stage.upper().replace("-", "_")}
    if contact >= 0:
        query["contact_id"] = rows["contact"][contact]["id"]
        wanted["contactId"] = {"eq": query["contact_id"]}
    rest, graphql = await both(acme, "deal", query, wanted)
    assert rest == graphql


@QUICK
@given(page=PAGES, status=st.sampled_from([None, "active", "ended", "archived"]), channel=st.sampled_from([None, "chat", "voice", "sms"]))
async def test_conversations(acme: Tenant, rows: dict[str, Any], page: dict[str, int], status: str | None, channel: str | None) -> None:
    given_values = {name: value for name, value in (("status", status), ("channel", channel)) if value}
    wanted = {name: {"eq": value.upper()} for name, value in given_values.items()}
    rest, graphql = await both(acme, "conversation", page | given_values, wanted)
    assert rest == graphql


async def test_agents(acme: Tenant, rows: dict[str, Any]) -> None:
    rest, graphql = await both(acme, "agent", {}, {})
    assert rest[0] == graphql[0]
    assert graphql[1] == len(rest[0]) == 13


async def test_messages(acme: Tenant, rows: dict[str, Any]) -> None:
    for conversation in rows["conversation"][:3]:
        listed = (await acme.rest("GET", f"/api/conversations/{conversation['id']}/messages?limit=3&offset=1")).json()
        document = f"""query ($id: ID!) {{ conversation(id: $id) {{ messages(last: 4, filter: {{threadId: {{isNull: true}}}}) {{
          totalCount nodes {{ {selection("message")} }} }} }} }}"""
        found = (await acme.data(document, id=conversation["id"]))["conversation"]["messages"]
        assert [as_graphql(row) for row in listed["messages"]] == [as_rest(node) for node in found["nodes"][:-1][-3:]]
        assert listed["total"] == found["totalCount"]


async def test_what_one_door_writes_the_other_shows(acme: Tenant) -> None:
    given_values = {"email": "Ü@example.com", "tags": ["a,b", '"'], "metadata": {"deep": [1.25, {"k": None}], "big": 2**53}}
    mutation = "mutation ($input: CreateContactInput!) { createContact(input: $input) { contact { %s } } }" % selection("contact")  # noqa: UP031
    made = (await acme.data(mutation, input=given_values))["createContact"]["contact"]
    shown = (await acme.rest("GET", f"/api/crm/contacts/{made['id']}")).json()["contact"]
    assert as_graphql(shown) == made
    changed = (await acme.rest("PATCH", f"/api/crm/contacts/{made['id']}", json={"tags": []})).json()["contact"]
    assert (await acme.data("query ($id: ID!) { contact(id: $id) { tags updatedAt } }", id=made["id"]))["contact"] == {
        "tags": [],
        "updatedAt": changed["updated_at"],
    }
