"""Headless Chromium for the browser pages. It can reach loopback alone; whatever else is asked for is refused and written down."""

import asyncio
import fcntl
import os
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn, TypeVar
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, BrowserContext, Locator, Page, ProxySettings, Request, ViewportSize, async_playwright, expect

from schema.graphiql.pages import HERE

T = TypeVar("T")
ROOT = Path(__file__).parents[2]
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
LOOPBACK = "127.0.0.1"
EDITOR = ".graphiql-query-editor .view-line"
# Seconds that a page may take on a machine that does other things besides; what is there is seen at once.
PATIENCE = 30.0
SIZE: ViewportSize = {"width": 1400, "height": 850}
# What goes past the proxy finds nobody. Chromium itself asks its maker about the fields of forms; that is no request of the page's.
NO_NAMES = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
NO_AUTOFILL = "--autofill-server-url=http://127.0.0.1:1/"
# Models of GraphiQL's editors, by the end of their names.
QUERY, VARIABLES, RESPONSE = "operation.graphql", "variables.json", "response.json"
READ_MODEL = "(name) => window.__MONACO.editor.getModels().find((model) => model.uri.path.endsWith(name))?.getValue() ?? ''"
WRITE_MODEL = "([name, text]) => window.__MONACO.editor.getModels().find((model) => model.uri.path.endsWith(name)).setValue(text)"
PRESS_RUN = "document.querySelector('button.graphiql-execute-button').click()"
NOTE_VIOLATIONS = "addEventListener('securitypolicyviolation', (e) => console.error(`policy: ${e.effectiveDirective} ${e.blockedURI}`))"


def lacking(what: str) -> NoReturn:
    """Skip, as a machine without a browser may; fail where BROWSER_TESTS=required says that there has to be one."""
    if os.environ.get("BROWSER_TESTS") == "required":
        pytest.fail(f"{what}, and BROWSER_TESTS=required")
    pytest.skip(what)


def build() -> None:
    """Bring GraphiQL's bundle up to date as `make run` does; only one test process at a time does it."""
    with (ROOT / "Makefile").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        subprocess.run(["make", "--silent", "schema/graphiql/dist/index.html"], cwd=ROOT, check=True, capture_output=True, timeout=300)
    if "parley-cdn" in (HERE / "dist" / "index.html").read_text("utf-8"):
        lacking("GraphiQL cannot be bundled here: npm or its registry is missing")


@dataclass
class Outside:
    """Stands for every other host: a proxy that notes who was asked for, and refuses."""

    asked: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[int]:
        """Its port."""
        server = await asyncio.start_server(self._refuse, LOOPBACK, 0)
        async with server:
            yield server.sockets[0].getsockname()[1]

    async def _refuse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked.append((await reader.readline()).decode("latin-1").strip())
        writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()


@dataclass
class Chromium:
    """A running browser, and the outside that it cannot reach."""

    browser: Browser
    outside: Outside
    outside_port: int

    @asynccontextmanager
    async def visiting(self, origin: str, **options: Any) -> AsyncIterator["Visit"]:
        """A new visitor of a server, who brings nothing along."""
        self.outside.asked.clear()
        proxy: ProxySettings = {"server": f"http://{LOOPBACK}:{self.outside_port}", "bypass": LOOPBACK}
        context = await self.browser.new_context(viewport=SIZE, service_workers="block", proxy=proxy, **options)
        context.set_default_timeout(PATIENCE * 1000)
        await context.add_init_script(NOTE_VIOLATIONS)
        visit = Visit(context, await context.new_page(), origin, self.outside)
        visit.listen()
        yield visit
        await context.close()


