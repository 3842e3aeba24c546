"""What is not of the protocol ends the connection with 4400, and breaks nothing on our side."""

import asyncio
from typing import Any

import orjson
import pytest
from websockets.frames import Opcode

from settings import Settings
from tests.schema.live.serving import LARGEST, serving, subscribers

CONTACTS = "subscription { contactChanged { id } }"
QUERY = {"query": "{ contacts { totalCount } }"}


def said(**message: Any) -> str:
    """A message as JSON."""
    return orjson.dumps(message).decode()


MALFORMED: dict[str, str | bytes] = {
    "empty": "",
    "no JSON": "{",
    "two messages in one": said(type="ping") * 2,
    "text": '"ping"',
    "number": "1",
    "null": "null",
    "array": f"[{said(type='ping')}]",
    "empty object": "{}",
    "no type": said(id="1", payload=QUERY),
    "type null": said(type=None),
    "type number": said(type=1),
    "type list": said(type=["ping"]),
    "type object": said(type={"ping": 1}),
    "unknown type": said(type="start", id="1", payload=QUERY),
    "of the server": said(type="next", id="1", payload={"data": None}),
    "acknowledgement": said(type="connection_ack"),
    "error": said(type="error", id="1", payload=[]),
    "upper case": said(type="PING"),
    "type of astral characters": said(type="\N{COLLISION SYMBOL}" * 200),
    "type that is long": said(type="x" * 1000),
    "deep": '{"type":' + "[" * 2000,
    "NUL": "\0",
    "subscribe without id": said(type="subscribe", payload=QUERY),
    "subscribe with id null": said(type="subscribe", id=None, payload=QUERY),
    "subscribe with id number": said(type="subscribe", id=1, payload=QUERY),
    "subscribe with id list": said(type="subscribe", id=["1"], payload=QUERY),
    "subscribe with empty id": said(type="subscribe", id="", payload=QUERY),
    "subscribe with long id": said(type="subscribe", id="x" * 129, payload=QUERY),
    "subscribe without payload": said(type="subscribe", id="1"),
    "subscribe with payload null": said(type="subscribe", id="1", payload=None),
    "subscribe with payload text": said(type="subscribe", id="1", payload=QUERY["query"]),
    "subscribe with a batch": said(type="subscribe", id="1", payload=[QUERY, QUERY]),
    "complete without id": said(type="complete"),
    "complete with id number": said(type="complete", id=1),
    "complete with long id": said(type="complete", id="x" * 129),
    "ping with payload text": said(type="ping", payload="now"),
    "pong with payload list": said(type="pong", payload=[1]),
    "binary ping": said(type="ping").encode(),
    "binary nothing": b"",
    "binary noise": bytes(range(256)),
}


@pytest.mark.parametrize("message", MALFORMED.values(), ids=MALFORMED)
async def test_what_is_not_of_the_protocol_is_4400(settings: Settings, message: str | bytes) -> None:
    """Before the acknowledgement too, where a subscribe of any form is 4401."""
    async with serving(settings) as served:
        async with served.socket((await served.tenant()).token) as client:
            await client.raw.send(message)
            assert await client.closed() == 4400
        async with served.socket() as stranger:
            await stranger.raw.send(message)
            assert await stranger.closed() == (4401 if '"subscribe"' in str(message) else 4400)


@pytest.mark.parametrize("payload", ["text", [1], 1, True], ids=str)
async def test_the_payload_of_an_initialisation_is_an_object(settings: Settings, payload: Any) -> None:
    async with serving(settings) as served, served.socket() as client:
        await client.say("connection_init", payload=payload)
        assert await client.closed() == 4400


async def test_an_id_in_use_is_4409_in_any_characters(settings: Settings) -> None:
    async with serving(settings) as served:
        tenant = await served.tenant()
        for name in ("1", "x" * 128, "\N{COLLISION SYMBOL}" * 128, '\\"\n\0'):
            async with served.socket(tenant.token) as client:
                await client.subscribe(name, CONTACTS)
                await served.heard()
                await client.subscribe(name, CONTACTS)
                assert await client.closed() == 4409, name


