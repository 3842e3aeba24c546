"""The HTTP edge: names, log lines and masks."""

import logging
import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest
import structlog
from fastapi import FastAPI, Request
from fastapi.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send
from structlog.testing import capture_logs
from time_machine import Traveller

from logs import BufferedLogger
from resolvers.errors import Conflict
from tests.web.asgi import Tokens, bearer, call, edge, guarded, http, person, render, responding
from web.request_id import RequestIdMiddleware

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines() -> Lines:
    """Reads what was logged about requests since the test began."""
    BufferedLogger.flush()
    return lambda: [orjson.loads(line) for line in BufferedLogger.lines]


def raising(error: Exception, *, after_start: bool = False) -> ASGIApp:
    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        if after_start:
            await send({"type": "http.response.start", "status": 200, "headers": []})
        raise error

    return app


def given(value: bytes) -> list[tuple[bytes, bytes]]:
    return [(b"x-request-id", value)]


@pytest.mark.parametrize("name", ["abcdefgh", "A-1_b.c-9", "x" * 64])
async def test_a_usable_name_is_kept(name: str) -> None:
    scope = http(headers=given(name.encode()))
    reply = await call(edge(responding(200)), scope)
    assert reply.header("x-request-id") == scope["state"]["request_id"] == name


@pytest.mark.parametrize(
    "name", [b"", b"short", b"x" * 65, b"with space", b"line\r\nbreak", b"trailing\n", b"caf\xc3\xa9caf\xc3\xa9", b"{{{{{{{{{"]
)
async def test_any_other_name_is_replaced_by_128_random_bits(name: bytes) -> None:
    reply = await call(edge(responding(200)), http(headers=given(name)))
    again = await call(edge(responding(200)), http(headers=given(name)))
    assert re.fullmatch("[0-9a-f]{32}", reply.header("x-request-id"))
    assert reply.header("x-request-id") != again.header("x-request-id")


async def test_logs_during_the_request_carry_its_name_and_later_ones_do_not() -> None:
    seen: list[Any] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(dict(structlog.contextvars.get_contextvars()))
        await responding(200)(scope, receive, send)

    await call(edge(app), http(headers=given(b"abcdefgh")))
    assert seen == [{"request_id": "abcdefgh"}]
    assert structlog.contextvars.get_contextvars() == {}


async def test_one_line_per_request_with_the_route_and_without_what_was_sent(lines: Lines) -> None:
    api = FastAPI()

    @api.get("/api/agents/{agent_id}")
    async def agent(agent_id: str, request: Request) -> str:
        request.state.statements = 2
        request.state.principal = person(7)
        return agent_id

    headers = [*bearer("canary-c"), *given(b"abcdefgh")]
    await call(edge(api), http("/api/agents/canary-a", query_string=b"token=canary-b", headers=headers))
    (entry,) = lines()
    assert 0 <= entry.pop("ms") < 5000
    assert datetime.now(UTC) - datetime.fromisoformat(entry.pop("timestamp")) < timedelta(seconds=5)
    assert entry == {
        "event": "request",
        "level": "info",
        "request_id": "abcdefgh",
        "method": "GET",
        "route": "/api/agents/{agent_id}",
        "status": 200,
        "user_id": str(UUID(int=7)),
        "statements": 2,
    }


async def test_an_unknown_path_is_not_logged_as_sent(lines: Lines) -> None:
    reply = await call(edge(FastAPI()), http("/canary\n"))
    (entry,) = lines()
    assert (reply.status, entry["route"], entry["status"]) == (404, "unmatched", 404)


async def test_a_door_without_routes_tells_its_template(lines: Lines) -> None:
    async def door(scope: Scope, receive: Receive, send: Send) -> None:
        scope["state"]["route"] = "/graphql"
        await responding(200)(scope, receive, send)

    await call(edge(door), http())
    assert [entry["route"] for entry in lines()] == ["/graphql"]


@pytest.fixture
def quiet() -> Iterator[None]:
    """Only warnings and worse are logged."""
    before = structlog.get_config()["wrapper_class"]
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    yield
    structlog.configure(wrapper_class=before)


@pytest.mark.usefixtures("quiet")
async def test_no_line_is_made_when_info_is_filtered(lines: Lines) -> None:
    assert (await call(edge(responding(200)), http())).status == 200
    assert lines() == []


async def test_what_breaks_is_logged_with_traceback_and_masked(lines: Lines) -> None:
    with capture_logs() as logs:
        reply = await call(edge(raising(RuntimeError("canary"))), http(headers=given(b"abcdefgh")))
    assert (reply.status, reply.code, reply.header("x-request-id")) == (500, "INTERNAL_ERROR", "abcdefgh")
    assert b"canary" not in reply.body
    assert [(entry["event"], entry["exc_info"]) for entry in logs] == [("unhandled", True)]
    assert [(entry["event"], entry["status"]) for entry in lines()] == [("request", 500)]


async def test_a_masked_answer_carries_rate_headers(clock: Traveller) -> None:
    app = guarded(raising(RuntimeError()), Tokens(good=person()), time.time)
    reply = await call(app, http(headers=bearer("good")))
    assert (reply.status, reply.header("ratelimit-remaining"), reply.header("x-ratelimit-limit")) == (500, "999", "1000")


async def test_a_known_error_that_escapes_is_answered_as_itself(lines: Lines) -> None:
    with capture_logs() as logs:
        reply = await call(edge(raising(Conflict("Taken"))), http())
    assert (reply.status, reply.code, logs, [entry["status"] for entry in lines()]) == (409, "CONFLICT", [], [409])


async def test_a_response_that_breaks_after_its_start_is_left_unfinished(lines: Lines) -> None:
    with capture_logs() as logs:
        reply = await call(edge(raising(RuntimeError(), after_start=True)), http())
    assert [message["type"] for message in reply.messages] == ["http.response.start"]
    assert ([entry["event"] for entry in logs], [entry["status"] for entry in lines()]) == (["unhandled"], [200])


async def test_a_caller_who_leaves_is_not_an_error_of_ours(lines: Lines) -> None:
    with capture_logs() as logs:
        await call(edge(raising(ClientDisconnect())), http())
    assert (logs, [entry["status"] for entry in lines()]) == ([], [499])


async def test_inside_fastapi_what_breaks_reaches_the_edge(lines: Lines) -> None:
    api = FastAPI(middleware=[Middleware(RequestIdMiddleware, render=render)])

    @api.get("/broken")
    async def broken() -> None:
        raise RuntimeError("canary")

    reply = await call(api, http("/broken"))
    assert (reply.status, reply.code, [entry["route"] for entry in lines()]) == (500, "INTERNAL_ERROR", ["/broken"])


async def test_a_socket_gets_a_name() -> None:
    scope = http(type="websocket", headers=given(b"abcdefgh"))
    await call(edge(responding(101)), scope)
    assert scope["state"]["request_id"] == "abcdefgh"
