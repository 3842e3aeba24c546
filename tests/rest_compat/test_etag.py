"""Conditional reads of one row."""

from typing import Any

import pytest

from tests.tenant import Tenant

NOUNS = {"agents": {"name": "Other"}, "conversations": {"tags": ["b"]}, "crm/contacts": {"phone": "1"}, "crm/deals": {"probability": 5}}


async def path_of(tenant: Tenant, noun: str) -> str:
    make = {"agents": tenant.agent, "conversations": tenant.conversation, "crm/contacts": tenant.contact, "crm/deals": tenant.deal}[noun]
    return f"/api/{noun}/{(await make())['id']}"


@pytest.mark.parametrize("noun", NOUNS)
@pytest.mark.parametrize("form", ["{}", "W/{}", "*", '"other", {}', '"other",W/{} , "more"'])
async def test_what_the_caller_has_already_is_not_sent_again(acme: Tenant, noun: str, form: str) -> None:
    path = await path_of(acme, noun)
    tag = (await acme.rest("GET", path)).headers["etag"]
    assert tag.startswith('"')
    assert tag.endswith('"')
    again = await acme.rest("GET", path, headers={"If-None-Match": form.format(tag)})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)


@pytest.mark.parametrize("form", ['"other"', "", '"*"', "W/", "nonsense"])
async def test_another_tag_is_answered_in_full(acme: Tenant, form: str) -> None:
    path = await path_of(acme, "crm/contacts")
    assert (await acme.rest("GET", path, headers={"If-None-Match": form})).status_code == 200


@pytest.mark.parametrize(("noun", "change"), NOUNS.items())
async def test_the_tag_changes_with_the_row(acme: Tenant, noun: str, change: dict[str, Any]) -> None:
    path = await path_of(acme, noun)
    before = (await acme.rest("GET", path)).headers["etag"]
    assert (await acme.rest("GET", path)).headers["etag"] == before
    await acme.rest("PATCH", path, json=change)
    after = await acme.rest("GET", path, headers={"If-None-Match": before})
    assert after.status_code == 200
    assert after.headers["etag"] != before


async def test_the_tag_of_a_deal_changes_with_its_contact(acme: Tenant) -> None:
    contact = await acme.contact()
    path = f"/api/crm/deals/{(await acme.deal(contact_id=contact['id']))['id']}"
    before = (await acme.rest("GET", path)).headers["etag"]
    await acme.rest("PATCH", f"/api/crm/contacts/{contact['id']}", json={"first_name": "Ada"})
    assert (await acme.rest("GET", path)).headers["etag"] != before


async def test_a_message_changes_the_tag_of_its_conversation(acme: Tenant) -> None:
    conversation = await acme.conversation()
    before = (await acme.rest("GET", f"/api/conversations/{conversation['id']}")).headers["etag"]
    await acme.message(conversation["id"])
    assert (await acme.rest("GET", f"/api/conversations/{conversation['id']}")).headers["etag"] != before


async def test_shared_caches_are_told_to_ask(acme: Tenant) -> None:
    assert (await acme.rest("GET", await path_of(acme, "agents"))).headers["cache-control"] == "private, no-cache"
