"""What subscribers are told: their own company's events, each once and in order, through the planner and its scopes."""

import asyncio
from typing import Any

import httpx2
import orjson
import pytest

from models.db import Database
from resolvers.contacts import NewContact, create_contact
from resolvers.event_log import newest_place
from tests.schema.live.conftest import Connect
from tests.tenant import Tenant

CONTACTS = "subscription { contactChanged { cursor type occurredAt id contact { email deals { totalCount } } } }"


async def settle() -> None:
    """Time enough for a subscription to have begun."""
    await asyncio.sleep(0.15)


async def test_a_noun_is_told_as_it_changes_with_its_row_as_it_is(acme: Tenant, rival: Tenant, connect: Connect) -> None:
    client = await connect(acme.token)
    await client.subscribe("1", CONTACTS)
    await settle()
    await rival.contact(email="theirs@b.c")
    contact = await acme.contact(email="a@b.c")
    told = (await client.told("1"))["contactChanged"]
    assert (told["type"], told["id"], told["contact"]) == ("contact.created", contact["id"], {"email": "a@b.c", "deals": {"totalCount": 0}})
    assert told["occurredAt"].endswith("Z")
    change = 'mutation ($id: ID!) { updateContact(id: $id, input: {email: "x@y.z"}) { contact { id } } }'
    await acme.data(change, id=contact["id"])
    assert (await client.told("1"))["contactChanged"]["contact"]["email"] == "x@y.z"
    await acme.data("mutation ($id: ID!) { deleteContact(id: $id) { id } }", id=contact["id"])
    told = (await client.told("1"))["contactChanged"]
    assert (told["type"], told["contact"]) == ("contact.deleted", None)
    assert await client.silent()


async def test_messages_of_one_conversation(acme: Tenant, connect: Connect) -> None:
    mine, other = await acme.conversation(), await acme.conversation()
    client = await connect(acme.token)
    query = "subscription ($id: ID!) { messageAdded(conversationId: $id) { message { content conversation { messageCount } } } }"
    await client.subscribe("m", query, id=mine["id"])
    await settle()
    await acme.message(other["id"], "elsewhere")
    await acme.message(mine["id"], "line\nbreak")
    assert (await client.told("m"))["messageAdded"]["message"] == {"content": "line\nbreak", "conversation": {"messageCount": 1}}
    assert await client.silent()


async def test_a_filter_is_held_against_the_row(acme: Tenant, connect: Connect) -> None:
    client = await connect(acme.token)
    query = 'subscription { dealChanged(filter: {stage: {eq: PROPOSAL}, contact: {email: {contains: "vip"}}}) { id } }'
    await client.subscribe("d", query)
    await settle()
    vip, other = await acme.contact(email="vip@b.c"), await acme.contact(email="b@b.c")
    await acme.deal(contact_id=other["id"], stage="proposal")
    await acme.deal(contact_id=vip["id"])
    wanted = await acme.deal(contact_id=vip["id"], stage="proposal")
    assert (await client.told("d"))["dealChanged"] == {"id": wanted["id"]}
    assert await client.silent()


async def test_conversations_are_told_by_id_and_by_filter(acme: Tenant, connect: Connect) -> None:
    client = await connect(acme.token)
    one, other = await acme.conversation(), await acme.conversation()
    query = "subscription ($id: ID!) { conversationUpdated(id: $id) { type conversation { status } } }"
    await client.subscribe("one", query, id=one["id"])
    await client.subscribe("all", "subscription { conversationsChanged(filter: {status: {eq: ENDED}}) { id type } }")
    await settle()
    for row in (other, one):
        await acme.data("mutation ($id: ID!) { endConversation(id: $id) { conversation { id } } }", id=row["id"])
    heard = [await client.hear() for _ in range(6)]
    told = {name: [each["payload"]["data"] for each in heard if each["id"] == name] for name in ("one", "all")}
    assert [each["conversationUpdated"]["type"] for each in told["one"]] == ["conversation.updated", "conversation.ended"]
    assert [each["conversationsChanged"]["id"] for each in told["all"]] == [other["id"]] * 2 + [one["id"]] * 2


async def test_the_log_itself_takes_its_scope(acme: Tenant, connect: Connect) -> None:
    query = 'subscription { events(types: ["contact.created"]) { type entity entityId actorId payload occurredAt id cursor } }'
    allowed, refused = await connect(acme.token), await connect(acme.narrowed("contacts:read").token)
    await refused.subscribe("e", query)
    answer = await refused.hear()
    assert (answer["type"], answer["payload"][0]["extensions"]) == ("error", {"code": "FORBIDDEN", "scope": "events:read"})
    await allowed.subscribe("e", query)
    await settle()
    await acme.deal()
    contact = await acme.contact()
    told = (await allowed.told("e"))["events"]
    assert (told["entity"], told["entityId"], told["actorId"]) == ("contact", contact["id"], str(acme.user_id))
    assert told["payload"] == {"source": "api"}


async def test_a_missing_scope_hides_its_edge_alone(acme: Tenant, connect: Connect) -> None:
    client = await connect(acme.narrowed("contacts:read", "contacts:write").token)
    await client.subscribe("1", CONTACTS)
    await settle()
    await acme.contact()
    answer = (await client.hear())["payload"]
    assert answer["data"]["contactChanged"]["contact"]["deals"] is None
    missing = [(each["path"], each["extensions"]["scope"]) for each in answer["errors"]]
    assert missing == [(["contactChanged", "contact", "deals"], "deals:read")]


