"""What the reference clients do with conversations beyond the document."""

from typing import Any
from uuid import uuid4

import pytest

from tests.rest_compat.shapes import ID, TIME, differences
from tests.tenant import Tenant


async def patch(tenant: Tenant, conversation_id: str, **fields: Any) -> dict[str, Any]:
    answer = await tenant.rest("PATCH", f"/api/conversations/{conversation_id}", json=fields)
    assert answer.status_code == 200, answer.text
    return answer.json()["conversation"]


async def test_the_id_is_there_twice(acme: Tenant) -> None:
    made = await acme.conversation()
    conversation = (await acme.rest("GET", "/api/conversations")).json()["conversations"][0]
    assert conversation["id"] == conversation["_id"] == made["id"]
    further = {"company_id": ID, "tags": list, "created_at": TIME, "updated_at": TIME, "message_count": int}
    assert differences(conversation, further) == []
    assert (conversation["user_id"], conversation["summary"], conversation["last_message_at"]) == (None, None, None)


async def test_one_conversation_has_its_threads_and_summary(acme: Tenant) -> None:
    made = await acme.conversation()
    listed = (await acme.rest("GET", "/api/conversations")).json()["conversations"][0]
    answer = await acme.rest("GET", f"/api/conversations/{made['id']}")
    assert (answer.status_code, answer.json()) == (200, {"conversation": listed | {"threads": []}})


async def test_the_last_started_comes_first_and_the_page_is_echoed(acme: Tenant) -> None:
    made = [(await acme.conversation())["id"] for _ in range(5)]
    answer = (await acme.rest("GET", "/api/conversations?limit=2&offset=1")).json()
    assert [each["id"] for each in answer["conversations"]] == [made[3], made[2]]
    assert (answer["total"], answer["limit"], answer["offset"]) == (5, 2, 1)


@pytest.mark.parametrize("status", ["active", "ended", "archived"])
async def test_the_status_filter_is_exact(acme: Tenant, status: str) -> None:
    for each in ("active", "ended", "archived"):
        await patch(acme, (await acme.conversation())["id"], status=each)
    listed = (await acme.rest("GET", f"/api/conversations?status={status}")).json()
    assert ([each["status"] for each in listed["conversations"]], listed["total"]) == ([status], 1)


@pytest.mark.parametrize("channel", ["chat", "voice", "video", "email", "sms"])
async def test_the_channel_filter_is_exact(acme: Tenant, channel: str) -> None:
    for each in ("CHAT", "VOICE", "VIDEO", "EMAIL", "SMS"):
        await acme.conversation(channel=each)
    listed = (await acme.rest("GET", f"/api/conversations?channel={channel}")).json()
    assert ([each["channel"] for each in listed["conversations"]], listed["total"]) == ([channel], 1)


async def test_conversations_are_listed_by_contact(acme: Tenant) -> None:
    contact = await acme.contact()
    mine = await acme.conversation(contactId=contact["id"])
    await acme.conversation()
    listed = (await acme.rest("GET", f"/api/conversations?contact_id={contact['id']}")).json()
    assert ([each["id"] for each in listed["conversations"]], listed["total"]) == ([mine["id"]], 1)


@pytest.mark.parametrize(
    ("name", "value"), [("status", "open"), ("status", ""), ("status", "ACTIVE"), ("channel", "fax"), ("contact_id", "x")]
)
async def test_an_unknown_filter_value_is_refused(acme: Tenant, name: str, value: str) -> None:
    answer = await acme.rest("GET", "/api/conversations", params={name: value})
    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")
    assert [issue["path"] for issue in answer.json()["details"]["issues"]] == [name]


async def test_ending_sets_the_time_and_going_on_clears_it(acme: Tenant) -> None:
    made = await acme.conversation()
    ended = await patch(acme, made["id"], status="ended")
    assert differences(ended, {"ended_at": TIME}) == []
    assert ended["ended_at"] >= ended["started_at"]
    assert (await patch(acme, made["id"], status="active"))["ended_at"] is None


async def test_ending_again_or_archiving_keeps_the_first_time(acme: Tenant) -> None:
    made = await acme.conversation()
    ended = await patch(acme, made["id"], status="ended")
    assert (await patch(acme, made["id"], status="ended"))["ended_at"] == ended["ended_at"]
    assert (await patch(acme, made["id"], status="archived"))["ended_at"] == ended["ended_at"]


async def test_a_time_that_is_sent_wins(acme: Tenant) -> None:
    made = await acme.conversation()
    ended = await patch(acme, made["id"], status="ended", ended_at="2026-01-01T01:00:00.500+01:00")
    assert ended["ended_at"] == "2026-01-01T00:00:00.5Z"


async def test_metadata_and_tags_are_replaced(acme: Tenant) -> None:
    made = await acme.conversation(metadata={"source": "website", "page": 1}, tags=["new"])
    assert (await patch(acme, made["id"], metadata={"other": True}))["metadata"] == {"other": True}
    changed = await patch(acme, made["id"], tags=["a", "b"])
    assert (changed["tags"], changed["metadata"]) == (["a", "b"], {"other": True})


async def test_a_patch_leaves_everything_else(acme: Tenant) -> None:
    contact = await acme.contact()
    made = await acme.conversation(contactId=contact["id"], channel="VOICE", tags=["a"], metadata={"n": 1})
    await acme.message(made["id"])
    before = await patch(acme, made["id"], status="ended")
    after = await patch(acme, made["id"], tags=["b"])
    assert after.pop("updated_at") > before.pop("updated_at")
    assert after == before | {"tags": ["b"]}


@pytest.mark.parametrize(
    ("field", "value"),
    [("status", "open"), ("status", None), ("tags", "a"), ("metadata", []), ("ended_at", "soon"), ("ended_at", "2026-01-01T00:00:00")],
)
async def test_a_wrong_field_is_named(acme: Tenant, field: str, value: Any) -> None:
    made = await acme.conversation()
    answer = await acme.rest("PATCH", f"/api/conversations/{made['id']}", json={field: value})
    assert (answer.status_code, [issue["path"] for issue in answer.json()["details"]["issues"]]) == (400, [field])


@pytest.mark.parametrize("noun", ["agent", "contact"])
async def test_an_agent_or_contact_of_another_company_is_not_found(acme: Tenant, rival: Tenant, noun: str) -> None:
    made = await acme.conversation()
    foreign = await (rival.agent() if noun == "agent" else rival.contact())
    for row_id in (foreign["id"], str(uuid4())):
        answer = await acme.rest("PATCH", f"/api/conversations/{made['id']}", json={f"{noun}_id": row_id})
        assert answer.status_code == 404
        assert answer.json()["details"] == {"issues": [{"path": f"{noun}_id", "message": f"{noun.capitalize()} not found"}]}


async def test_a_message_counts_and_dates_its_conversation(acme: Tenant) -> None:
    made = await acme.conversation()
    sent = [await acme.message(made["id"]) for _ in range(3)]
    conversation = (await acme.rest("GET", f"/api/conversations/{made['id']}")).json()["conversation"]
    assert (conversation["message_count"], conversation["last_message_at"]) == (3, sent[-1]["created_at"])
