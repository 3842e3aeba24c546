"""GraphQL over HTTP where the audits end: what a caller can read, what is no request, bodies without end."""

import asyncio
import select
import socket
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import httpx2
import orjson
import pytest

from schema.media import Accepted, accepted
from schema.trusted import digest
from settings import Settings
from tests.schema.live.serving import serving
from tests.schema.test_over_http import NEW, OLD, PREFLIGHT, code, get, post
from tests.tenant import Tenant

QUERY = "{ contacts { totalCount } }"
CREATE = 'mutation { createContact(input: {email: "a@b.c"}) { contact { id } } }'
EVENTS = "text/event-stream"
URQL = f"{NEW}, application/graphql+json, {OLD}, {EVENTS}, multipart/mixed"
EXPENSIVE = "{ contacts(first: 100) { nodes { deals(first: 100) { nodes { contact { deals(first: 100) { totalCount } } } } } } }"
LIMIT = 256 * 1024


async def contacts(tenant: Tenant) -> int:
    found: int = (await tenant.data(QUERY))["contacts"]["totalCount"]
    return found


@pytest.mark.parametrize(
    ("accept", "json", "events"),
    [
        ("", OLD, False),
        ("*/*", OLD, False),
        (URQL, NEW, True),
        (f"{NEW},{OLD};q=0.9", NEW, False),
        (f"{OLD}, {NEW}", NEW, False),
        (f"{OLD}, text/plain, */*", OLD, False),
        (f"{NEW}, */*;q=0.1", NEW, False),
        (f"{NEW};q=0.5, {OLD};q=0.6", OLD, False),
        (f"{NEW};q=0.5, {OLD};q=0.501", OLD, False),
        (f"{OLD};q=0, */*", NEW, False),
        (f"{NEW};q=0, application/*", OLD, False),
        (f"{NEW.upper()} ; charset=utf-8 ; q=1.0", NEW, False),
        (EVENTS, None, True),
        (f"{EVENTS};q=0", None, False),
        (f"{OLD};q=0", None, False),
        ("text/plain", None, False),
        ("text/*", None, False),
        ("application/xml, image/*", None, False),
        (",", None, False),
        ("application/json;q=nonsense", OLD, False),
    ],
)
def test_what_a_caller_reads(accept: str, json: str | None, events: bool) -> None:
    assert accepted(accept) == Accepted(json, events)


@pytest.mark.parametrize("accept", ["text/plain", f"{OLD};q=0", "application/xml, image/*"])
@pytest.mark.parametrize("query", [QUERY, CREATE, "{"])
async def test_whoever_reads_none_of_our_types_is_told_so_and_nothing_runs(acme: Tenant, accept: str, query: str) -> None:
    answer = await post(acme, {"query": query}, Accept=accept)
    assert (answer.status_code, code(answer)) == (406, "NOT_ACCEPTABLE")
    assert NEW in answer.text
    assert OLD in answer.text
    assert await contacts(acme) == 0


async def test_accept_may_come_in_several_lines(acme: Tenant) -> None:
    headers = [*acme.headers.items(), ("Content-Type", OLD), ("Accept", "text/plain"), ("Accept", NEW)]
    answer = await acme.client.post("/graphql", content=orjson.dumps({"query": QUERY}), headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (200, NEW)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"query": QUERY}, 200),
        ({"query": "{"}, 400),
        ({"query": "{ nonsense }"}, 400),
        ({"query": "query ($id: ID!) { contact(id: $id) { id } }", "variables": {"id": None}}, 400),
        ({"query": "query ($n: PageSize!) { contacts(first: $n) { totalCount } }", "variables": {"n": 1000}}, 400),
        ({"query": QUERY, "operationName": "Nobody"}, 400),
        ({"query": "{ contacts { nodes { " + "deals { nodes { contact { " * 9 + "id" + " } } }" * 9 + " } } }"}, 400),
        ({"query": EXPENSIVE}, 400),
        ({"query": "subscription { contactChanged { id } }"}, 400),
        ({"documentId": "unknown"}, 400),
    ],
)
async def test_the_status_tells_a_refusal_only_where_it_can_be_trusted(acme: Tenant, body: dict[str, Any], status: int) -> None:
    """A caller of `application/json` cannot tell our 400 from one of a proxy, so it is told by the body alone."""
    new, old = await post(acme, body, Accept=NEW), await post(acme, body, Accept=OLD)
    assert (new.status_code, old.status_code) == (status, 200)
    assert ("errors" in new.json(), "data" in new.json()) == (status != 200, status == 200)
    assert new.json().get("errors") == old.json().get("errors")


