"""Mutations: what they change, what they answer, and how they fail."""

from typing import Any
from uuid import uuid4

import pytest

from tests.tenant import PROMPT, Tenant

CREATE = {
    "Agent": (
        {"name": "A", "systemPrompt": PROMPT, "maxTokens": 500, "voiceSettings": {"voice": "x"}},
        "name systemPrompt maxTokens voiceSettings",
    ),
    "Contact": ({"email": "a@b.c", "firstName": "F", "tags": ["t"], "metadata": {"firstName": [1]}}, "email firstName tags metadata"),
    "Deal": (
        {"title": "T", "value": 0, "stage": "CLOSED_WON", "probability": 5, "expectedCloseDate": "2026-01-31", "metadata": {}},
        "title value stage probability expectedCloseDate metadata",
    ),
}
CHANGE = {
    "Agent": {"enabled": False, "description": None},
    "Contact": {"phone": "1", "email": None},
    "Deal": {"value": None, "stage": "LEAD", "expectedCloseDate": None},
}


def creation(noun: str, selection: str = "id") -> str:
    low = noun.lower()
    return f"mutation ($input: Create{noun}Input!) {{ create{noun}(input: $input) {{ {low} {{ {selection} }} }} }}"


def change(noun: str, selection: str = "id") -> str:
    low = noun.lower()
    return f"mutation ($id: ID!, $input: Update{noun}Input!) {{ update{noun}(id: $id, input: $input) {{ {low} {{ {selection} }} }} }}"


async def run(tenant: Tenant, mutation: str, **variables: Any) -> dict[str, Any]:
    return next(iter((await tenant.data(mutation, **variables)).values()))


async def failed(tenant: Tenant, mutation: str, **variables: Any) -> dict[str, Any]:
    body = await tenant.graphql(mutation, **variables)
    (name,) = body["data"]
    assert body["data"] == {name: None}
    assert body["errors"][0]["path"] == [name]
    return body["errors"][0]


@pytest.mark.parametrize("noun", CREATE)
async def test_creating_answers_what_was_made(acme: Tenant, noun: str) -> None:
    given, selection = CREATE[noun]
    assert (await run(acme, creation(noun, selection), input=given))[noun.lower()] == given


@pytest.mark.parametrize("noun", CHANGE)
async def test_changing_touches_what_is_sent_alone(acme: Tenant, noun: str) -> None:
    given, selection = CREATE[noun]
    fields = " ".join(dict.fromkeys([*selection.split(), *CHANGE[noun]]))
    made = (await run(acme, creation(noun, f"id {fields}"), input=given))[noun.lower()]
    changed = (await run(acme, change(noun, f"id {fields}"), id=made["id"], input=CHANGE[noun]))[noun.lower()]
    assert changed == made | CHANGE[noun]


@pytest.mark.parametrize("noun", CREATE)
async def test_deleting_answers_the_id_and_a_second_time_is_not_found(acme: Tenant, noun: str) -> None:
    made = (await run(acme, creation(noun), input=CREATE[noun][0]))[noun.lower()]
    mutation = f"mutation ($id: ID!) {{ delete{noun}(id: $id) {{ id }} }}"
    assert await run(acme, mutation, id=made["id"]) == made
    assert (await failed(acme, mutation, id=made["id"]))["extensions"]["code"] == "NOT_FOUND"


@pytest.mark.parametrize("noun", ["Agent", "Contact", "Deal", "Conversation"])
async def test_changing_what_is_not_there_or_foreign_is_not_found(acme: Tenant, rival: Tenant, noun: str) -> None:
    make = {"Agent": rival.agent, "Contact": rival.contact, "Deal": rival.deal, "Conversation": rival.conversation}[noun]
    given: dict[str, Any] = CHANGE.get(noun, {"tags": ["x"]})
    foreign = await make()
    errors = [await failed(acme, change(noun), id=row_id, input=given) for row_id in (str(uuid4()), foreign["id"])]
    assert errors[0] == errors[1]
    assert errors[0]["extensions"]["code"] == "NOT_FOUND"


@pytest.mark.parametrize("noun", ["Agent", "Contact", "Deal", "Conversation"])
async def test_an_empty_change_is_refused(acme: Tenant, noun: str) -> None:
    error = await failed(acme, change(noun), id=str(uuid4()), input={})
    assert error["extensions"]["code"] == "VALIDATION_ERROR"
    assert error["extensions"]["issues"] == [{"path": "input", "message": "At least one field must be provided for update"}]