async def test_two_at_once_with_one_id_are_4409(settings: Settings) -> None:
    async with serving(settings) as served, served.socket((await served.tenant()).token) as client:
        for _ in range(2):
            await client.subscribe("1", "{ contacts { totalCount } }")
        assert await client.closed() == 4409


async def test_an_id_is_free_again_after_its_operation(settings: Settings) -> None:
    async with serving(settings) as served:
        tenant = await served.tenant()
        async with served.socket(tenant.token) as client:
            for _ in range(20):
                await client.subscribe("1", "{ contacts { totalCount } }")
                assert await client.told("1") == {"contacts": {"totalCount": 0}}
                assert await client.hear() == {"id": "1", "type": "complete"}
            await client.subscribe("1", "{ nothing }")
            assert (await client.hear())["type"] == "error"
            for _ in range(20):
                await client.subscribe("1", CONTACTS)
                await client.say("complete", id="1")
            await client.subscribe("1", CONTACTS)
            await served.heard()
            contact = await tenant.contact()
            assert await client.told("1") == {"contactChanged": {"id": contact["id"]}}
            assert await client.silent()


async def test_pings_are_answered_with_their_payload_at_any_time(settings: Settings) -> None:
    async with serving(settings) as served, served.socket() as client:
        for payload in ({}, {"a": [1, None, "\N{SNOWMAN}"]}):
            await client.say("ping", payload=payload)
            assert await client.hear() == {"type": "pong", "payload": payload}
        await client.say("pong")
        await client.say("pong", payload={"a": 1})
        await client.init((await served.tenant()).token)
        await client.say("ping")
        assert await client.hear() == {"type": "pong"}
        await client.raw.ping()


async def test_completing_what_does_not_run_is_nothing(settings: Settings) -> None:
    async with serving(settings) as served, served.socket((await served.tenant()).token) as client:
        for name in ("1", "x" * 128, "\N{COLLISION SYMBOL}"):
            await client.say("complete", id=name)
        await client.say("ping")
        assert await client.hear() == {"type": "pong"}


async def test_fragments_make_one_message(settings: Settings) -> None:
    async with serving(settings) as served, served.socket() as client:
        await client.raw.send(['{"type":', ' "ping"', "}"])
        assert await client.hear() == {"type": "pong"}


@pytest.mark.parametrize("fragments", [1, 300])
async def test_a_message_of_more_than_256_kilobytes_is_too_big(settings: Settings, fragments: int) -> None:
    async with serving(settings) as served, served.socket((await served.tenant()).token) as client:
        fits = said(type="ping", payload={"x": ""})
        await client.raw.send(said(type="ping", payload={"x": "x" * (LARGEST - len(fits))}))
        assert (await client.hear())["type"] == "pong"
        piece = "x" * (LARGEST // fragments + 1)
        await client.raw.send(piece if fragments == 1 else (piece for _ in range(fragments)))
        assert await client.closed() == 1009
        assert subscribers(served.hub) == []


async def test_text_that_is_not_utf_8_ends_the_connection(settings: Settings) -> None:
    async with serving(settings) as served, served.socket() as client:
        async with client.raw.send_context():
            client.raw.protocol.send_text(b"\xff\xfe")
        assert await client.closed() in {1007, 4400}


async def test_a_frame_that_is_none_ends_the_connection(settings: Settings) -> None:
    async with serving(settings) as served, served.socket() as client:
        client.raw.transport.write(bytes([0x80 | Opcode.TEXT | 0x70, 0x80, 0, 0, 0, 0]))
        assert await client.closed() == 1002


async def test_whoever_says_a_lot_at_once_is_answered_in_order(settings: Settings) -> None:
    async with serving(settings) as served, served.socket((await served.tenant()).token) as client:
        for number in range(5000):
            await client.say("ping", payload={"n": number})
            if number % 100 == 99:
                await asyncio.sleep(0)
        assert [(await client.hear())["payload"]["n"] for _ in range(5000)] == list(range(5000))
