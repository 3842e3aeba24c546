"""GraphiQL in use, in a headless browser: samples, explorer, history, costs, subscriptions, the keyboard."""

import json
import re
from urllib.parse import urlencode

from playwright.async_api import expect

from tests.schema.graphiql_browser import QUERY, RESPONSE, VARIABLES, Chromium, Visit
from tests.schema.graphiql_demo import Demo

WATCH = "Watch the editor\u2019s subscription"


async def test_the_cost_of_the_last_operation_is_shown(visit: Visit) -> None:
    await visit.open()
    answer = json.loads(await visit.run())
    cost, plan = answer["extensions"]["cost"], answer["extensions"]["plan"]
    shown = f"Cost {cost['actual']} of {cost['requested']} requested, {cost['remaining']:,} left"
    await expect(visit.status).to_contain_text(shown)
    await expect(visit.status).to_contain_text(f"{plan['path']}, {plan['statements']} SQL statement")


async def test_an_operation_renamed_a_moment_ago_runs_under_its_new_name(visit: Visit) -> None:
    await visit.open()
    await visit.write(QUERY, "query Before { viewer { scopes } }")
    answer = json.loads(await visit.write_and_run("query After { rateLimit { limit } }"))
    assert answer["data"] == {"rateLimit": {"limit": 5_000_000}}


async def test_a_sample_opens_once_and_finds_its_variables(visit: Visit, demo: Demo) -> None:
    await visit.open()
    await visit.button("Admin").click()
    for title in ("Move a deal to negotiation", "What was said to important customers", "Move a deal to negotiation"):
        await visit.sample(title)
    tabs = visit.page.get_by_role("tab")
    assert await tabs.all_inner_texts() == ["Welcome", "MoveDeal", "VipConversations"]
    variables = json.loads(await visit.read(VARIABLES))
    assert json.loads(await visit.run())["data"]["updateDeal"]["deal"]["stage"] == "NEGOTIATION"
    moved = await demo.answer("admin", "query ($dealId: ID!) { deal(id: $dealId) { probability } }", **variables)
    assert moved["data"] == {"deal": {"probability": 70}}


async def test_samples_are_those_of_the_role(visit: Visit) -> None:
    await visit.open()
    panel = visit.page.get_by_role("region", name="Samples")
    for button, headings in {"Owner": "As the owner", "Admin": "As an admin", "User": "As a user", "Other company": "As the owner"}.items():
        await visit.button(button).click()
        assert await panel.get_by_role("heading", level=3).all_inner_texts() == [headings, "As anyone"]


async def test_the_explorer_writes_the_query(visit: Visit) -> None:
    await visit.open()
    await visit.write(QUERY, "query Made { viewer { scopes } }")
    await visit.button("Show Explorer").click()
    await visit.page.locator(".graphiql-explorer-node").get_by_text("rateLimit", exact=True).click()
    await visit.page.locator(".graphiql-explorer-node").get_by_text("limit", exact=True).click()
    assert "limit" in re.sub(r"\s+", " ", await visit.read(QUERY))
    assert json.loads(await visit.run())["data"]["rateLimit"] == {"limit": 5_000_000}


async def test_the_explorer_is_worked_by_the_keyboard(visit: Visit) -> None:
    keys = visit.page.keyboard
    await visit.open()
    await visit.write(QUERY, "query Made { viewer { scopes } }")
    await visit.button("Show Explorer").click()
    panel = visit.page.locator(".parley-explorer")
    viewer, limited = (panel.get_by_role("button", name=name, exact=True) for name in ("viewer", "rateLimit"))
    await expect(viewer).to_have_attribute("aria-expanded", "true")
    await expect(limited).to_have_attribute("aria-expanded", "false")
    await limited.focus()
    await keys.press("Enter")
    await expect(limited).to_have_attribute("aria-expanded", "true")
    for _ in range(2):
        await keys.press("ArrowDown")
    limit = panel.get_by_role("checkbox", name="limit", exact=True)
    await expect(limit).to_be_focused()
    await keys.press("Space")
    await expect(limit).to_be_checked()
    assert re.sub(r"\s+", " ", await visit.read(QUERY)) == "query Made { viewer { scopes } rateLimit { limit } }"
    assert await visit.read(RESPONSE) == ""
    await keys.press("Space")
    await expect(limit).not_to_be_checked()
    await keys.press("Tab")
    await expect(panel.get_by_role("checkbox", name="remaining", exact=True)).to_be_focused()


async def test_a_link_brings_an_operation_which_is_not_run(visit: Visit) -> None:
    query, variables = "mutation Linked ($id: ID!) { deleteContact(id: $id) { id } }", '{"id": "1"}'
    await visit.open()
    await visit.open(f"/graphql?{urlencode({'query': query, 'variables': variables})}")
    assert (await visit.read(QUERY), await visit.read(VARIABLES)) == (query, variables)
    assert not any("Linked" in (request.post_data or "") for request in visit.requests)


