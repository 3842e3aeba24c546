"""GraphiQL in a headless browser, served with the demo companies: what it shows, what it keeps, and what it asks of whom."""

import base64
import json
from typing import Any

import pytest
from playwright.async_api import expect

from tests.schema.graphiql_browser import QUERY, Chromium, Visit
from tests.schema.graphiql_demo import Demo

STORED_WITHIN = 700  # milliseconds: GraphiQL stores its tabs half a second after the last change
MOST_BYTES_AT_FIRST = 1_700_000
MOST_REQUESTS_AT_FIRST = 30
REFUSED_EVAL = "() => new Promise((told) => setTimeout(() => { try { eval('1'); told('ran'); } catch (error) { told(error.name); } }))"
KEPT = """() => ({local: JSON.stringify(localStorage), session: JSON.stringify(sessionStorage), cookie: document.cookie, url: location.href,
                  history: JSON.stringify(history.state)})"""


async def test_no_request_leaves_the_machine(visit: Visit, demo: Demo) -> None:
    page = visit.page
    await visit.open()
    await visit.run()
    for panel in ("Documentation Explorer", "Explorer", "History", "Subscriptions"):
        await page.get_by_role("button", name=f"Show {panel}", exact=True).click()
    await visit.button("Admin").click()
    await visit.sample("Deals as they are created")
    await visit.run_until_live()
    await visit.sample("Move a deal to negotiation")
    await visit.run()
    await page.get_by_role("button", name="Prettify query").click()
    await page.get_by_role("button", name="Open settings dialog").click()
    await page.get_by_role("button", name="Dark", exact=True).click()
    await page.keyboard.press("Escape")
    await page.goto(f"{demo.origin}/docs")
    await page.wait_for_load_state("networkidle")
    assert len(visit.requests) > 20
    assert visit.sockets == [f"ws://127.0.0.1:{demo.port}/graphql"]
    assert visit.elsewhere == []


async def test_a_request_that_leaves_would_be_seen(browser: Chromium, demo: Demo) -> None:
    async with browser.visiting(demo.origin) as visit:
        await visit.page.goto("about:blank")
        await visit.page.evaluate("() => fetch('http://elsewhere.example/x', {mode: 'no-cors'}).catch(() => null)")
        assert visit.outside.asked == ["GET http://elsewhere.example/x HTTP/1.1"]
        assert visit.elsewhere == ["GET http://elsewhere.example/x HTTP/1.1", "http://elsewhere.example/x"]


async def test_the_policy_refuses_foreign_scripts_addresses_and_eval(browser: Chromium, demo: Demo) -> None:
    async with browser.visiting(demo.origin) as visit:
        await visit.open()
        assert await visit.page.evaluate(REFUSED_EVAL) == "EvalError"
        for attempt in (
            "() => { const script = document.createElement('script'); script.text = 'window.ran = true'; document.head.append(script); }",
            "() => fetch('http://elsewhere.example/').catch(() => null)",
            "() => { new WebSocket('ws://elsewhere.example/'); }",
            "() => { new Image().src = 'http://elsewhere.example/x.png'; }",
            "() => { new Worker(URL.createObjectURL(new Blob(['1']))); }",
        ):
            await visit.page.evaluate(f"async () => {{ try {{ await ({attempt})(); }} catch {{ }} }}")
        assert await visit.page.evaluate("() => window.ran") is None
        refused = {line.split()[1] for line in visit.complaints if line.startswith("policy: ")}
        assert refused == {"script-src", "script-src-elem", "connect-src", "img-src", "worker-src"}
        assert visit.outside.asked == []


async def test_the_editors_workers_are_our_own_files(visit: Visit, demo: Demo) -> None:
    await visit.open()
    await visit.run()

    async def started() -> bool:
        names = {worker.url.removeprefix(f"{demo.origin}/graphiql/assets/").partition("-")[0] for worker in visit.page.workers}
        return names == {"graphql.worker", "json.worker", "editor.worker"}

    assert await visit.until(started)


