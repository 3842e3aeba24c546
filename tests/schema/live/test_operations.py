"""Operations on one socket: each for itself, bounded in number, and nothing left of them when they end."""

import asyncio
from typing import Any

import pytest

from settings import Settings
from tests.schema.live.client import Client
from tests.schema.live.serving import eventually, serving, subscribers

CONTACTS = "subscription { contactChanged { id } }"
DEALS = "subscription { dealChanged { id } }"
CREATE = 'mutation { createContact(input: {email: "a@b.c"}) { contact { email } } }'
REFUSED: dict[str, tuple[Any, str]] = {
    "no query": ({}, "BAD_REQUEST"),
    "query null": ({"query": None}, "BAD_REQUEST"),
    "query number": ({"query": 1}, "BAD_REQUEST"),
    "empty": ({"query": ""}, "BAD_REQUEST"),
    "variables list": ({"query": CONTACTS, "variables": [1]}, "BAD_REQUEST"),
    "extensions text": ({"query": CONTACTS, "extensions": "x"}, "BAD_REQUEST"),
    "operation name number": ({"query": CONTACTS, "operationName": 1}, "BAD_REQUEST"),
    "no syntax": ({"query": "{"}, "GRAPHQL_PARSE_FAILED"),
    "unknown field": ({"query": "subscription { nothing { id } }"}, "GRAPHQL_VALIDATION_FAILED"),
    "two root fields": ({"query": "subscription { contactChanged { id } dealChanged { id } }"}, "GRAPHQL_VALIDATION_FAILED"),
    "introspection": ({"query": "subscription { __typename }"}, "GRAPHQL_VALIDATION_FAILED"),
    "no selection": ({"query": "subscription { contactChanged }"}, "GRAPHQL_VALIDATION_FAILED"),
    "unknown operation": ({"query": CONTACTS, "operationName": "Other"}, "OPERATION_NOT_FOUND"),
    "two operations": ({"query": "subscription A { contactChanged { id } } query B { __typename }"}, "OPERATION_NOT_FOUND"),
    "argument missing": ({"query": "subscription { messageAdded { id } }"}, "GRAPHQL_VALIDATION_FAILED"),
    "variable missing": ({"query": "subscription ($id: ID!) { messageAdded(conversationId: $id) { id } }"}, "BAD_USER_INPUT"),
    "variable null that decides": (
        {"query": "subscription ($yes: Boolean = true) { contactChanged { id type @include(if: $yes) } }", "variables": {"yes": None}},
        "BAD_USER_INPUT",
    ),
    "id that is none": ({"query": 'subscription { messageAdded(conversationId: "1") { id } }'}, "VALIDATION_ERROR"),
    "filter that is wrong": (
        {"query": 'subscription { contactChanged(filter: {email: {contains: "\\u0000"}}) { id } }'},
        "VALIDATION_ERROR",
    ),
    "deep": (
        {"query": "subscription { contactChanged { contact " + "{ deals { nodes { contact " * 9 + "{ id }" + " } } }" * 9 + " } }"},
        "QUERY_TOO_DEEP",
    ),
}


@pytest.mark.parametrize(("payload", "code"), REFUSED.values(), ids=REFUSED)
async def test_what_cannot_run_is_an_error_of_its_own(settings: Settings, payload: Any, code: str) -> None:
    async with serving(settings) as served, served.socket((await served.tenant()).token) as client:
        await client.say("subscribe", id="1", payload=payload)
        answer = await client.hear()
        assert (answer["id"], answer["type"]) == ("1", "error")
        assert {each["extensions"]["code"] for each in answer["payload"]} == {code}
        assert all(each["message"] for each in answer["payload"])
        await client.subscribe("1", "{ __typename }")
        assert await client.told("1") == {"__typename": "Query"}
        assert await client.hear() == {"id": "1", "type": "complete"}


async def test_queries_and_mutations_of_one_socket_run_side_by_side(settings: Settings) -> None:
    async with serving(settings) as served:
        tenant = await served.tenant()
        async with served.socket(tenant.token) as client:
            await client.subscribe("live", CONTACTS)
            await served.heard()
            for number in range(20):
                await client.subscribe(str(number), CREATE)
            heard = [await client.hear() for _ in range(60)]
            data = [each["payload"]["data"] for each in heard if each["type"] == "next" and each["id"] != "live"]
            assert data == [{"createContact": {"contact": {"email": "a@b.c"}}}] * 20
            assert sorted(each["id"] for each in heard if each["type"] == "complete") == sorted(map(str, range(20)))
            rows = (await tenant.data("{ contacts(first: 50) { nodes { id } } }"))["contacts"]["nodes"]
            told = [each["payload"]["data"]["contactChanged"]["id"] for each in heard if each["id"] == "live"]
            assert sorted(told) == sorted(row["id"] for row in rows)
            await client.subscribe("count", "{ contacts { totalCount } }")
            assert await client.told("count") == {"contacts": {"totalCount": 20}}


async def test_two_subscriptions_of_one_socket_are_told_apart(settings: Settings) -> None:
    async with serving(settings) as served:
        tenant = await served.tenant()
        async with served.socket(tenant.token) as client:
            for name, query in (("c", CONTACTS), ("d", DEALS), ("c2", "subscription { contactChanged { contact { email } } }")):
                await client.subscribe(name, query)
            await eventually(lambda: len(subscribers(served.hub)) == 3)
            contact, deal = await tenant.contact(email="x@y.z"), await tenant.deal()
            heard = {each["id"]: each["payload"]["data"] for each in [await client.hear() for _ in range(3)]}
            assert heard == {
                "c": {"contactChanged": {"id": contact["id"]}},
                "c2": {"contactChanged": {"contact": {"email": "x@y.z"}}},
                "d": {"dealChanged": {"id": deal["id"]}},
            }
            await client.say("complete", id="c")
            await eventually(lambda: len(subscribers(served.hub)) == 2)
            await tenant.contact(email="x@y.z")
            assert (await client.hear())["id"] == "c2"
            assert await client.silent()


