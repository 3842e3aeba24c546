"""GraphiQL's side of graphql-transport-ws, against a server that says what a test tells it to: losses, refusals, silence."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvicorn
from graphql import build_schema, graphql_sync
from playwright.async_api import expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.websockets import WebSocket

from schema.graphiql.pages import assets_app, graphiql_page
from tests.schema.graphiql_browser import QUERY, RESPONSE, Chromium, Visit

SCHEMA = build_schema("type Query { now: Int } type Subscription { ticks(after: String): Int }")
TICKS = "subscription Ticks($after: String) { ticks(after: $after) }"
CLOSED = {4400: "could not read", 4401: "paste a new token above", 4403: "paste a new token above", 4429: "stop some", 1011: "Run it again"}
Say = Callable[..., Awaitable[None]]
Act = Callable[[Say], Awaitable[None]]


class Stage:
    """A server of one page; each connection is played by the next act, once it has subscribed. It never answers a ping."""

    def __init__(self, *acts: Act, tokens: dict[str, str] | None = None) -> None:
        self.acts = list(acts)
        self.tokens = {"owner": "the-token"} if tokens is None else tokens
        self.payloads: list[Any] = []
        self.subscribed: list[Any] = []
        self.addresses: list[str] = []

    @asynccontextmanager
    async def served(self) -> AsyncIterator[str]:
        """Its address."""
        routes = [Route("/graphql", self._page, methods=["GET"]), Route("/graphql", self._answer, methods=["POST"])]
        routes += [WebSocketRoute("/graphql", self._play), Mount("/graphiql/assets", assets_app())]  # type: ignore[list-item]
        config = uvicorn.Config(Starlette(routes=routes), host="127.0.0.1", port=0, log_config=None, lifespan="off")
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve())
        while not server.started:
            assert not task.done()
            await asyncio.sleep(0.01)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        server.should_exit = server.force_exit = True
        await task

    async def _page(self, _: Request) -> Response:
        return graphiql_page(self.tokens)

    async def _answer(self, request: Request) -> Response:
        result = graphql_sync(SCHEMA, (await request.json())["query"])
        return JSONResponse(result.formatted)

    async def _play(self, socket: WebSocket) -> None:
        self.addresses.append(str(socket.url))
        if not self.acts:
            await socket.close()  # before it was accepted: HTTP 403
            return
        await socket.accept("graphql-transport-ws")
        self.payloads.append((await socket.receive_json())["payload"])
        await socket.send_json({"type": "connection_ack"})
        subscribe = await socket.receive_json()
        self.subscribed.append(subscribe["payload"])

        async def say(kind: str | int, **more: Any) -> None:
            if isinstance(kind, int):
                await socket.close(kind, **more)
            else:
                await socket.send_json({"id": subscribe["id"], "type": kind, **more})

        await self.acts.pop(0)(say)
        async for _ in socket.iter_text():
            continue


def tells(*numbers: int, then: int | None = None) -> Act:
    """Events with cursors; afterwards the connection is closed with a code, or stays."""

    async def act(say: Say) -> None:
        for number in numbers:
            await say("next", payload={"data": {"ticks": number}, "extensions": {"cursor": f"c{number}"}})
        if then is not None:
            await say(then)

    return act


@asynccontextmanager
async def subscribed(browser: Chromium, stage: Stage) -> AsyncIterator[Visit]:
    """A visitor of the stage whose editor has just been told to run the subscription."""
    async with stage.served() as origin, browser.visiting(origin) as visit:
        await visit.page.clock.install()
        await visit.open()
        await visit.write(QUERY, TICKS)
        await visit.page.get_by_role("button", name="Execute query").click()
        yield visit
        assert visit.elsewhere == []


async def ticked(visit: Visit, number: int) -> None:
    async def shown() -> bool:
        text = await visit.read(RESPONSE)
        return bool(text) and json.loads(text).get("data") == {"ticks": number}

    await visit.until(shown)


async def test_the_token_goes_in_the_first_message_and_not_in_the_address(browser: Chromium) -> None:
    stage = Stage(tells(1))
    async with subscribed(browser, stage) as visit:
        await ticked(visit, 1)
        assert stage.payloads == [{"Authorization": "Bearer the-token"}]
        assert stage.addresses == [visit.origin.replace("http", "ws") + "/graphql"]
        await expect(visit.status).to_contain_text("Live: connected")


@pytest.mark.parametrize("code", [1001, 1012, 4408])
async def test_a_lost_connection_is_made_again_after_a_while_and_goes_on_where_it_was(browser: Chromium, code: int) -> None:
    stage = Stage(tells(1, 2, then=code), tells(3))
    async with subscribed(browser, stage) as visit:
        await expect(visit.status).to_contain_text("connection lost, trying again")
        assert len(stage.subscribed) == 1
        await visit.page.clock.fast_forward(4_000)
        await ticked(visit, 3)
        assert [payload["variables"] for payload in stage.subscribed] == [{}, {"after": "c2"}]
        await expect(visit.status).to_contain_text("3 events")


async def test_a_subscription_stopped_while_the_connection_is_lost_stays_stopped_and_runs_again(browser: Chromium) -> None:
    stage = Stage(tells(1, then=1012), tells(2))
    async with subscribed(browser, stage) as visit:
        await expect(visit.status).to_contain_text("connection lost, trying again")
        await visit.page.get_by_role("button", name="Stop query").click()
        await expect(visit.status).not_to_contain_text("Live:")
        await visit.page.get_by_role("button", name="Execute query").click()
        await visit.page.clock.fast_forward(4_000)
        await ticked(visit, 2)
        await visit.page.clock.fast_forward(10_000)
        await expect(visit.page.get_by_role("button", name="Stop query")).to_be_visible()
        assert len(stage.subscribed) == 2


async def test_a_silent_connection_is_given_up_and_made_again(browser: Chromium) -> None:
    stage = Stage(tells(1), tells(2))
    async with subscribed(browser, stage) as visit:
        await ticked(visit, 1)
        for milliseconds in (20_000, 5_000, 4_000):
            await visit.page.clock.fast_forward(milliseconds)
        await ticked(visit, 2)
        assert stage.subscribed[1]["variables"] == {"after": "c1"}


@pytest.mark.parametrize("code", CLOSED)
async def test_a_close_tells_the_next_step(browser: Chromium, code: int) -> None:
    stage = Stage(tells(1, then=code))
    async with subscribed(browser, stage) as visit:
        error = json.loads(await visit.until(lambda: closed(visit)))["errors"][0]["message"]
        assert error.startswith(f"The server closed the connection ({code}")
        assert CLOSED[code] in error
        await visit.page.clock.fast_forward(600_000)
        assert len(stage.addresses) == 1
        refused = visit.page.get_by_text("The server no longer takes this demo token. Reload this page for a fresh one.")
        await expect(refused).to_have_count(1 if code in (4401, 4403) else 0)


async def closed(visit: Visit) -> str:
    text = await visit.read(RESPONSE)
    return text if "closed the connection" in text else ""


async def test_a_server_without_sockets_is_asked_once(browser: Chromium) -> None:
    stage = Stage()
    async with subscribed(browser, stage) as visit:
        assert "The server cannot be reached" in await visit.until(lambda: visit.read(RESPONSE))
        await visit.page.clock.fast_forward(600_000)
        assert len(stage.addresses) == 1


async def test_the_servers_own_errors_are_shown_as_they_are(browser: Chromium) -> None:
    async def act(say: Say) -> None:
        await say("error", payload=[{"message": "No such clock", "extensions": {"code": "FORBIDDEN"}}])

    async with subscribed(browser, Stage(act)) as visit:
        error = json.loads(await visit.until(lambda: visit.read(RESPONSE)))["errors"][0]
        assert (error["message"], error["extensions"]) == ("No such clock", {"code": "FORBIDDEN"})
        await visit.show("Subscriptions")
        await expect(visit.page.get_by_role("article", name="Ticks")).to_contain_text("No such clock")


async def test_a_token_that_runs_out_meanwhile_is_noticed(browser: Chromium) -> None:
    async def act(say: Say) -> None:
        await say("next", payload={"errors": [{"message": "Invalid or expired token", "extensions": {"code": "UNAUTHORIZED"}}]})
        await say("complete")

    async with subscribed(browser, Stage(act)) as visit:
        await expect(visit.page.get_by_text("Reload this page for a fresh one.")).to_be_visible()


async def test_without_demo_tokens_the_page_asks_for_one_and_shows_all_samples(browser: Chromium) -> None:
    stage = Stage(tokens={})
    async with stage.served() as origin, browser.visiting(origin) as visit:
        await visit.open()
        said = "No token yet. Paste an access token above and press “Use token”; it stays in this tab only."
        await expect(visit.page.get_by_role("status").filter(has_text=said)).to_be_visible()
        headings = visit.page.get_by_role("region", name="Samples").get_by_role("heading", level=3)
        assert await headings.all_inner_texts() == ["As the owner", "As an admin", "As a user", "As anyone"]
        await visit.use_token("mine")
        await expect(visit.page.get_by_text("No token yet.")).to_have_count(0)
        assert visit.elsewhere == []
