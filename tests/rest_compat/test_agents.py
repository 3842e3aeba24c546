"""What the reference clients do with agents beyond the document."""

from typing import Any

import pytest

from tests.rest_compat.shapes import ID, NUMBER, TIME, differences
from tests.tenant import PROMPT, Tenant

PARTS: list[tuple[str, Any]] = [
    ("name", "Renamed"),
    ("description", "Other"),
    ("system_prompt", "You answer questions about tables."),
    ("model", "gpt-4-turbo"),
    ("temperature", 1.5),
    ("max_tokens", 100),
    ("enabled", True),
    ("voice_settings", {"voice": "nova"}),
    ("avatar_url", "https://example.com/a.png"),
]
UNUSUAL = {
    "name": "Lamp helper",
    "description": "Lamps",
    "system_prompt": PROMPT,
    "model": "gpt-3.5-turbo",
    "temperature": 0,
    "max_tokens": 4000,
    "enabled": False,
    "voice_settings": {"voice": "alloy", "language": "it", "tts_voice": "rachel"},
    "avatar_url": "https://example.com/old.png",
}


async def test_defaults_are_filled_in(acme: Tenant) -> None:
    agent = await acme.agent()
    defaults = {"model": "gpt-4o-mini", "temperature": 0.7, "max_tokens": 800, "enabled": True, "voice_settings": {}}
    assert {key: agent[key] for key in defaults} == defaults
    assert (agent["description"], agent["avatar_url"]) == (None, None)


async def test_an_agent_has_its_whole_row(acme: Tenant) -> None:
    agent = await acme.agent(**UNUSUAL)
    assert differences(agent, {"temperature": NUMBER, "max_tokens": int, "updated_at": TIME, "public_api_key": str, "slug": str}) == []
    assert agent["public_api_key"] == f"pub_key_{agent['id']}"
    assert agent["slug"] == "lamp-helper"


async def test_one_agent_is_a_bare_object(acme: Tenant) -> None:
    agent = await acme.agent(**UNUSUAL)
    answer = await acme.rest("GET", f"/api/agents/{agent['id']}")
    assert (answer.status_code, answer.json()) == (200, agent)


async def test_agents_are_listed_newest_first(acme: Tenant) -> None:
    made = [(await acme.agent(name=f"Agent {number}"))["id"] for number in range(25)]
    listed = (await acme.rest("GET", "/api/agents")).json()["agents"]
    assert [agent["id"] for agent in listed] == made[::-1]


@pytest.mark.parametrize(("field", "value"), PARTS)
async def test_a_patch_leaves_everything_else(acme: Tenant, field: str, value: Any) -> None:
    before = await acme.agent(**UNUSUAL)
    after = (await acme.rest("PATCH", f"/api/agents/{before['id']}", json={field: value})).json()
    assert after.pop("updated_at") > before.pop("updated_at")
    assert after == before | {field: value}


async def test_voice_settings_are_stored_as_sent(acme: Tenant) -> None:
    agent = await acme.agent(voice_settings={"voice": "alloy", "language": "en"})
    shown = (await acme.rest("GET", f"/api/agents/{agent['id']}")).json()
    assert shown["voice_settings"] == {"voice": "alloy", "language": "en"}


@pytest.mark.parametrize(
    ("body", "field", "message"),
    [
        ({"system_prompt": PROMPT}, "name", "Name is required"),
        ({"name": "", "system_prompt": PROMPT}, "name", "Name is required"),
        ({"name": "n" * 101, "system_prompt": PROMPT}, "name", "Name too long"),
        ({"name": "n", "system_prompt": "short"}, "system_prompt", "System prompt must be at least 10 characters"),
    ],
)
async def test_the_words_of_the_reference_clients(acme: Tenant, body: dict[str, Any], field: str, message: str) -> None:
    answer = await acme.rest("POST", "/api/agents", json=body)
    assert answer.status_code == 400
    assert answer.json() == {"error": message, "code": "VALIDATION_ERROR", "details": {"issues": [{"path": field, "message": message}]}}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", None),
        ("name", 5),
        ("description", "d" * 501),
        ("system_prompt", "p" * 10_001),
        ("model", ""),
        ("temperature", 2.01),
        ("temperature", -0.1),
        ("temperature", "warm"),
        ("max_tokens", 99),
        ("max_tokens", 4001),
        ("max_tokens", 100.5),
        ("enabled", "perhaps"),
        ("voice_settings", []),
        ("voice_settings", "alloy"),
        ("avatar_url", "javascript:alert(1)"),
        ("avatar_url", "no address"),
    ],
)
async def test_a_wrong_field_is_named_on_creation_and_change(acme: Tenant, field: str, value: Any) -> None:
    agent = await acme.agent()
    for method, path, rest in (
        ("POST", "/api/agents", {"name": "n", "system_prompt": PROMPT}),
        ("PATCH", f"/api/agents/{agent['id']}", {}),
    ):
        answer = await acme.rest(method, path, json=rest | {field: value})
        assert answer.status_code == 400
        assert [issue["path"] for issue in answer.json()["details"]["issues"]] == [field]
    assert [each["id"] for each in (await acme.rest("GET", "/api/agents")).json()["agents"]] == [agent["id"]]


@pytest.mark.parametrize(
    ("field", "value"), [("name", "n" * 100), ("system_prompt", "p" * 10_000), ("max_tokens", 100), ("temperature", 2)]
)
async def test_a_value_at_the_limit_is_taken(acme: Tenant, field: str, value: Any) -> None:
    assert (await acme.agent(**{field: value}))[field] == value


async def test_every_wrong_field_is_listed(acme: Tenant) -> None:
    answer = await acme.rest("POST", "/api/agents", json={"name": "", "system_prompt": "short", "max_tokens": 1})
    assert [issue["path"] for issue in answer.json()["details"]["issues"]] == ["name", "system_prompt", "max_tokens"]
    assert answer.json()["error"] == "Name is required"


async def test_unknown_and_protected_keys_are_ignored(acme: Tenant, rival: Tenant) -> None:
    sent = {"company_id": str(rival.company_id), "id": str(rival.user_id), "public_api_key": "mine", "slug": "mine", "created_at": "1999"}
    agent = await acme.agent(**sent)
    assert agent["company_id"] == str(acme.company_id)
    assert {key for key, value in sent.items() if agent[key] == value} == set()


async def test_a_deleted_agent_leaves_its_conversations(acme: Tenant) -> None:
    agent = await acme.agent()
    conversation = await acme.conversation(agentId=agent["id"])
    message = await acme.message(conversation["id"])
    await acme.rest("DELETE", f"/api/agents/{agent['id']}")
    left = (await acme.rest("GET", f"/api/conversations/{conversation['id']}")).json()["conversation"]
    assert (left["agent_id"], left["message_count"]) == (None, 1)
    listed = (await acme.rest("GET", f"/api/conversations/{conversation['id']}/messages")).json()["messages"]
    assert [each["id"] for each in listed] == [message["id"]]


async def test_deleting_an_agent_twice_is_not_found(acme: Tenant) -> None:
    agent = await acme.agent()
    assert (await acme.rest("DELETE", f"/api/agents/{agent['id']}")).status_code == 204
    assert (await acme.rest("DELETE", f"/api/agents/{agent['id']}")).status_code == 404


async def test_an_agent_id_is_a_uuid(acme: Tenant) -> None:
    assert differences(await acme.agent(), {"id": ID, "company_id": ID}) == []