@pytest.mark.parametrize(
    ("noun", "given", "path", "message"),
    [
        ("Agent", {"name": "", "systemPrompt": PROMPT}, "input.name", "Name is required"),
        ("Agent", {"name": "n", "systemPrompt": "short"}, "input.systemPrompt", "System prompt must be at least 10 characters"),
        ("Agent", {"name": "n", "systemPrompt": PROMPT, "maxTokens": 1}, "input.maxTokens", None),
        ("Agent", {"name": "n", "systemPrompt": PROMPT, "voiceSettings": []}, "input.voiceSettings", None),
        ("Contact", {"companyName": "n" * 201}, "input.companyName", None),
        ("Contact", {"tags": ["ok", ""]}, "input.tags.1", None),
        ("Contact", {"metadata": "text"}, "input.metadata", None),
        ("Contact", {"firstName": "\u0000"}, "input.firstName", None),
        ("Contact", {"metadata": {"a": ["\u0000"]}}, "input.metadata.a.0", None),
        ("Deal", {"title": "t", "probability": 101}, "input.probability", None),
        ("Deal", {"title": "t", "value": "0.001"}, "input.value", None),
        ("Deal", {"title": "t", "contactId": "nonsense"}, "input.contactId", None),
    ],
)
async def test_a_wrong_field_is_named_as_the_document_spells_it(
    acme: Tenant, noun: str, given: dict[str, Any], path: str, message: str | None
) -> None:
    error = await failed(acme, creation(noun), input=given)
    assert error["extensions"]["code"] == "VALIDATION_ERROR"
    (issue,) = error["extensions"]["issues"]
    assert issue["path"] == path
    assert message in {None, issue["message"]}
    assert (await acme.data(f"{{ found: {noun.lower()}s {{ totalCount }} }}"))["found"]["totalCount"] == 0


async def test_a_referred_row_that_is_not_there_is_named_as_the_document_spells_it(acme: Tenant, rival: Tenant) -> None:
    foreign = (await rival.contact())["id"]
    for contact_id in (str(uuid4()), foreign):
        error = await failed(acme, creation("Deal"), input={"title": "t", "contactId": contact_id})
        assert error["extensions"] == {"code": "NOT_FOUND", "issues": [{"path": "input.contactId", "message": "Contact not found"}]}


CONVERSATION = "status endedAt"


async def test_ending_and_archiving(acme: Tenant) -> None:
    made = await acme.conversation()
    end = f"mutation ($id: ID!) {{ endConversation(id: $id) {{ conversation {{ {CONVERSATION} }} }} }}"
    archive = end.replace("endConversation", "archiveConversation")
    ended = (await run(acme, end, id=made["id"]))["conversation"]
    assert ended["status"] == "ENDED"
    assert (await run(acme, end, id=made["id"]))["conversation"] == ended
    assert (await run(acme, archive, id=made["id"]))["conversation"] == ended | {"status": "ARCHIVED"}


async def test_updating_a_conversation(acme: Tenant) -> None:
    made, contact = await acme.conversation(), await acme.contact()
    given = {
        "status": "ENDED",
        "tags": ["a"],
        "metadata": {"b": 1},
        "contactId": contact["id"],
        "agentId": None,
        "endedAt": "2026-01-01T00:00:00Z",
    }
    fields = "status tags metadata contactId agentId endedAt"
    assert (await run(acme, change("Conversation", fields), id=made["id"], input=given))["conversation"] == given


SEND = """mutation ($conversationId: ID!, $input: SendMessageInput!) { sendMessage(conversationId: $conversationId, input: $input) {
  message { content messageType senderType role attachments conversation { messageCount } } } }"""


async def test_sending(acme: Tenant) -> None:
    made = await acme.conversation()
    attachment = {"url": "u", "type": "t", "name": "n", "size": 1}
    given = {"content": "Hello", "messageType": "FILE", "attachments": [attachment]}
    sent = (await run(acme, SEND, conversationId=made["id"], input=given))["message"]
    assert sent == given | {"senderType": "USER", "role": "USER", "conversation": {"messageCount": 1}}


async def test_sending_names_what_is_wrong(acme: Tenant) -> None:
    made = await acme.conversation()
    error = await failed(
        acme, SEND, conversationId=made["id"], input={"content": "x", "attachments": [{"url": "", "type": "t", "name": "n"}]}
    )
    assert [issue["path"] for issue in error["extensions"]["issues"]] == ["input.attachments.0.url"]
    error = await failed(acme, SEND, conversationId="nonsense", input={"content": "x"})
    assert [issue["path"] for issue in error["extensions"]["issues"]] == ["conversationId"]
    error = await failed(acme, SEND, conversationId=str(uuid4()), input={"content": "x"})
    assert (error["message"], error["extensions"]["code"]) == ("Conversation not found", "NOT_FOUND")


