"""What the reference clients do with messages beyond the document."""

from typing import Any
from uuid import uuid4

import pytest

from models.thread import THREAD
from tests.rest_compat.shapes import TIME, differences
from tests.tenant import Tenant


async def listed(tenant: Tenant, conversation_id: str, query: str = "") -> dict[str, Any]:
    answer = await tenant.rest("GET", f"/api/conversations/{conversation_id}/messages{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def patched(tenant: Tenant, message: dict[str, Any], **fields: Any) -> dict[str, Any]:
    path = f"/api/conversations/{message['conversation_id']}/messages/{message['id']}"
    answer = await tenant.rest("PATCH", path, json=fields)
    assert answer.status_code == 200, answer.text
    return answer.json()["message"]


async def thread(tenant: Tenant, conversation_id: str) -> str:
    ctx, thread_id = tenant.ctx(), uuid4()
    async with ctx.db.transaction():
        await ctx.db.insert(THREAD, {"id": thread_id, "conversation_id": conversation_id, "title": "Delivery"})
    return str(thread_id)


def texts(answer: dict[str, Any]) -> list[str]:
    return [message["content"] for message in answer["messages"]]


async def test_the_newest_come_after_skipping_the_offset_oldest_first(acme: Tenant) -> None:
    made = await acme.conversation()
    for number in range(7):
        await acme.message(made["id"], str(number))
    answer = await listed(acme, made["id"], "?limit=3&offset=2")
    assert texts(answer) == ["2", "3", "4"]
    assert (answer["total"], answer["limit"], answer["offset"]) == (7, 3, 2)


async def test_fifty_messages_unless_said(acme: Tenant) -> None:
    made = await acme.conversation()
    for number in range(52):
        await acme.message(made["id"], str(number))
    answer = await listed(acme, made["id"])
    assert (texts(answer), answer["limit"], answer["total"]) == ([str(number) for number in range(2, 52)], 50, 52)


async def test_the_main_thread_is_what_has_no_thread(acme: Tenant) -> None:
    made = await acme.conversation()
    topic = await thread(acme, made["id"])
    await acme.message(made["id"], "main")
    await acme.message(made["id"], "topic", threadId=topic)
    main, other = await listed(acme, made["id"]), await listed(acme, made["id"], f"?thread_id={topic}")
    assert (texts(main), main["total"]) == (["main"], 1)
    assert (texts(other), other["total"], other["messages"][0]["thread_id"]) == (["topic"], 1, topic)


async def test_a_thread_counts_its_messages_and_is_shown_with_its_conversation(acme: Tenant) -> None:
    made = await acme.conversation()
    topic = await thread(acme, made["id"])
    await acme.message(made["id"], "topic", threadId=topic)
    threads = (await acme.rest("GET", f"/api/conversations/{made['id']}")).json()["conversation"]["threads"]
    assert [(each["id"], each["title"], each["message_count"]) for each in threads] == [(topic, "Delivery", 1)]


async def test_a_thread_of_another_conversation_lists_nothing_and_takes_nothing(acme: Tenant) -> None:
    made, other = await acme.conversation(), await acme.conversation()
    topic = await thread(acme, other["id"])
    assert texts(await listed(acme, made["id"], f"?thread_id={topic}")) == []
    answer = await acme.rest("POST", f"/api/conversations/{made['id']}/messages", json={"content": "x", "threadId": topic})
    assert answer.status_code == 404
    assert answer.json()["details"] == {"issues": [{"path": "thread_id", "message": "Thread not found"}]}


async def test_an_ended_conversation_takes_messages(acme: Tenant) -> None:
    made = await acme.conversation()
    await acme.rest("PATCH", f"/api/conversations/{made['id']}", json={"status": "ended"})
    assert (await acme.message(made["id"], "late"))["content"] == "late"


@pytest.mark.parametrize("kind", ["text", "audio", "video", "file", "image"])
@pytest.mark.parametrize("key", ["messageType", "message_type"])
async def test_a_message_says_what_it_carries(acme: Tenant, key: str, kind: str) -> None:
    made = await acme.conversation()
    assert (await acme.message(made["id"], **{key: kind}))["message_type"] == kind


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "content"),
        ({"content": ""}, "content"),
        ({"content": "c" * 10_001}, "content"),
        ({"content": ["text"]}, "content"),
        ({"content": "x", "messageType": "fax"}, "messageType"),
        ({"content": "x", "threadId": "t"}, "threadId"),
        ({"content": "x", "attachments": {}}, "attachments"),
        ({"content": "x", "attachments": [{"url": "u", "type": "t", "name": "n"}] * 51}, "attachments"),
        ({"content": "x", "attachments": [{"type": "t", "name": "n"}]}, "attachments.0.url"),
        ({"content": "x", "attachments": [{"url": "u", "name": "n"}]}, "attachments.0.type"),
        ({"content": "x", "attachments": [{"url": "u", "type": "t"}]}, "attachments.0.name"),
        ({"content": "x", "attachments": [{"url": "u", "type": "t", "name": "n", "size": -1}]}, "attachments.0.size"),
        ({"content": "x", "attachments": [{"url": "u", "type": "t", "name": "n", "size": "big"}]}, "attachments.0.size"),
    ],
)
async def test_a_wrong_message_is_refused_and_its_field_named(acme: Tenant, body: dict[str, Any], path: str) -> None:
    made = await acme.conversation()
    answer = await acme.rest("POST", f"/api/conversations/{made['id']}/messages", json=body)
    assert (answer.status_code, [issue["path"] for issue in answer.json()["details"]["issues"]]) == (400, [path])
    assert (await listed(acme, made["id"]))["total"] == 0


