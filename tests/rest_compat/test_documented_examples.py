"""Each documented example of agents, conversations, messages, contacts and deals, sent as printed, answered as printed."""

from tests.rest_compat.shapes import DATE, ID, NUMBER, TIME, differences
from tests.tenant import Tenant

MISSING = "00000000-0000-4000-8000-000000000000"


async def test_create_agent(acme: Tenant) -> None:
    body = {
        "name": "Customer Support Agent",
        "description": "Handles customer inquiries",
        "system_prompt": "You are a helpful customer support agent...",
        "model": "gpt-4o-mini",
        "temperature": 0.7,
        "max_tokens": 2000,
        "enabled": True,
        "voice_settings": {"voice": "alloy", "language": "en"},
    }
    answer = await acme.rest("POST", "/api/agents", json=body)
    assert answer.status_code == 201
    agent = answer.json()
    assert differences(agent, {"id": ID, "name": str, "company_id": ID, "enabled": bool, "created_at": TIME}) == []
    assert {key: agent[key] for key in body} == body
    assert agent["company_id"] == str(acme.company_id)


async def test_list_company_agents(acme: Tenant) -> None:
    await acme.agent(name="Sales Agent", description="Handles sales inquiries", model="gpt-4-turbo")
    answer = await acme.rest("GET", "/api/agents")
    assert answer.status_code == 200
    agent = {"id": ID, "name": str, "description": str, "model": str, "enabled": bool, "created_at": TIME}
    assert differences(answer.json(), {"agents": [agent]}) == []


async def test_update_agent(acme: Tenant) -> None:
    agent = await acme.agent()
    answer = await acme.rest("PATCH", f"/api/agents/{agent['id']}", json={"name": "Updated Agent Name", "enabled": False})
    assert answer.status_code == 200
    assert (answer.json()["name"], answer.json()["enabled"]) == ("Updated Agent Name", False)


async def test_delete_agent(acme: Tenant) -> None:
    agent = await acme.agent()
    answer = await acme.rest("DELETE", f"/api/agents/{agent['id']}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert (await acme.rest("GET", f"/api/agents/{agent['id']}")).status_code == 404


async def test_list_conversations(acme: Tenant) -> None:
    contact = await acme.contact()
    made = await acme.conversation(contactId=contact["id"], metadata={"source": "website", "ip_address": "192.168.1.1"})
    await acme.rest("PATCH", f"/api/conversations/{made['id']}", json={"status": "ended"})
    answer = await acme.rest("GET", "/api/conversations?limit=20&offset=0&status=ended")
    assert answer.status_code == 200
    conversation = {
        "id": ID,
        "agent_id": ID,
        "channel": str,
        "status": str,
        "started_at": TIME,
        "ended_at": TIME,
        "contact_id": ID,
        "metadata": {"source": str, "ip_address": str},
    }
    assert differences(answer.json(), {"conversations": [conversation], "total": int}) == []


async def test_get_conversation_messages(acme: Tenant) -> None:
    conversation = await acme.conversation()
    await acme.message(conversation["id"], "Hello, I need help")
    answer = await acme.rest("GET", f"/api/conversations/{conversation['id']}/messages")
    assert answer.status_code == 200
    message = {"id": ID, "conversation_id": ID, "sender_type": str, "content": str, "created_at": TIME}
    assert differences(answer.json(), {"messages": [message]}) == []


async def test_send_message(acme: Tenant) -> None:
    conversation = await acme.conversation()
    attachment = {"url": "https://example.com/file.pdf", "type": "application/pdf", "name": "document.pdf", "size": 1024000}
    body = {"content": "User message here", "attachments": [attachment]}
    answer = await acme.rest("POST", f"/api/conversations/{conversation['id']}/messages", json=body)
    assert answer.status_code == 201
    message = answer.json()["message"]
    assert differences(message, {"id": ID, "_id": ID, "conversation_id": ID, "created_at": TIME, "metadata": dict}) == []
    shown = {key: message[key] for key in ("thread_id", "sender_type", "role", "content", "message_type", "attachments")}
    assert shown == {
        "thread_id": None,
        "sender_type": "user",
        "role": "user",
        "content": "User message here",
        "message_type": "text",
        "attachments": [attachment],
    }


async def test_list_contacts(acme: Tenant) -> None:
    await acme.contact(email="john@example.com", first_name="John", last_name="Doe", company_name="Acme Corp", tags=["lead"])
    answer = await acme.rest("GET", "/api/crm/contacts?limit=20&offset=0&search=john")
    assert answer.status_code == 200
    contact = {"id": ID, "email": str, "first_name": str, "last_name": str, "company_name": str, "tags": [str], "created_at": TIME}
    assert differences(answer.json(), {"contacts": [contact], "total": int}) == []


async def test_create_contact(acme: Tenant) -> None:
    body = {
        "email": "jane@example.com",
        "first_name": "Jane",
        "last_name": "Smith",
        "company_name": "Tech Corp",
        "tags": ["prospect"],
    }
    answer = await acme.rest("POST", "/api/crm/contacts", json=body)
    assert answer.status_code == 201
    assert {key: answer.json()["contact"][key] for key in body} == body


async def test_list_deals(acme: Tenant) -> None:
    contact = await acme.contact()
    wanted = {"value": 50000, "stage": "qualified", "probability": 75, "expected_close_date": "2024-02-01"}
    await acme.deal(title="License", contact_id=contact["id"], **wanted)
    await acme.deal(title="Other", stage="proposal")
    answer = await acme.rest("GET", "/api/crm/deals?stage=qualified&limit=20")
    assert answer.status_code == 200
    deal = {
        "id": ID,
        "title": str,
        "value": NUMBER,
        "stage": str,
        "probability": int,
        "contact_id": ID,
        "expected_close_date": DATE,
    }
    assert differences(answer.json(), {"deals": [deal], "total": int}) == []
    assert [each["title"] for each in answer.json()["deals"]] == ["License"]


async def test_errors_have_error_code_and_details(acme: Tenant) -> None:
    answer = await acme.rest("GET", f"/api/agents/{MISSING}")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/json")
    assert answer.json() == {"error": "Agent not found", "code": "NOT_FOUND", "details": {}}