async def test_reading_and_reacting(acme: Tenant) -> None:
    message = await acme.message((await acme.conversation())["id"])
    read = await run(acme, "mutation ($id: ID!) { markMessageRead(id: $id) { message { metadata } } }", id=message["id"])
    assert list(read["message"]["metadata"]) == ["read_at"]
    react = "mutation ($id: ID!, $emoji: String) { reactToMessage(id: $id, emoji: $emoji) { message { metadata } } }"
    for emoji, left in (("👍", ["👍"]), ("❤️", ["❤️"]), ("❤️", []), ("👍", ["👍"]), (None, [])):
        found = await run(acme, react, id=message["id"], emoji=emoji)
        assert [each["emoji"] for each in found["message"]["metadata"]["reactions"]] == left


async def test_a_reaction_that_is_no_emoji_is_refused(acme: Tenant) -> None:
    message = await acme.message((await acme.conversation())["id"])
    react = "mutation ($id: ID!, $emoji: String) { reactToMessage(id: $id, emoji: $emoji) { message { id } } }"
    for emoji in ("", "x" * 33, "\u0000"):
        error = await failed(acme, react, id=message["id"], emoji=emoji)
        assert error["extensions"]["code"] == "VALIDATION_ERROR"


async def test_a_mutation_that_fails_keeps_those_before_and_after_it(acme: Tenant) -> None:
    document = """mutation { a: createContact(input: {email: "a"}) { contact { email } }
      b: createDeal(input: {title: ""}) { deal { id } } c: createContact(input: {email: "c"}) { contact { email } } }"""
    body = await acme.graphql(document)
    assert body["data"] == {"a": {"contact": {"email": "a"}}, "b": None, "c": {"contact": {"email": "c"}}}
    assert [(error["path"], error["extensions"]["code"]) for error in body["errors"]] == [(["b"], "VALIDATION_ERROR")]
    listed = await acme.data("{ contacts(orderBy: [{field: EMAIL}]) { nodes { email } } deals { totalCount } }")
    assert listed == {"contacts": {"nodes": [{"email": "a"}, {"email": "c"}]}, "deals": {"totalCount": 0}}


async def test_a_later_mutation_sees_what_an_earlier_one_changed(acme: Tenant) -> None:
    contact = await acme.contact(first_name="Ada")
    deal = await acme.deal(contact_id=contact["id"])
    document = """mutation ($deal: ID!, $contact: ID!) {
      a: updateDeal(id: $deal, input: {title: "a"}) { deal { contact { firstName } } }
      b: updateContact(id: $contact, input: {firstName: "Grace"}) { contact { id } }
      c: updateDeal(id: $deal, input: {title: "c"}) { deal { contact { firstName } } } }"""
    data = await acme.data(document, deal=deal["id"], contact=contact["id"])
    assert [data[name]["deal"]["contact"]["firstName"] for name in "ac"] == ["Ada", "Grace"]


async def test_a_reader_cannot_write(acme: Tenant) -> None:
    error = await failed(acme.narrowed("contacts:read"), creation("Contact"), input={})
    assert (error["extensions"]["code"], error["extensions"]["scope"]) == ("FORBIDDEN", "contacts:write")


@pytest.mark.parametrize(("value", "stored"), [("CLOSED_WON", "closed-won"), ("LEAD", "lead")])
async def test_enumerations_are_upper_case_here_and_as_documented_over_rest(acme: Tenant, value: str, stored: str) -> None:
    made = (await run(acme, creation("Deal", "id stage"), input={"title": "t", "stage": value}))["deal"]
    assert made["stage"] == value
    assert (await acme.rest("GET", f"/api/crm/deals/{made['id']}")).json()["deal"]["stage"] == stored


@pytest.mark.parametrize("value", ["closed-won", "lead", "", "WON", 5, None])
async def test_an_unknown_enumeration_value_is_refused(acme: Tenant, value: Any) -> None:
    answer = await acme.graphql_response("query ($stage: Stage!) { deals(filter: {stage: {eq: $stage}}) { totalCount } }", stage=value)
    assert answer.status_code == 400
    assert "data" not in answer.json()
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_a_reaction_without_an_emoji_takes_the_caller_s_own_away(acme: Tenant) -> None:
    message = await acme.message((await acme.conversation())["id"])
    reacted, taken = 'reactToMessage(id: $id, emoji: "x") { message { id } }', "reactToMessage(id: $id) { message { metadata } }"
    query = f"mutation ($id: ID!) {{ a: {reacted} b: {taken} }}"
    assert (await acme.data(query, id=message["id"]))["b"]["message"]["metadata"].get("reactions", []) == []
