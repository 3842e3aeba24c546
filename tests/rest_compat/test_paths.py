"""Ids, methods and paths that are not there."""

from uuid import uuid4

import httpx2
import pytest

from tests.tenant import Tenant

SINGLES = ("/api/agents/{}", "/api/conversations/{}", "/api/crm/contacts/{}", "/api/crm/deals/{}")
READS = (*SINGLES, "/api/conversations/{}/messages", "/api/crm/contacts/{}/conversations")
ANYTHING = {"name": "New name", "title": "t", "status": "ended", "email": "a", "content": "c"}
CHANGES = (
    *(("PATCH", path) for path in SINGLES),
    ("DELETE", "/api/agents/{}"),
    ("POST", "/api/conversations/{}/messages"),
)
MALFORMED = (
    "1",
    "undefined",
    "null",
    "123e4567e89b12d3a456426614174000",
    "{123e4567-e89b-12d3-a456-42661417400}",
    "g23e4567-e89b-12d3-a456-426614174000",
    "123e4567-e89b-12d3-a456-42661417400",
    "123e4567-e89b-12d3-a456-4266141740000",
    "%00" * 36,
    "'%20OR%201=1--",
)


@pytest.mark.parametrize("path", READS)
async def test_reading_a_malformed_id_is_refused_and_named(acme: Tenant, path: str) -> None:
    for text in MALFORMED:
        answer = await acme.rest("GET", path.format(text))
        assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR"), text
        assert answer.json()["details"]["issues"][0]["path"] in {"agent_id", "conversation_id", "contact_id", "deal_id"}, text


@pytest.mark.parametrize(("method", "path"), [*CHANGES, ("DELETE", "/api/crm/contacts/{}"), ("DELETE", "/api/crm/deals/{}")])
async def test_changing_a_malformed_id_is_refused(acme: Tenant, method: str, path: str) -> None:
    answer = await acme.rest(method, path.format("nonsense"), **({} if method == "DELETE" else {"json": ANYTHING}))
    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")


@pytest.mark.parametrize("text", ["0x3e4567-e89b-12d3-a456-426614174000", "1_3e4567-e89b-12d3-a456-426614174000", "٣" * 32 + "----"])
async def test_what_python_alone_takes_for_a_uuid_is_refused(acme: Tenant, text: str) -> None:
    assert (await acme.rest("GET", f"/api/agents/{text}")).status_code == 400


async def test_an_agents_malformed_id_is_said_as_clients_know_it(acme: Tenant) -> None:
    answer = await acme.rest("GET", "/api/agents/nonsense")
    assert "Invalid agent ID format" in answer.json()["error"]


async def own(tenant: Tenant, path: str) -> str:
    made = {"agents": tenant.agent, "conversations": tenant.conversation, "contacts": tenant.contact, "deals": tenant.deal}
    noun = next(noun for noun in ("contacts", "agents", "conversations", "deals") if f"/{noun}/" in path)
    return (await made[noun]())["id"]


@pytest.mark.parametrize("path", READS)
async def test_an_unknown_and_a_foreign_id_answer_the_same_404(acme: Tenant, rival: Tenant, path: str) -> None:
    answers = [await acme.rest("GET", path.format(row_id)) for row_id in (uuid4(), await own(rival, path))]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["code"] == "NOT_FOUND"


@pytest.mark.parametrize(("method", "path"), CHANGES)
async def test_changing_an_unknown_or_foreign_row_answers_the_same_404(acme: Tenant, rival: Tenant, method: str, path: str) -> None:
    body = {} if method == "DELETE" else {"json": ANYTHING}
    answers = [await acme.rest(method, path.format(row_id), **body) for row_id in (uuid4(), await own(rival, path))]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].json() == answers[1].json()


@pytest.mark.parametrize("who", ["nobody", "another company"])
async def test_a_message_of_another_company_is_not_found(acme: Tenant, rival: Tenant, who: str) -> None:
    conversation = await acme.conversation()
    message = await rival.message((await rival.conversation())["id"])
    message_id = uuid4() if who == "nobody" else message["id"]
    answer = await acme.rest("PATCH", f"/api/conversations/{conversation['id']}/messages/{message_id}", json={"markAsRead": True})
    assert (answer.status_code, answer.json()["error"]) == (404, "Message not found")


@pytest.mark.parametrize(
    "path", ["/api", "/api/", "/api/agent", "/api/agents/", "/api/crm", "/nowhere", "/api/crm/contacts/x/y", "/api/v1/leads"]
)
async def test_an_unknown_path_is_404(acme: Tenant, path: str) -> None:
    answer = await acme.rest("GET", path)
    assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/api/agents", {"GET", "POST"}),
        ("PUT", "/api/agents", {"GET", "POST"}),
        ("POST", "/api/agents/{}", {"DELETE", "GET", "PATCH"}),
        ("PATCH", "/api/crm/contacts", {"GET", "POST"}),
        ("PUT", "/api/crm/contacts/{}", {"DELETE", "GET", "PATCH"}),
        ("DELETE", "/api/crm/deals", {"GET", "POST"}),
        ("POST", "/api/conversations", {"GET"}),
        ("DELETE", "/api/conversations/{}", {"GET", "PATCH"}),
        ("DELETE", "/api/conversations/{}/messages", {"GET", "POST"}),
        ("DELETE", "/health/live", {"GET"}),
    ],
)
async def test_another_method_is_405_and_names_those_there_are(acme: Tenant, method: str, path: str, allowed: set[str]) -> None:
    answer = await acme.rest(method, path.format(uuid4()))
    assert (answer.status_code, answer.json()["code"]) == (405, "METHOD_NOT_ALLOWED")
    assert set(answer.headers["allow"].replace(" ", "").split(",")) - {"HEAD", "OPTIONS"} == allowed


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "PROPFIND"])
async def test_unusual_methods_are_refused_without_a_fault(acme: Tenant, method: str) -> None:
    assert (await acme.rest(method, "/api/agents")).status_code == 405


@pytest.mark.parametrize("path", ["/api/agents", "/api/agents/{}"])
async def test_head_answers_as_get_does(acme: Tenant, path: str) -> None:
    path = path.format((await acme.agent())["id"])
    head, get = await acme.rest("HEAD", path), await acme.rest("GET", path)
    assert head.status_code == get.status_code == 200
    same = ("content-type", "content-length", "etag", "cache-control")
    assert [head.headers.get(name) for name in same] == [get.headers.get(name) for name in same]


@pytest.mark.parametrize("path", ["/api/agents", "/api/crm/contacts", "/api/crm/deals", "/api/conversations", "/nowhere"])
async def test_without_a_token_everything_is_401(client: httpx2.AsyncClient, path: str) -> None:
    answer = await client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (401, "UNAUTHORIZED")
    assert set(answer.json()) == {"error", "code", "details"}
    assert answer.headers["www-authenticate"].startswith("Bearer")
