"""F22 and the front gate: who comes in, who pays, and what every answer carries."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from time_machine import Traveller

from resolvers.errors import Unavailable
from resolvers.principal import Principal
from settings import Settings, SettingsError
from tests.web.asgi import Headers, Reply, Tokens, bearer, call, edge, guarded, http, person, render, responding
from tests.web.conftest import Valkey
from web.access import AccessMiddleware, Doors
from web.budgets import Budgets
from web.limits import Limiter, Verdict

NAMES = ("limit", "remaining", "reset")
OK = responding(200, b"ok")


def gate(tokens: Tokens | None = None, **settings: Any) -> ASGIApp:
    return guarded(OK, tokens or Tokens(good=person()), time.time, **settings)


def rate(reply: Reply) -> tuple[str, ...]:
    """Limit, remaining, reset; the twins must say the same."""
    plain = tuple(reply.header(f"ratelimit-{name}") for name in NAMES)
    assert plain == tuple(reply.header(f"x-ratelimit-{name}") for name in NAMES)
    return plain


async def test_a_valid_token_comes_in_and_pays_for_its_user(clock: Traveller) -> None:
    scope = http(headers=bearer("good"))
    reply = await call(gate(), scope)
    assert (reply.status, reply.body) == (200, b"ok")
    assert rate(reply) == ("1000", "999", "3600")
    assert reply.header("ratelimit-policy") == "1000;w=3600"
    assert scope["state"]["principal"] == person()


async def test_a_remembered_token_is_not_verified_again(clock: Traveller) -> None:
    tokens = Tokens()
    tokens.remembered["good"] = person()
    assert (await call(gate(tokens), http(headers=bearer("good")))).status == 200
    assert tokens.verified == 0


async def test_an_anonymous_caller_reaches_public_paths_and_pays_for_the_address(clock: Traveller) -> None:
    scope = http("/health")
    reply = await call(gate(), scope)
    assert (reply.status, scope["state"]["principal"]) == (200, None)
    assert rate(reply) == ("600", "599", "60")


@pytest.mark.parametrize(
    "path",
    [
        "/api/agents",
        "/api/agents/",
        "//api/agents",
        "/API/agents",
        "/api%2Fagents",
        "/api/./agents",
        "/health/",
        "//health",
        "/HEALTH",
        "/health%2e",
        "/health/../api/agents",
        "/public/agents/..",
        "/public/agents\\..\\api",
        "/health\x00",
        "/health\n",
        "health",
        "",
        "*",
        "http://host/health",
    ],
)
async def test_no_spelling_of_a_path_is_a_way_around(clock: Traveller, path: str) -> None:
    reply = await call(gate(), http(path))
    assert (reply.status, reply.code) == (401, "UNAUTHORIZED")
    assert reply.header("www-authenticate") == "Bearer"


@pytest.mark.parametrize("path", ["/health/../api/agents", "//health", "/health/.", "/health%00", "/health\\x", "/health/\x7f"])
async def test_a_foldable_path_is_not_public_even_if_the_list_says_so(clock: Traveller, path: str) -> None:
    budgets = Budgets(Limiter(None), Settings())
    app = edge(AccessMiddleware(OK, authenticate=Tokens(), budgets=budgets, doors=Doors(lambda _path, _method: True, render)))
    assert (await call(app, http(path))).status == 401
    assert (await call(app, http("/.well-known/x"))).status == 200


@pytest.mark.parametrize("method", ["get", "Get", "HEAD", "POST", "OPTIONS", "TRACE", "", "GET\t"])
async def test_no_spelling_of_a_method_is_a_way_around(clock: Traveller, method: str) -> None:
    headers = [(b"x-http-method-override", b"GET")]
    assert (await call(gate(), http("/health", method, headers))).status == 401


@pytest.mark.parametrize(
    "headers",
    [
        bearer("bad"),
        bearer(""),
        bearer(" "),
        [(b"authorization", b"")],
        [(b"authorization", b"Bearer")],
        [(b"authorization", b"Basic Z29vZA==")],
        [(b"authorization", b"good")],
        [(b"authorization", b"Bearer good\xff")],
        [*bearer("good"), *bearer("good")],
        [*bearer("bad"), *bearer("good")],
    ],
)
@pytest.mark.parametrize("path", ["/api/agents", "/health"])
async def test_a_credential_that_fails_answers_401_and_the_address_pays(clock: Traveller, headers: Headers, path: str) -> None:
    app = gate()
    reply = await call(app, http(path, headers=headers))
    assert (reply.status, reply.code) == (401, "UNAUTHORIZED")
    assert rate(reply) == ("600", "599", "60")


async def test_the_scheme_is_written_in_any_case(clock: Traveller) -> None:
    assert (await call(gate(), http(headers=[(b"authorization", b"bEARER  good ")]))).status == 200


async def test_a_verifier_that_is_away_answers_its_own_error_with_rate_headers(clock: Traveller) -> None:
    class Away(Tokens):
        async def __call__(self, token: str) -> Principal:
            raise Unavailable("Keys can't be read now", retry_after=7)

    reply = await call(gate(Away()), http(headers=bearer("x")))
    assert (reply.status, reply.header("retry-after")) == (503, "7")
    assert rate(reply) == ("600", "599", "60")


async def test_a_door_that_checks_credentials_itself_gets_them_unverified(clock: Traveller) -> None:
    tokens = Tokens()
    reply = await call(gate(tokens), http("/hooks/1", headers=bearer("hook-secret")))
    assert (reply.status, tokens.verified) == (401, 0)  # /hooks/ is not in this list of public paths
    budgets = Budgets(Limiter(None), Settings())
    doors = Doors(lambda path, _method: path == "/hooks/1", render, checks_itself=lambda path: path == "/hooks/1")
    app = edge(AccessMiddleware(OK, authenticate=tokens, budgets=budgets, doors=doors))
    reply = await call(app, http("/hooks/1", headers=bearer("hook-secret")))
    assert (reply.status, tokens.verified, rate(reply)[0]) == (200, 0, "600")


async def test_over_the_limit_answers_429_with_retry_after(clock: Traveller) -> None:
    app = gate(limit_user="2/minute")
    replies = [await call(app, http(headers=bearer("good"))) for _ in range(3)]
    assert [reply.status for reply in replies] == [200, 200, 429]
    assert (replies[2].code, replies[2].header("retry-after"), rate(replies[2])) == ("RATE_LIMITED", "61", ("2", "0", "61"))
    clock.shift(61)
    assert (await call(app, http(headers=bearer("good")))).status == 200


async def test_wrong_credentials_are_limited_by_address(clock: Traveller) -> None:
    app = gate(limit_anonymous="5/minute")
    statuses = [(await call(app, http(headers=bearer(f"guess{n}")))).status for n in range(7)]
    assert statuses == [401] * 5 + [429] * 2
    assert (await call(app, http(headers=bearer("good")))).status == 200


async def test_a_user_is_one_over_tokens_addresses_paths_and_methods(clock: Traveller) -> None:
    app = gate(Tokens(one=person(), two=person()), limit_user="4/minute")
    ways = [
        http("/api/agents", headers=bearer("one"), client=("198.51.100.1", 1)),
        http("/API//agents", "POST", bearer("two"), client=("198.51.100.2", 1)),
        http("/graphql", "QUERY", [*bearer("one"), (b"x-forwarded-for", b"1.2.3.4")]),
        http("/health", headers=bearer("two"), type="websocket", extensions={"websocket.http.response": {}}),
        http("/health", headers=bearer("two")),
    ]
    assert [(await call(app, way)).status for way in ways] == [200, 200, 200, 200, 429]


async def test_forged_forwarding_headers_buy_no_second_budget(clock: Traveller) -> None:
    app = gate(limit_anonymous="3/minute")
    forged = [[(name, f"1.2.3.{n}".encode())] for n, name in enumerate([b"x-forwarded-for", b"x-real-ip", b"forwarded", b"x-client-ip"])]
    assert [(await call(app, http("/health", headers=headers))).status for headers in forged] == [200, 200, 200, 429]


async def test_behind_a_trusted_proxy_each_client_has_a_budget(clock: Traveller) -> None:
    app = gate(limit_anonymous="1/minute", trusted_proxies=("203.0.113.0/24",))
    clients = [http("/health", headers=[(b"x-forwarded-for", f"9.9.9.9, 198.51.100.{n}".encode())]) for n in (1, 2, 2)]
    assert [(await call(app, client)).status for client in clients] == [200, 200, 429]


@pytest.mark.parametrize("setting", ["limit_user", "limit_anonymous"])
def test_a_bad_limit_stops_the_start(setting: str) -> None:
    bad: dict[str, Any] = {setting: "lots"}
    with pytest.raises(SettingsError, match=f"PARLEY_{setting.upper()}"):
        Budgets(Limiter(None), Settings(**bad))


@pytest.mark.parametrize("status", [200, 201, 204, 304, 400, 404, 413, 500])
async def test_every_answer_of_the_app_carries_rate_headers(clock: Traveller, status: int) -> None:
    app = guarded(responding(status), Tokens(good=person()), time.time)
    assert rate(await call(app, http(headers=bearer("good")))) == ("1000", "999", "3600")


async def test_a_door_may_tell_the_verdict_of_its_own_budget(clock: Traveller) -> None:
    async def door(scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"]["rate"] = Verdict(True, 100, 42, 7, 60)
        await OK(scope, receive, send)

    reply = await call(guarded(door, Tokens(), time.time), http("/health"))
    assert (rate(reply), reply.header("ratelimit-policy")) == (("100", "42", "7"), "100;w=60")


async def test_a_stream_is_passed_on_piece_by_piece(clock: Traveller) -> None:
    sent: list[Message] = []
    arrived: list[int] = []

    async def events(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
        for _ in range(3):
            await send({"type": "http.response.body", "body": b"data: x\n\n", "more_body": True})
            arrived.append(len(sent))
        await send({"type": "http.response.body"})

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.request"}

    await guarded(events, Tokens(), time.time)(http("/health"), receive, send)
    assert arrived == [2, 3, 4]
    assert rate(Reply(sent))[0] == "600"


async def test_a_start_message_that_an_app_keeps_is_not_written_to(clock: Traveller) -> None:
    start = {"type": "http.response.start", "status": 200, "headers": ((b"content-type", b"text/plain"),)}

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send(start)
        await send({"type": "http.response.body"})

    for _ in range(2):
        assert rate(await call(guarded(app, Tokens(), time.time), http("/health")))
    assert start["headers"] == ((b"content-type", b"text/plain"),)


async def test_a_socket_without_header_is_left_to_its_door(clock: Traveller) -> None:
    scope = http("/graphql", type="websocket")
    del scope["method"]
    reply = await call(gate(), scope)
    assert (reply.status, scope["state"]["principal"]) == (200, None)


@pytest.mark.parametrize(("extensions", "kinds"), [({}, ["websocket.close"]), ({"websocket.http.response": {}}, ["start", "body"])])
async def test_a_socket_with_a_bad_header_is_refused(clock: Traveller, extensions: dict[str, Any], kinds: list[str]) -> None:
    reply = await call(gate(), http(headers=bearer("bad"), type="websocket", extensions=extensions))
    assert [message["type"].removeprefix("websocket.http.response.") for message in reply.messages] == kinds
    if extensions:
        assert (reply.status, rate(reply)[0]) == (401, "600")


async def test_lifespan_passes_through() -> None:
    seen: list[str] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append(scope["type"])

    await call(guarded(app, Tokens(), time.time), {"type": "lifespan"})
    assert seen == ["lifespan"]


@pytest.fixture
async def shared(valkey: Valkey) -> AsyncIterator[httpx2.AsyncClient]:
    limiter = Limiter(valkey.url)
    budgets = Budgets(limiter, Settings(limit_user="100/hour"))
    doors = Doors(lambda _path, _method: False, render)
    app = edge(AccessMiddleware(OK, authenticate=Tokens(good=person()), budgets=budgets, doors=doors))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://parley.test") as client:
        yield client
    await limiter.close()


async def test_500_concurrent_requests_on_a_limit_of_100_pass_exactly_100(shared: httpx2.AsyncClient) -> None:
    headers = {"authorization": "Bearer good"}
    replies = await asyncio.gather(*(shared.get(f"/api/{number}", headers=headers) for number in range(500)))
    statuses = [reply.status_code for reply in replies]
    assert (statuses.count(200), statuses.count(429)) == (100, 400)
    assert all(int(reply.headers["retry-after"]) >= 1 for reply in replies if reply.status_code == 429)
