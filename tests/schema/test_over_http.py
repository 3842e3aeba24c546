"""GraphQL over HTTP: methods, media types, what a request must be."""

from typing import Any
from urllib.parse import urlencode

import httpx2
import orjson
import pytest

from tests.tenant import Tenant

QUERY = "{ viewer { scopes } }"
NEW = "application/graphql-response+json"
OLD = "application/json"
PREFLIGHT = {"GraphQL-Require-Preflight": "1"}


async def post(tenant: Tenant, body: Any, **headers: str) -> httpx2.Response:
    content = body if isinstance(body, bytes) else orjson.dumps(body)
    given = tenant.headers | {"Content-Type": "application/json"} | {name.replace("_", "-"): value for name, value in headers.items()}
    return await tenant.client.post("/graphql", content=content, headers=given)


async def get(tenant: Tenant, headers: dict[str, str] | None = None, **given: str) -> httpx2.Response:
    return await tenant.client.get(f"/graphql?{urlencode(given)}", headers=tenant.headers | (PREFLIGHT if headers is None else headers))


def code(answer: httpx2.Response) -> str:
    body = answer.json()
    assert "data" not in body
    return body["errors"][0]["extensions"]["code"]


@pytest.mark.parametrize(
    ("accept", "answered"),
    [
        ("*/*", OLD),
        (NEW, NEW),
        (OLD, OLD),
        (f"{NEW}, {OLD};q=0.9", NEW),
        (f"{OLD}; charset=utf-8", OLD),
        ("application/*", OLD),
    ],
)
async def test_the_media_type_is_the_one_the_caller_reads(acme: Tenant, accept: str, answered: str) -> None:
    for body, status in (({"query": QUERY}, 200), ({"query": "{ nonsense }"}, 400 if answered == NEW else 200)):
        answer = await post(acme, body, Accept=accept)
        assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (status, answered)


@pytest.mark.parametrize("header", ["GraphQL-Require-Preflight", "Apollo-Require-Preflight", "X-Apollo-Operation-Name"])
async def test_a_get_with_a_preflight_header_is_answered(acme: Tenant, header: str) -> None:
    answer = await get(acme, {header: "1"}, query=QUERY)
    assert (answer.status_code, "viewer" in answer.json()["data"]) == (200, True)


async def test_a_get_without_it_is_refused(acme: Tenant) -> None:
    answer = await get(acme, {}, query=QUERY)
    assert (answer.status_code, code(answer)) == (400, "BAD_REQUEST")
    assert "GraphQL-Require-Preflight" in answer.json()["errors"][0]["message"]


async def test_a_get_reads_its_variables_and_operation_name(acme: Tenant) -> None:
    document = "query a($id: ID!) { contact(id: $id) { id } } query b { viewer { scopes } }"
    contact = await acme.contact()
    answer = await get(acme, query=document, variables=orjson.dumps({"id": contact["id"]}).decode(), operationName="a")
    assert answer.json()["data"] == {"contact": {"id": contact["id"]}}


@pytest.mark.parametrize("given", [{"variables": "{"}, {"variables": "[]"}, {"extensions": "nonsense"}, {"query": ""}])
async def test_a_get_that_is_none_is_refused(acme: Tenant, given: dict[str, str]) -> None:
    answer = await get(acme, **{"query": QUERY} | given)
    assert (answer.status_code, code(answer)) == (400, "BAD_REQUEST")


async def test_a_get_cannot_mutate(acme: Tenant) -> None:
    answer = await get(acme, query='mutation { createContact(input: {email: "a"}) { contact { id } } }')
    assert (answer.status_code, answer.headers["allow"], code(answer)) == (405, "POST", "METHOD_NOT_ALLOWED")
    assert (await acme.data("{ contacts { totalCount } }"))["contacts"]["totalCount"] == 0


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
async def test_other_methods_are_refused(acme: Tenant, method: str) -> None:
    answer = await acme.rest(method, "/graphql")
    assert (answer.status_code, code(answer)) == (405, "METHOD_NOT_ALLOWED")
    assert {"GET", "POST"} <= set(answer.headers["allow"].replace(" ", "").split(","))


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "application/graphql", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
async def test_another_content_type_is_refused(acme: Tenant, content_type: str) -> None:
    answer = await post(acme, {"query": QUERY}, Content_Type=content_type)
    assert (answer.status_code, code(answer)) == (415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"5",
        b'"{ viewer { scopes } }"',
        {},
        {"query": None},
        {"query": 5},
        {"query": " "},
        {"query": QUERY, "variables": []},
        {"query": QUERY, "variables": "{}"},
        {"query": QUERY, "operationName": 5},
        {"query": QUERY, "extensions": []},
    ],
)
async def test_what_is_no_request_is_400(acme: Tenant, body: Any) -> None:
    answer = await post(acme, body)
    assert (answer.status_code, code(answer)) == (400, "BAD_REQUEST")


async def test_batches_are_refused(acme: Tenant) -> None:
    answer = await post(acme, [{"query": QUERY}, {"query": QUERY}])
    assert (answer.status_code, code(answer)) == (400, "BATCHING_DISABLED")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nonsense }", "GRAPHQL_VALIDATION_FAILED"),
        ("query a { viewer { scopes } } query b { viewer { scopes } }", "OPERATION_NOT_FOUND"),
        ("subscription { a }", "GRAPHQL_VALIDATION_FAILED"),
        ("fragment a on Contact { id }", "GRAPHQL_VALIDATION_FAILED"),
    ],
)
async def test_a_document_that_cannot_run_is_400(acme: Tenant, query: str, expected: str) -> None:
    answer = await post(acme, {"query": query})
    assert (answer.status_code, code(answer)) == (400, expected)


async def test_the_operation_name_chooses(acme: Tenant) -> None:
    document = "query a { a: __typename } query b { b: __typename }"
    assert (await post(acme, {"query": document, "operationName": "b"})).json()["data"] == {"b": "Query"}
    answer = await post(acme, {"query": document, "operationName": "c"})
    assert (answer.status_code, code(answer)) == (400, "OPERATION_NOT_FOUND")


async def test_a_missing_variable_is_400(acme: Tenant) -> None:
    answer = await post(acme, {"query": "query ($id: ID!) { contact(id: $id) { id } }"})
    assert (answer.status_code, code(answer)) == (400, "BAD_USER_INPUT")


async def test_a_body_over_the_limit_is_413(acme: Tenant) -> None:
    answer = await post(acme, {"query": QUERY + " " * 256 * 1024})
    assert (answer.status_code, code(answer)) == (413, "PAYLOAD_TOO_LARGE")


async def test_a_field_that_fails_leaves_the_others(acme: Tenant) -> None:
    answer = await post(acme, {"query": '{ contact(id: "x") { id } viewer { user { email } } }'})
    assert answer.status_code == 200
    assert answer.json()["data"] == {"contact": None, "viewer": {"user": {"email": acme.email}}}
    assert [error["path"] for error in answer.json()["errors"]] == [["contact"]]