@asynccontextmanager
async def chromium() -> AsyncIterator[Chromium]:
    """The machine's Chromium; what a page asks of anybody but loopback goes to `Outside`."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        lacking(f"none of {', '.join(NAMES)} is installed")
    outside = Outside()
    async with outside.listening() as port, async_playwright() as playwright:
        expect.set_options(timeout=PATIENCE * 1000)
        browser = await playwright.chromium.launch(executable_path=found, args=[NO_NAMES, NO_AUTOFILL, "--disable-gpu"])
        yield Chromium(browser, outside, port)
        await browser.close()


@dataclass
class Visit:
    """One visitor's page: what it asked for, what its console complained of, and short ways to use GraphiQL."""

    context: BrowserContext
    page: Page
    origin: str
    outside: Outside
    requests: list[Request] = field(default_factory=list)
    sockets: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def listen(self) -> None:
        """Begin to write down."""
        # Playwright marks its listeners, which a method of a list does not let it do.
        self.context.on("request", lambda request: self.requests.append(request))  # noqa: PLW0108
        self.context.on("console", lambda said: self.complaints.append(said.text) if said.type == "error" else None)
        self.context.on("weberror", lambda raised: self.complaints.append(str(raised.error)))
        self.page.on("websocket", lambda socket: self.sockets.append(socket.url))

    @property
    def elsewhere(self) -> list[str]:
        """What was asked of anybody but the server, whether it was refused by the page's policy, by us, or not at all."""
        own = {urlsplit(self.origin).netloc}
        asked = [address for address in self.addresses if urlsplit(address).scheme not in ("data", "blob")]
        return [*self.outside.asked, *(address for address in asked if urlsplit(address).netloc not in own)]

    @property
    def addresses(self) -> list[str]:
        """All addresses asked for, sockets' too."""
        return [*(request.url for request in self.requests), *self.sockets]

    async def open(self, path: str = "/graphql") -> None:
        """Go there and wait until the editor can be used and the schema is known."""
        async with self.page.expect_response(lambda answer: answer.request.method == "POST"):
            await self.page.goto(f"{self.origin}{path}")
        await self.page.wait_for_selector(EDITOR)

    async def read(self, model: str) -> str:
        """The text of an editor."""
        return str(await self.page.evaluate(READ_MODEL, model))

    async def write(self, model: str, text: str) -> None:
        """Replace the text of an editor."""
        await self.page.evaluate(WRITE_MODEL, [model, text])
        # GraphiQL reads its editors a moment after the last change.
        await self.page.wait_for_timeout(250)

    async def run(self) -> str:
        """Press the button; the answer's text."""
        await self.page.get_by_role("button", name="Execute query").click()
        return await self.until(lambda: self.read(RESPONSE))

    async def write_and_run(self, text: str) -> str:
        """Replace the operation and run it before the editor could tell GraphiQL of the change; the answer's text."""
        await self.page.evaluate(f"([name, text]) => {{ ({WRITE_MODEL})([name, text]); {PRESS_RUN} }}", [QUERY, text])
        return await self.until(lambda: self.read(RESPONSE))

    async def run_until_live(self) -> None:
        """Press the button on a subscription."""
        await self.page.get_by_role("button", name="Execute query").click()
        await expect(self.status).to_contain_text("Live: connected")

    async def told(self, stir: Callable[[], Awaitable[object]], text: str) -> None:
        """Stir until the subscription in the editor tells of it: the first time may come before it has begun."""
        for _ in range(10):
            await stir()
            with suppress(AssertionError):
                return await self.until(lambda: self._holds(RESPONSE, text), 0.5)
        raise AssertionError(f"{text} was never told")

    @property
    def status(self) -> Locator:
        """The line under the answer."""
        return self.page.get_by_role("status", name="Last operation")

    def button(self, name: str) -> Locator:
        """The button of exactly this name."""
        return self.page.get_by_role("button", name=name, exact=True)

    async def use_token(self, token: str) -> None:
        """Type it into the form."""
        await self.page.get_by_label("Token").fill(token)
        await self.button("Use token").click()

    async def show(self, panel: str) -> None:
        """Open a panel of the sidebar."""
        await self.button(f"Show {panel}").click()

    async def sample(self, title: str) -> None:
        """Open a sample in its tab."""
        if await self.button("Show Samples").count():
            await self.show("Samples")
        await self.page.get_by_role("region", name="Samples").get_by_role("button", name=title).click()
        await self.until(lambda: self._holds(QUERY, title))
        await self.page.wait_for_timeout(250)

    async def _holds(self, model: str, text: str) -> bool:
        return text in await self.read(model)

    async def until(self, look: Callable[[], Awaitable[T]], patience: float = PATIENCE) -> T:
        """Look again and again until there is something to see."""
        deadline = time.monotonic() + patience
        while not (seen := await look()):
            assert time.monotonic() < deadline, f"waited in vain; the console said {self.complaints}"
            await asyncio.sleep(0.03)
        return seen