async def test_history_brings_an_operation_back(visit: Visit) -> None:
    await visit.open()
    await visit.write(QUERY, "query First { viewer { scopes } }")
    await visit.run()
    await visit.write(QUERY, "query Second { viewer { scopes } }")
    await visit.show("History")
    await visit.page.get_by_role("region", name="History").get_by_text("First").click()
    assert await visit.read(QUERY) == "query First { viewer { scopes } }"


async def test_a_subscription_streams_into_the_editor_and_stops(visit: Visit, demo: Demo) -> None:
    await visit.open()
    await visit.sample("Messages of one conversation")
    conversation = json.loads(await visit.read(VARIABLES))["conversationId"]
    await visit.run_until_live()
    say = "mutation ($id: ID!, $text: String!) { sendMessage(conversationId: $id, input: {content: $text}) { message { id } } }"
    for number in (1, 2):
        await visit.told(lambda text=f"Hello {number}": demo.answer("admin", say, id=conversation, text=text), f"Hello {number}")
    streamed = json.loads(await visit.read(RESPONSE))["data"]["messageAdded"]
    assert (streamed["type"], streamed["message"]) == ("message.created", {"senderType": "USER", "content": "Hello 2"})
    await expect(visit.status).to_contain_text("events")
    await expect(visit.status).to_contain_text("Live: connected")
    await expect(visit.status).to_contain_text("Cost 2 of 2 requested")
    await visit.page.get_by_role("button", name="Stop query").click()
    await expect(visit.status).not_to_contain_text("Live:")


async def test_a_watched_subscription_goes_on_while_the_editor_works(visit: Visit) -> None:
    await visit.open()
    await visit.sample("Messages of one conversation")
    await visit.show("Subscriptions")
    await visit.page.get_by_role("button", name=WATCH).click()
    await expect(visit.status).to_contain_text("Live: connected")
    await visit.sample("Say something in that conversation")
    for _ in range(2):
        await visit.run()
    await visit.show("Subscriptions")
    stream = visit.page.get_by_role("article", name="NewMessages")
    await expect(stream.get_by_role("log")).to_contain_text("Hello from GraphiQL!")
    await stream.get_by_role("button", name="Stop NewMessages").click()
    await expect(stream).to_contain_text("ended")
    await stream.get_by_role("button", name="Remove NewMessages").click()
    await expect(stream).to_have_count(0)


async def test_what_cannot_be_watched_is_said(visit: Visit) -> None:
    await visit.open()
    await visit.show("Subscriptions")
    await visit.page.get_by_role("button", name=WATCH).click()
    await expect(visit.page.get_by_role("alert").filter(has_text="The editor holds no subscription")).to_be_visible()


async def test_whoever_speaks_next_does_not_go_on_with_the_subscriptions_before(visit: Visit) -> None:
    await visit.open()
    await visit.sample("Everything that happens")
    await visit.run_until_live()
    await visit.button("Other company").click()
    await visit.show("Subscriptions")
    await expect(visit.page.get_by_role("article", name="Everything")).to_contain_text("ended")
    await expect(visit.page.get_by_role("button", name="Execute query")).to_be_visible()


async def test_the_keyboard_reaches_everything_and_everything_has_a_name(visit: Visit) -> None:
    page = visit.page
    await visit.open()
    reached = []
    for _ in range(24):
        await page.keyboard.press("Tab")
        reached.append(await page.evaluate("() => document.activeElement.ariaLabel ?? document.activeElement.textContent"))
    wanted = ["REST API", "Owner", "Admin", "User", "Other company", "Show Documentation Explorer", "Hide Samples", "Show Explorer"]
    assert [name for name in reached if name in wanted] == wanted
    assert any(name.startswith("The company, its agents") for name in reached)
    tree = await page.locator("body").aria_snapshot()
    assert re.findall(r"^\s*- (?:button|link|textbox|combobox|tab|region|article)\s*(?:\[.*\])?:?\s*$", tree, re.MULTILINE) == []


async def test_the_keyboard_runs_the_operation(visit: Visit) -> None:
    await visit.open()
    await visit.page.locator(".graphiql-query-editor .view-lines").click()
    await visit.page.keyboard.press("Control+Enter")
    assert "errors" not in json.loads(await visit.until(lambda: visit.read(RESPONSE)))


async def test_a_server_that_is_gone_is_said(browser: Chromium, demo: Demo) -> None:
    async with browser.visiting(demo.origin) as visit:
        await visit.open()
        await visit.context.set_offline(True)
        assert "The server does not answer" in await visit.run()