async def test_a_user_cannot_send_in_the_name_of_the_system(acme: Tenant) -> None:
    made = await acme.conversation()
    path = f"/api/conversations/{made['id']}/messages"
    sent = (await acme.rest("POST", path, json={"content": "x", "sender_type": "system", "role": "system"})).json()["message"]
    assert (sent["sender_type"], sent["role"]) == ("user", "user")


async def test_reading_keeps_the_first_time(acme: Tenant) -> None:
    message = await acme.message((await acme.conversation())["id"])
    first = await patched(acme, message, markAsRead=True)
    assert differences(first["metadata"], {"read_at": TIME}) == []
    assert (await patched(acme, message, markAsRead=True))["metadata"] == first["metadata"]


async def test_reading_false_changes_nothing(acme: Tenant) -> None:
    message = await acme.message((await acme.conversation())["id"])
    assert await patched(acme, message, markAsRead=False) == message


async def test_the_same_reaction_again_takes_it_away(acme: Tenant) -> None:
    message = await acme.message((await acme.conversation())["id"])
    reactions = (await patched(acme, message, reaction="👍"))["metadata"]["reactions"]
    assert [(each["emoji"], each["user_id"]) for each in reactions] == [("👍", str(acme.user_id))]
    assert (await patched(acme, message, reaction="👍"))["metadata"]["reactions"] == []


async def test_another_reaction_replaces_the_first(acme: Tenant) -> None:
    message = await acme.message((await acme.conversation())["id"])
    await patched(acme, message, reaction="👍")
    reactions = (await patched(acme, message, reaction="❤️"))["metadata"]["reactions"]
    assert [each["emoji"] for each in reactions] == ["❤️"]


async def test_null_takes_the_reaction_away(acme: Tenant) -> None:
    message = await acme.message((await acme.conversation())["id"])
    await patched(acme, message, reaction="👍")
    assert (await patched(acme, message, reaction=None))["metadata"]["reactions"] == []


async def test_reading_and_reacting_go_together(acme: Tenant) -> None:
    message = await acme.message((await acme.conversation())["id"])
    both = await patched(acme, message, markAsRead=True, reaction="👍")
    assert sorted(both["metadata"]) == ["reactions", "read_at"]


@pytest.mark.parametrize(("field", "value"), [("markAsRead", "perhaps"), ("markAsRead", None), ("reaction", ""), ("reaction", "x" * 33)])
async def test_a_wrong_change_is_named(acme: Tenant, field: str, value: Any) -> None:
    message = await acme.message((await acme.conversation())["id"])
    path = f"/api/conversations/{message['conversation_id']}/messages/{message['id']}"
    answer = await acme.rest("PATCH", path, json={field: value})
    assert (answer.status_code, [issue["path"] for issue in answer.json()["details"]["issues"]]) == (400, [field])


async def test_a_message_is_changed_in_its_own_conversation_alone(acme: Tenant) -> None:
    message, other = await acme.message((await acme.conversation())["id"]), await acme.conversation()
    answer = await acme.rest("PATCH", f"/api/conversations/{other['id']}/messages/{message['id']}", json={"markAsRead": True})
    assert (answer.status_code, answer.json()["error"]) == (404, "Message not found")
    assert (await listed(acme, message["conversation_id"]))["messages"] == [message]