async def test_one_subscription_more_than_allowed_is_refused_alone(settings: Settings) -> None:
    async with serving(settings, live_subscriptions=3) as served:
        tenant = await served.tenant()
        async with served.socket(tenant.token) as client, served.socket(tenant.token) as other:
            for number in range(5):
                await client.subscribe(str(number), CONTACTS)
            refused = [await client.hear() for _ in range(2)]
            assert [(each["id"], each["type"]) for each in refused] == [("3", "error"), ("4", "error")]
            assert {each["payload"][0]["extensions"]["code"] for each in refused} == {"TOO_MANY_SUBSCRIPTIONS"}
            await other.subscribe("3", CONTACTS)
            await eventually(lambda: len(subscribers(served.hub)) == 4)
            await client.say("complete", id="0")
            await client.subscribe("3", CONTACTS)
            await eventually(lambda: len(subscribers(served.hub)) == 4)
            contact = await tenant.contact()
            heard = [await client.hear() for _ in range(3)]
            assert sorted(each["id"] for each in heard) == ["1", "2", "3"]
            assert await other.told("3") == {"contactChanged": {"id": contact["id"]}}


async def test_ten_thousand_subscriptions_on_one_socket_are_fifty(settings: Settings) -> None:
    async with serving(settings, pool_timeout=20) as served:
        tenant = await served.tenant()
        async with served.socket(tenant.token) as client:
            refused = asyncio.create_task(_errors(client, 9_950))
            for number in range(10_000):
                await client.subscribe(str(number), CONTACTS)
            assert await refused == {"TOO_MANY_SUBSCRIPTIONS"}
            await eventually(lambda: len(subscribers(served.hub)) == 50)
            await tenant.contact()
            assert {(await client.hear())["id"] for _ in range(50)} == {str(number) for number in range(50)}


async def _errors(client: Client, count: int) -> set[str]:
    return {(await client.hear(30))["payload"][0]["extensions"]["code"] for _ in range(count)}


async def test_unsubscribing_ends_the_work(settings: Settings) -> None:
    async with serving(settings) as served:
        tenant = await served.tenant()
        async with served.socket(tenant.token) as client:
            for number in range(10):
                await client.subscribe(str(number), CONTACTS)
            await eventually(lambda: len(subscribers(served.hub)) == 10)
            for number in range(10):
                await client.say("complete", id=str(number))
            await eventually(lambda: not served.hub._companies)
            await tenant.contact()
            assert await client.silent()
        async with served.socket(tenant.token) as leaving:
            await leaving.subscribe("1", CONTACTS)
            await served.heard()
        await eventually(lambda: not served.hub._companies)


async def test_a_mutation_that_was_begun_counts_whatever_the_client_does_next(settings: Settings) -> None:
    """Completed or cut off in between, it either happened whole, event and all, or not at all."""
    async with serving(settings) as served:
        tenant = await served.tenant()
        for number in range(40):
            async with served.socket(tenant.token) as client:
                await client.subscribe("1", CREATE)
                await asyncio.sleep(0.0005 * (number % 20))
                if number % 2:
                    await client.say("complete", id="1")
                    await client.say("ping")
                    while (await client.hear())["type"] != "pong":
                        pass
                else:
                    client.raw.transport.abort()
        await eventually(lambda: not served.app.services.database.writes._waiting)
        told = await tenant.data("{ contacts { totalCount } }")
        from tests.resolvers.log import types

        assert await types(tenant) == ["contact.created"] * told["contacts"]["totalCount"]


@pytest.mark.parametrize("skipped", ["@skip(if: true)", "@include(if: false)"])
async def test_a_subscription_of_nothing_is_no_silence(settings: Settings, skipped: str) -> None:
    async with serving(settings) as served, served.socket((await served.tenant()).token) as client:
        await client.subscribe("1", f"subscription {{ contactChanged {skipped} {{ id }} }}")
        assert (await client.hear())["type"] == "error"


async def test_aliases_fragments_and_variables(settings: Settings) -> None:
    query = """
      subscription ($email: String!) { changed: contactChanged(filter: {email: {eq: $email}}) { ...one again: id __typename } }
      fragment one on ContactEvent { type contact { address: email ... on Contact { id } } }
    """
    async with serving(settings) as served:
        tenant = await served.tenant()
        async with served.socket(tenant.token) as client:
            await client.subscribe("1", query, email="x@y.z")
            await served.heard()
            await tenant.contact(email="a@b.c")
            row = await tenant.contact(email="x@y.z")
            contact = {"address": "x@y.z", "id": row["id"]}
            event = {"type": "contact.created", "contact": contact, "again": row["id"], "__typename": "ContactEvent"}
            assert await client.told("1") == {"changed": event}


async def test_clients_that_leave_in_the_middle_leave_nothing_unhandled(settings: Settings) -> None:
    async with serving(settings) as served:
        tenant = await served.tenant()
        for number in range(30):
            async with served.socket(tenant.token) as client:
                for name in "12345":
                    await client.subscribe(name, CONTACTS)
                await served.heard()
                writing = asyncio.create_task(tenant.contact())
                await client.say("ping")
                await asyncio.sleep(0.002 * (number % 15))
                client.raw.transport.abort()
                await writing
