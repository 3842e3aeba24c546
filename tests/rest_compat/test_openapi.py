"""The OpenAPI document: complete, true, and with examples that work."""

from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
import pytest
from fastapi.routing import APIRoute

from app import Parley
from models.document import DOCUMENT
from published import openapi_text
from resolvers.documents.state import stop
from resolvers.listing import locked
from rest_compat import openapi
from rest_compat.router import ROUTES
from tests.rest_compat.json_schema import violations
from tests.tenant import PROMPT, Tenant

OPERATIONS = [
    (method.lower(), route.path) for routes in ROUTES for route in routes.routes if isinstance(route, APIRoute) for method in route.methods
]
BODIES = [(method, path) for method, path in OPERATIONS if method in {"post", "patch"}]


@pytest.fixture
def document(app: Parley) -> dict[str, Any]:
    """What the server says of itself."""
    return app.openapi()


async def ids(tenant: Tenant) -> dict[str, str]:
    """One row of everything, each column filled where it can be."""
    contact = await tenant.contact(phone="+39", first_name="A", last_name="B", company_name="C", tags=["t"], metadata={"a": [1]})
    agent = await tenant.agent(description="d", avatar_url="https://example.com/a.png")
    conversation = await tenant.conversation(agentId=agent["id"], contactId=contact["id"], tags=["t"])
    message = await tenant.message(conversation["id"], attachments=[{"url": "u", "type": "t", "name": "n", "size": 1}])
    deal = await tenant.deal(contact_id=contact["id"], value=1.5, expected_close_date="2026-01-01")
    await tenant.deal()
    await tenant.rest("PATCH", f"/api/conversations/{conversation['id']}", json={"status": "ended"})
    document = await failed_document(tenant)
    named = {"contact": contact, "agent": agent, "conversation": conversation, "message": message, "deal": deal, "document": document}
    return {f"{noun}_id": row["id"] for noun, row in named.items()}


async def failed_document(tenant: Tenant) -> dict[str, Any]:
    """A document that can be retried."""
    answer = await tenant.rest("POST", "/api/knowledge-base/upload", files={"file": ("a.txt", b"Lamps come back.")})
    made: dict[str, Any] = answer.json()
    ctx = tenant.ctx()
    async with ctx.db.transaction():
        await stop(ctx, await locked(ctx, DOCUMENT, UUID(made["id"])), "It could not be read.")
    return made


def given(operation: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """What an HTTP client takes to send an operation's example: JSON, a form with a file, or nothing."""
    content = operation.get("requestBody", {}).get("content", {})
    if "multipart/form-data" in content:
        return {"files": {"file": ("b.txt", b"Bulbs do not.")}, "data": {"title": "Bulbs"}}
    if not content:
        return {}
    body = content["application/json"]
    assert violations(body["example"], body["schema"], document) == []
    return {"json": body["example"]}


async def test_it_is_open_to_everybody_and_3_1(client: httpx2.AsyncClient) -> None:
    answer = await client.get("/openapi.json")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert answer.json()["openapi"].startswith("3.1.")
    assert answer.json()["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    assert answer.json()["security"] == [{"bearer": []}]


def test_the_committed_file_is_what_the_server_says() -> None:
    committed = Path(openapi.__file__).with_name("openapi.json").read_text("utf-8")
    assert committed == openapi_text()


def test_it_describes_every_route_and_no_other(document: dict[str, Any]) -> None:
    described = {(method, path) for path, operations in document["paths"].items() for method in operations}
    assert described == set(OPERATIONS)
    assert len(OPERATIONS) == 32


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_operation_says_what_it_does_and_how_it_refuses(document: dict[str, Any], method: str, path: str) -> None:
    operation = document["paths"][path][method]
    assert operation["description"]
    assert operation["responses"]["4XX"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/ErrorAnswer"}
    unnamed = [each["name"] for each in operation.get("parameters", []) if each["in"] == "query" and not each.get("description")]
    assert unnamed == []


@pytest.mark.parametrize(("method", "path"), BODIES)
async def test_every_example_is_accepted_and_its_answer_fits(acme: Tenant, document: dict[str, Any], method: str, path: str) -> None:
    operation = document["paths"][path][method]
    answer = await acme.rest(method.upper(), path.format(**await ids(acme)), **given(operation, document))
    (status,) = (code for code in operation["responses"] if code != "4XX")
    assert answer.status_code == int(status), answer.text
    assert violations(answer.json(), operation["responses"][status]["content"]["application/json"]["schema"], document) == []


@pytest.mark.parametrize(("method", "path"), [each for each in OPERATIONS if each not in BODIES])
async def test_every_read_and_deletion_answers_as_declared(acme: Tenant, document: dict[str, Any], method: str, path: str) -> None:
    answer = await acme.rest(method.upper(), path.format(**await ids(acme)))
    responses = document["paths"][path][method]["responses"]
    assert str(answer.status_code) in responses
    if answer.status_code != 204:
        assert violations(answer.json(), responses[str(answer.status_code)]["content"]["application/json"]["schema"], document) == []


@pytest.mark.parametrize(
    ("status", "method", "path"), [(400, "POST", "/api/agents"), (404, "GET", "/api/agents/{}"), (405, "PUT", "/api/agents")]
)
async def test_every_refusal_answers_as_declared(acme: Tenant, document: dict[str, Any], status: int, method: str, path: str) -> None:
    body = {"name": "", "system_prompt": PROMPT}
    answer = await acme.rest(method, path.format("00000000-0000-4000-8000-000000000000"), **({"json": body} if method == "POST" else {}))
    assert answer.status_code == status
    assert violations(answer.json(), {"$ref": "#/components/schemas/ErrorAnswer"}, document) == []


def test_every_property_is_described(document: dict[str, Any]) -> None:
    bare = [
        f"{name}.{field}"
        for name, schema in document["components"]["schemas"].items()
        if name.startswith(("New", "Attachment")) or name.endswith("Patch")
        for field, info in schema.get("properties", {}).items()
        if not info.get("description")
    ]
    assert bare == []