@pytest.mark.parametrize("accept", [NEW, OLD, "*/*", URQL])
@pytest.mark.parametrize(
    ("content", "kind", "status", "told"),
    [
        (b"", OLD, 400, "BAD_REQUEST"),
        (b'{"query": "{ contacts { totalCount } }"', OLD, 400, "BAD_REQUEST"),
        (b'{"query": "{ contacts { totalCount } }"} more', OLD, 400, "BAD_REQUEST"),
        (b"{'query': 'single quotes'}", OLD, 400, "BAD_REQUEST"),
        (b'{"query": NaN}', OLD, 400, "BAD_REQUEST"),
        (b"[" * 5000 + b"]" * 5000, OLD, 400, "BAD_REQUEST"),
        (b'{"query": "{ contact(id: \\"\xff\\") { id } }"}', OLD, 400, "BAD_REQUEST"),
        (b'{"query": "\xc0\xaf"}', OLD, 400, "BAD_REQUEST"),
        (b'{"query": "\xed\xa0\x80"}', OLD, 400, "BAD_REQUEST"),
        (b'{"query": "\\ud800"}', OLD, 400, "BAD_REQUEST"),
        ('{"query": "{ __typename }"}'.encode("utf-16"), OLD, 400, "BAD_REQUEST"),
        ('{"query": "{ __typename }"}'.encode("utf-8-sig"), OLD, 400, "BAD_REQUEST"),
        (b'{"query": "{ __typename }"}', f"{OLD}; charset=iso-8859-1", 415, "UNSUPPORTED_MEDIA_TYPE"),
        (b'{"query": "{ __typename }"}', f"{OLD};charset=utf-16", 415, "UNSUPPORTED_MEDIA_TYPE"),
        (b'{"query": "{ __typename }"}', "text/json", 415, "UNSUPPORTED_MEDIA_TYPE"),
        (b"query=%7B__typename%7D", "application/x-www-form-urlencoded", 415, "UNSUPPORTED_MEDIA_TYPE"),
    ],
)
async def test_what_is_no_request_is_no_200_whatever_is_read(
    acme: Tenant, accept: str, content: bytes, kind: str, status: int, told: str
) -> None:
    answer = await post(acme, content, Content_Type=kind, Accept=accept)
    assert (answer.status_code, code(answer)) == (status, told)


@pytest.mark.parametrize("kind", [OLD, f"{OLD}; charset=utf-8", f'{OLD};charset="UTF-8"', f"{OLD.upper()} ;profile=x; Charset=utf8"])
async def test_json_may_say_that_it_is_utf_8(acme: Tenant, kind: str) -> None:
    answer = await post(acme, '{"query": "{ contacts(filter: {search: \\"Žofie 🏃\\"}) { totalCount } }"}'.encode(), Content_Type=kind)
    assert (answer.status_code, answer.json()["data"]) == (200, {"contacts": {"totalCount": 0}})


@pytest.mark.parametrize(("method", "allowed"), [("OPTIONS", "GET, HEAD, POST"), ("TRACE", "GET, HEAD, POST"), ("BREW", "GET, HEAD, POST")])
async def test_other_methods_are_told_which_there_are(acme: Tenant, method: str, allowed: str) -> None:
    answer = await acme.rest(method, "/graphql")
    assert (answer.status_code, answer.headers["allow"], code(answer)) == (405, allowed, "METHOD_NOT_ALLOWED")


@pytest.mark.parametrize(("query", "status"), [(QUERY, 200), ("{", 400), (CREATE, 405)])
async def test_head_is_a_get_without_its_body(settings: Settings, query: str, status: int) -> None:
    async with serving(settings) as there, httpx2.AsyncClient() as client:
        tenant = await there.tenant("head@acme.example")
        headers = tenant.headers | PREFLIGHT | {"Accept": NEW}
        head = await client.head(there.url, params={"query": query}, headers=headers)
        same = await client.get(there.url, params={"query": query}, headers=headers)
    assert (head.status_code, head.content, same.status_code) == (status, b"", status)
    assert head.headers["content-type"] == same.headers["content-type"]