async def test_the_first_view_is_small(visit: Visit) -> None:
    await visit.open()
    await visit.page.wait_for_load_state("networkidle")
    sizes = [(await request.sizes())["responseBodySize"] for request in visit.requests]
    assert len(sizes) <= MOST_REQUESTS_AT_FIRST
    assert 0 < sum(sizes) <= MOST_BYTES_AT_FIRST


@pytest.mark.parametrize(
    ("button", "email"),
    [
        ("Owner", "owner@lumen-larch.example"),
        ("Admin", "admin@lumen-larch.example"),
        ("User", "user@lumen-larch.example"),
        ("Other company", "owner@northlight.example"),
    ],
)
async def test_a_demo_role_is_one_click_away(visit: Visit, button: str, email: str) -> None:
    await visit.open()
    await visit.button(button).click()
    assert json.loads(await visit.run())["data"]["viewer"]["user"]["email"] == email
    await visit.page.reload()
    await expect(visit.button(button)).to_have_attribute("aria-pressed", "true")


async def test_a_pasted_token_is_kept_in_the_tabs_session_storage_alone(visit: Visit, demo: Demo) -> None:
    page, token = visit.page, demo.tokens["user"]
    await visit.open()
    await visit.use_token(f"Bearer {token}")
    assert json.loads(await visit.run())["data"]["viewer"]["user"]["role"] == "USER"
    await page.get_by_role("button", name="Headers").click()
    await page.get_by_role("region", name="Headers").click()
    await page.keyboard.insert_text(json.dumps({"Authorization": f"Bearer {token}"}))
    await page.wait_for_timeout(STORED_WITHIN)
    await visit.write(QUERY, "query WithHeader { viewer { scopes } }")
    await visit.run()
    await visit.sample("Messages of one conversation")
    await visit.run_until_live()
    await page.wait_for_timeout(STORED_WITHIN)
    kept = await page.evaluate(KEPT)
    history = json.loads(json.loads(kept["local"])["graphiql:queries"])["queries"]
    assert [item["operationName"] for item in history] == ["Welcome", "WithHeader", "NewMessages"]
    assert json.loads(json.loads(kept.pop("session"))["parley.session"]) == {"token": token}
    signature = token.rpartition(".")[2]
    assert [place for place, text in kept.items() if signature in text] == []
    assert [address for address in visit.addresses if signature in address] == []
    await page.reload()
    await expect(page.get_by_label("Token")).to_have_value(token)
    second = await visit.context.new_page()
    await second.goto(f"{demo.origin}/graphql")
    await expect(second.get_by_role("button", name="Owner", exact=True)).to_have_attribute("aria-pressed", "true")
    assert await second.evaluate("() => sessionStorage.length") == 0


async def test_a_pasted_token_can_be_forgotten(visit: Visit, demo: Demo) -> None:
    await visit.open()
    await visit.use_token(demo.tokens["other"])
    await visit.button("Forget").click()
    assert json.loads(await visit.page.evaluate("() => sessionStorage.getItem('parley.session')")) == {}
    await expect(visit.page.get_by_label("Token")).to_have_value("")
    await expect(visit.page.get_by_text("No token yet.")).to_be_visible()


def unsigned(**claims: Any) -> str:
    """A token that says something and proves nothing."""
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in ({"alg": "HS256"}, claims, {}))


@pytest.mark.parametrize(
    ("token", "said"),
    [
        ("nonsense", "The server refused this token. It may have been revoked or be meant for another server: paste a new one above"),
        (
            unsigned(exp=1_700_000_000),
            "This token expired on 14/11/2023, 22:13:20. Sign in again where it came from, then paste a new one",
        ),
    ],
)
async def test_a_refused_token_tells_the_next_step(browser: Chromium, demo: Demo, token: str, said: str) -> None:
    async with browser.visiting(demo.origin, locale="en-GB", timezone_id="UTC") as visit:
        await visit.open()
        await visit.use_token(token)
        notice = visit.page.get_by_role("status").filter(has_text=said)
        await expect(notice).to_be_visible()
        await visit.button("Owner").click()
        await expect(notice).to_have_count(0)
