"""How a connection begins: the protocol, the initialisation, the credential, and each way to get them wrong."""

import asyncio
from typing import Any
from uuid import uuid4

import orjson
import pytest
from jwt import PyJWT
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

import schema.live.socket
from resolvers.auth.issue import Terms, issue_token
from settings import Settings
from tests.schema.live.client import Client
from tests.schema.live.serving import serving
from tests.tenant import SECRET

CONTACTS = "subscription { contactChanged { id } }"


def token(secret: str = SECRET, **terms: Any) -> str:
    """A token of somebody new."""
    return issue_token(secret, sub=uuid4(), email="new@example.com", lifetime=60, terms=Terms(**terms))


REFUSED = {
    "no token": {},
    "empty": {"Authorization": ""},
    "another scheme": {"Authorization": f"Basic {token()}"},
    "no scheme": {"Authorization": token()},
    "no word after the scheme": {"Authorization": "Bearer "},
    "no text": {"Authorization": [f"Bearer {token()}"]},
    "not a token": {"Authorization": "Bearer abc.def.ghi"},
    "not ASCII": {"Authorization": "Bearer gültig"},
    "expired": {"Authorization": f"Bearer {token(issued_at=1_000_000.0)}"},
    "signed by somebody else": {"Authorization": f"Bearer {token('another-secret-of-more-than-32-bytes-length')}"},
    "signed by nobody": {"Authorization": f"Bearer {PyJWT().encode({'sub': str(uuid4()), 'exp': 9_999_999_999}, '', 'none')}"},
    "for another audience": {"Authorization": f"Bearer {token(audience='somebody-else')}"},
    "too long": {"Authorization": f"Bearer {'a' * 9000}"},
}


@pytest.mark.parametrize("offered", [[], ["graphql-ws"], ["soap", "graphql-ws"], ["GRAPHQL-TRANSPORT-WS"]])
async def test_another_protocol_is_not_acceptable(settings: Settings, offered: list[str]) -> None:
    async with serving(settings) as served:
        chosen = [Subprotocol(each) for each in offered] or None
        async with connect(f"ws://127.0.0.1:{served.port}/graphql", subprotocols=chosen) as raw:
            assert await Client(raw).closed() == 4406


async def test_the_protocol_is_chosen_from_several(settings: Settings) -> None:
    async with serving(settings) as served:
        offered = [Subprotocol(each) for each in ("graphql-ws", "graphql-transport-ws")]
        async with connect(f"ws://127.0.0.1:{served.port}/graphql", subprotocols=offered) as raw:
            assert raw.subprotocol == "graphql-transport-ws"
            await Client(raw).init((await served.tenant()).token)


async def test_whoever_subscribes_before_the_acknowledgement_is_unauthorised(settings: Settings) -> None:
    async with serving(settings) as served, served.socket() as client:
        await client.subscribe("1", CONTACTS)
        assert await client.closed() == 4401


async def test_whoever_does_not_initialise_in_time_is_let_go(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert schema.live.socket.INIT_WITHIN == 10
    async with serving(settings) as served:
        tenant = await served.tenant()
        await tenant.contact()
        monkeypatch.setattr(schema.live.socket, "INIT_WITHIN", 0.5)
        async with served.socket(tenant.token) as initialised, served.socket() as silent, served.socket() as chatty:
            await chatty.say("ping")
            assert await chatty.hear() == {"type": "pong"}
            assert await silent.closed(3.0) == 4408
            assert await chatty.closed(3.0) == 4408
            await asyncio.sleep(0.5)
            await initialised.say("ping")
            assert await initialised.hear() == {"type": "pong"}


async def test_one_initialisation_is_enough(settings: Settings) -> None:
    async with serving(settings) as served:
        tenant = await served.tenant()
        async with served.socket(tenant.token) as client:
            await client.say("connection_init", payload={"Authorization": f"Bearer {tenant.token}"})
            assert await client.closed() == 4429
        async with served.socket() as hasty:
            for _ in range(2):
                await hasty.say("connection_init", payload={"Authorization": f"Bearer {tenant.token}"})
            assert await hasty.closed() == 4429


@pytest.mark.parametrize("payload", REFUSED.values(), ids=REFUSED)
async def test_a_credential_that_does_not_verify_is_forbidden(settings: Settings, payload: dict[str, Any]) -> None:
    async with serving(settings) as served, served.socket() as client:
        await client.say("connection_init", payload=payload)
        assert await client.closed() == 4403


async def test_no_payload_at_all_is_forbidden(settings: Settings) -> None:
    async with serving(settings) as served, served.socket() as client:
        await client.say("connection_init")
        assert await client.closed() == 4403


@pytest.mark.parametrize("name", ["Authorization", "authorization"])
@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
async def test_the_names_that_clients_use(settings: Settings, name: str, scheme: str) -> None:
    async with serving(settings) as served, served.socket() as client:
        await client.say("connection_init", payload={name: f"{scheme} {(await served.tenant()).token}"})
        assert await client.hear() == {"type": "connection_ack"}


async def test_a_credential_in_the_handshake_will_do(settings: Settings) -> None:
    async with serving(settings) as served:
        tenant = await served.tenant()
        async with served.socket(additional_headers=tenant.headers) as client:
            await client.say("connection_init")
            assert await client.hear() == {"type": "connection_ack"}
            await client.subscribe("1", "{ viewer { user { email } } }")
            assert await client.told("1") == {"viewer": {"user": {"email": tenant.email}}}


async def test_another_user_may_speak_than_the_one_of_the_handshake(settings: Settings) -> None:
    async with serving(settings) as served:
        one, other = await served.tenant("one@acme.example"), await served.tenant("other@acme.example")
        async with served.socket(other.token, additional_headers=one.headers) as client:
            await client.subscribe("1", "{ viewer { user { email } } }")
            assert await client.told("1") == {"viewer": {"user": {"email": other.email}}}


@pytest.mark.parametrize("more", [1, 60])
async def test_connections_of_one_company_are_bounded_and_of_no_other(settings: Settings, more: int) -> None:
    async with serving(settings, live_connections=2) as served:
        acme, rival = await served.tenant(), await served.tenant("owner@rival.example")
        async with served.socket(acme.token), served.socket(acme.token) as second:
            for _ in range(more):
                async with served.socket() as third:
                    await third.say("connection_init", payload={"Authorization": f"Bearer {acme.token}"})
                    assert await third.closed() == 4429
            async with served.socket(rival.token) as theirs:
                await theirs.say("ping")
                assert await theirs.hear() == {"type": "pong"}
            await second.raw.close()
            await second.raw.wait_closed()
            async with served.socket(acme.token) as third:
                await third.say("ping", payload={"n": 1})
                assert await third.hear() == {"type": "pong", "payload": {"n": 1}}


async def test_a_handshake_with_a_wrong_credential_is_refused_in_http(settings: Settings) -> None:
    from websockets.exceptions import InvalidStatus

    async with serving(settings) as served:
        with pytest.raises(InvalidStatus) as refused:
            async with served.socket(additional_headers={"Authorization": "Bearer abc"}):
                pass
        assert refused.value.response.status_code == 401
        assert orjson.loads(refused.value.response.body or b"")["errors"][0]["extensions"]["code"] == "UNAUTHORIZED"