@pytest.mark.parametrize("accept", [NEW, OLD, EVENTS, URQL])
@pytest.mark.parametrize(
    "given",
    [
        {"query": CREATE},
        {"query": f"query Read {QUERY} mutation Write {CREATE.removeprefix('mutation ')}", "operationName": "Write"},
        {"documentId": f"sha256:{digest(CREATE)}"},
    ],
)
async def test_a_get_mutates_in_no_way(acme: Tenant, accept: str, given: dict[str, str]) -> None:
    await post(acme, {"query": CREATE, "documentId": digest(CREATE)})
    assert await contacts(acme) == 1
    answer = await get(acme, PREFLIGHT | {"Accept": accept}, **given)
    assert (answer.status_code, answer.headers["allow"], code(answer)) == (405, "POST", "METHOD_NOT_ALLOWED")
    assert await contacts(acme) == 1


async def test_a_front_end_that_reads_streams_too_gets_its_query_answered_in_one_piece(acme: Tenant) -> None:
    answer = await post(acme, {"query": QUERY}, Accept=URQL)
    assert (answer.headers["content-type"], answer.json()["data"]) == (NEW, {"contacts": {"totalCount": 0}})


async def test_whoever_reads_streams_alone_gets_every_answer_as_one(acme: Tenant) -> None:
    answer = await post(acme, {"query": QUERY}, Accept=EVENTS)
    assert answer.headers["content-type"].partition(";")[0] == EVENTS
    assert answer.text.startswith("event: next\ndata: {")
    assert answer.text.endswith("event: complete\ndata: {}\n\n")
    refused = await post(acme, {"query": "{"}, Accept=EVENTS)
    assert (refused.status_code, code(refused)) == (400, "GRAPHQL_PARSE_FAILED")


def head(token: str, *headers: str) -> bytes:
    """The head of a POST."""
    first = ("POST /graphql HTTP/1.1", "Host: parley.test", f"Authorization: Bearer {token}", f"Content-Type: {OLD}", f"Accept: {NEW}")
    return "\r\n".join((*first, *headers, "", "")).encode()


def chunk(content: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(content), content)


def streamed(port: int, start: bytes, piece: bytes) -> tuple[int, bytes]:
    """Send the same piece again and again, as long as nothing is answered; how many were sent, and the answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
        line.sendall(start)
        sent = 0
        while not select.select([line], [], [], 0.02)[0]:
            line.sendall(piece)
            sent += 1
        answer = b""
        with suppress(ConnectionResetError):  # what was sent too much is not read but thrown away with the connection
            while more := line.recv(65536):
                answer += more
        return sent, answer


async def test_a_body_without_end_is_cut_at_the_limit(settings: Settings) -> None:
    async with serving(settings) as there:
        start = head((await there.tenant()).token, "Transfer-Encoding: chunked")
        sent, answer = await asyncio.to_thread(streamed, there.port, start, chunk(b" " * (LIMIT // 8)))
    assert (answer.split()[1], b'"PAYLOAD_TOO_LARGE"' in answer, b"connection: close" in answer.lower()) == (b"413", True, True)
    assert 8 < sent < 16


async def test_a_body_that_says_it_is_too_large_is_refused_before_any_of_it_came(settings: Settings) -> None:
    async with serving(settings) as there:
        start = head((await there.tenant()).token, f"Content-Length: {LIMIT + 1}")
        _, answer = await asyncio.to_thread(streamed, there.port, start, b"")
    assert (answer.split()[1], b'"PAYLOAD_TOO_LARGE"' in answer) == (b"413", True)


@pytest.mark.parametrize(("size", "status"), [(LIMIT, 200), (LIMIT + 1, 413)])
async def test_the_limit_is_256_kb_to_the_byte(settings: Settings, size: int, status: int) -> None:
    body = orjson.dumps({"query": QUERY})

    async def pieces() -> AsyncIterator[bytes]:
        yield body
        yield b" " * (size - len(body))

    async with serving(settings) as there, httpx2.AsyncClient() as client:
        answer = await client.post(there.url, content=pieces(), headers=(await there.tenant()).headers | {"Content-Type": OLD})
    assert answer.status_code == status


async def test_a_body_that_breaks_off_is_no_fault_of_ours(settings: Settings) -> None:
    async with serving(settings) as there:
        tenant = await there.tenant()
        _, writer = await asyncio.open_connection("127.0.0.1", there.port)
        writer.write(head(tenant.token, "Content-Length: 1000") + b'{"query": "{ contacts')
        await writer.drain()
        writer.close()
        assert await contacts(tenant) == 0