async def test_a_cursor_resumes_without_loss_or_repetition(acme: Tenant, connect: Connect) -> None:
    first = await connect(acme.token)
    await first.subscribe("1", "subscription { contactChanged { cursor id } }")
    await settle()
    ids = [(await acme.contact())["id"] for _ in range(5)]
    told = [(await first.told("1"))["contactChanged"] for _ in range(2)]
    await first.raw.close()
    ctx = acme.ctx()
    async with ctx.db.transaction():
        ids += [str((await create_contact(ctx, NewContact())).id) for _ in range(500)]
    second = await connect(acme.token)
    query = "subscription ($after: String!) { contactChanged(after: $after) { cursor id } }"
    await second.subscribe("1", query, after=told[-1]["cursor"])
    rest = [(await second.told("1"))["contactChanged"]["id"] for _ in range(503)]
    assert [each["id"] for each in told] + rest == ids
    ids.append((await acme.contact())["id"])
    assert (await second.told("1"))["contactChanged"]["id"] == ids[-1]
    assert await second.silent()


async def test_an_event_whose_transaction_commits_late_is_not_skipped(acme: Tenant, connect: Connect) -> None:
    client = await connect(acme.token)
    await client.subscribe("1", "subscription { contactChanged { id } }")
    await settle()
    ctx = acme.ctx()
    from models.contact import CONTACT
    from models.ids import new_id
    from resolvers.ctx import store_events
    from resolvers.events import created

    async with ctx.db.transaction():
        slow = await ctx.db.insert(CONTACT, {"id": new_id(), "email": "slow@b.c"})
        ctx.emit(created(slow))
        await store_events(ctx)
        quick = await acme.contact(email="quick@b.c")
        assert await client.silent()
    assert [(await client.told("1"))["contactChanged"]["id"] for _ in range(2)] == [str(slow.id), quick["id"]]


@pytest.mark.parametrize("after", ["", "x", "W10", "WyJldmVudCIsMSwyLDNd!", "W1widlwiXQ"])
async def test_a_cursor_that_is_none_is_said(acme: Tenant, connect: Connect, after: str) -> None:
    client = await connect(acme.token)
    await client.subscribe("1", "subscription ($after: String) { contactChanged(after: $after) { id } }", after=after)
    answer = await client.hear()
    assert (answer["type"], answer["payload"][0]["extensions"]["code"]) == ("error", "VALIDATION_ERROR")


async def test_what_the_log_no_longer_has_is_said_and_not_passed_over(acme: Tenant, database: Database, connect: Connect) -> None:
    from datetime import UTC, datetime

    old = (await newest_place(acme.ctx())).cursor(datetime(2020, 1, 1, tzinfo=UTC))
    client = await connect(acme.token)
    await client.subscribe("1", "subscription ($after: String) { contactChanged(after: $after) { id cursor } }", after=old)
    gap = (await client.hear())["payload"]
    assert (gap["data"], gap["errors"][0]["extensions"]["code"]) == (None, "EVENTS_GAP")
    contact = await acme.contact()
    assert (await client.told("1"))["contactChanged"]["id"] == contact["id"]


async def test_queries_and_mutations_run_over_the_socket_too(acme: Tenant, connect: Connect) -> None:
    client = await connect(acme.token)
    await client.subscribe("q", "{ contacts { totalCount } }")
    assert (await client.told("q")) == {"contacts": {"totalCount": 0}}
    assert await client.hear() == {"id": "q", "type": "complete"}
    await client.subscribe("q", 'mutation { createContact(input: {email: "a@b.c"}) { contact { email } } }')
    assert (await client.told("q"))["createContact"]["contact"]["email"] == "a@b.c"


async def lines(answer: httpx2.Response) -> Any:
    event: dict[str, str] = {}
    async for line in answer.aiter_lines():
        if line.startswith(":"):
            continue
        if line:
            name, _, value = line.partition(": ")
            event[name] = value
        elif event:
            if "event" in event:
                yield event
            event = {}


async def test_server_sent_events_carry_cursors_and_resume_after_the_last(acme: Tenant, port: int) -> None:
    headers = acme.headers | {"Accept": "text/event-stream"}
    body = {"query": "subscription { contactChanged { id } }"}
    url = f"http://127.0.0.1:{port}/graphql"
    async with httpx2.AsyncClient(timeout=5) as client:
        async with client.stream("POST", url, headers=headers, json=body) as answer:
            assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (200, "text/event-stream")
            await settle()
            first = await acme.contact()
            event = await anext(lines(answer))
        assert (event["event"], orjson.loads(event["data"])["data"]) == ("next", {"contactChanged": {"id": first["id"]}})
        missed = [(await acme.contact())["id"] for _ in range(3)]
        async with client.stream("POST", url, headers=headers | {"Last-Event-ID": event["id"]}, json=body) as answer:
            told = lines(answer)
            assert [orjson.loads((await anext(told))["data"])["data"]["contactChanged"]["id"] for _ in range(3)] == missed


async def test_server_sent_events_answer_queries_and_refuse_what_is_wrong(acme: Tenant, port: int) -> None:
    headers, url = acme.headers | {"Accept": "text/event-stream"}, f"http://127.0.0.1:{port}/graphql"
    async with httpx2.AsyncClient(timeout=5) as client:
        answer = await client.post(url, headers=headers, json={"query": "{ contacts { totalCount } }"})
        assert answer.text.endswith("event: complete\ndata: {}\n\n")
        assert orjson.loads(answer.text.splitlines()[1].removeprefix("data: "))["data"] == {"contacts": {"totalCount": 0}}
        answer = await client.post(url, headers=headers, json={"query": 'subscription { messageAdded(conversationId: "x") { id } }'})
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (400, "VALIDATION_ERROR")
        told_at_once = acme.headers | {"Accept": "application/graphql-response+json"}
        answer = await client.post(url, headers=told_at_once, json={"query": "subscription { contactChanged { id } }"})
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (400, "SUBSCRIPTION_NOT_SUPPORTED")
