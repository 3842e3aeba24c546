"""Bodies that are not what a path takes: each is a 4xx that changes nothing, never a 500."""

import json
from typing import Any

import httpx2
import pytest

from tests.tenant import Tenant

MALFORMED: dict[str, bytes] = {
    "nothing": b"",
    "blanks": b"   ",
    "half an object": b'{"email": ',
    "not a number": b'{"metadata": {"n": NaN}}',
    "infinity": b'{"metadata": {"n": -Infinity}}',
    "a lone surrogate": b'{"email": "\\ud800"}',
    "a lone surrogate as a key": b'{"metadata": {"\\udfff": 1}}',
    "invalid UTF-8": b'{"email": "\xff\xfe"}',
    "UTF-16": '{"email": "a"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"email": "a"}',
    "single quotes": b"{'email': 'a'}",
    "two objects": b"{}{}",
    "a comment": b'{} // {"email": "a"}',
    "a deep list": b'{"metadata": {"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}}",
    "deep objects": b'{"metadata": ' + b'{"a":' * 50_000 + b"1" + b"}" * 50_000 + b"}",
    "a list": b"[]",
    "a list of objects": b'[{"email": "a"}]',
    "text": b'"email"',
    "null": b"null",
    "a number": b"5",
    "NUL in a value": b'{"email": "a\\u0000b"}',
    "NUL in a key": b'{"metadata": {"a\\u0000": 1}}',
    "NUL deep inside": b'{"metadata": {"a": [{"b": "\\u0000"}]}}',
    "NUL in a tag": b'{"tags": ["\\u0000"]}',
    "a number over 64 bits": b'{"metadata": {"n": 18446744073709551615}}',
    "nested over forty deep": b'{"metadata": {"a": ' + b"[" * 41 + b"]" * 41 + b"}}",
}


async def send(tenant: Tenant, method: str, path: str, body: bytes, content_type: str = "application/json") -> httpx2.Response:
    return await tenant.rest(method, path, content=body, headers={"Content-Type": content_type})


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED.keys())
async def test_a_malformed_body_is_refused_and_changes_nothing(acme: Tenant, body: bytes) -> None:
    contact = await acme.contact()
    for method, path in (("POST", "/api/crm/contacts"), ("PATCH", f"/api/crm/contacts/{contact['id']}")):
        answer = await send(acme, method, path, body)
        assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")
        assert answer.json()["details"]["issues"][0]["path"] != ""
    assert (await acme.rest("GET", "/api/crm/contacts")).json()["contacts"] == [contact]


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonp"]
)
async def test_another_content_type_is_refused(acme: Tenant, content_type: str) -> None:
    answer = await send(acme, "POST", "/api/crm/contacts", b"{}", content_type)
    assert (answer.status_code, answer.json()["code"]) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert (await acme.rest("GET", "/api/crm/contacts")).json()["total"] == 0


@pytest.mark.parametrize("content_type", ["application/json", "Application/JSON", "application/json; charset=utf-8"])
async def test_json_is_taken_however_it_is_spelled(acme: Tenant, content_type: str) -> None:
    assert (await send(acme, "POST", "/api/crm/contacts", b"{}", content_type)).status_code == 201


@pytest.mark.parametrize("noun", ["agents", "conversations", "crm/contacts", "crm/deals", "messages"])
@pytest.mark.parametrize("body", [{}, {"unknown": 1}])
async def test_an_empty_patch_is_refused(acme: Tenant, noun: str, body: dict[str, Any]) -> None:
    path = await one_of_each(acme, noun)
    answer = await acme.rest("PATCH", path, json=body)
    message = "At least one field must be provided for update"
    assert (answer.status_code, answer.json()["code"], answer.json()["error"]) == (400, "VALIDATION_ERROR", message)


async def one_of_each(tenant: Tenant, noun: str) -> str:
    if noun == "messages":
        message = await tenant.message((await tenant.conversation())["id"])
        return f"/api/conversations/{message['conversation_id']}/messages/{message['id']}"
    make = {"agents": tenant.agent, "conversations": tenant.conversation, "crm/contacts": tenant.contact, "crm/deals": tenant.deal}[noun]
    return f"/api/{noun}/{(await make())['id']}"


async def test_a_body_over_the_limit_is_refused(acme: Tenant) -> None:
    answer = await send(acme, "POST", "/api/crm/contacts", b'{"email": "' + b"a" * (10 * 1024 * 1024) + b'"}')
    assert (answer.status_code, answer.json()["code"]) == (413, "PAYLOAD_TOO_LARGE")


async def test_text_of_all_kinds_comes_back_as_it_was_sent(acme: Tenant) -> None:
    text = 'é ñ 日本 🏳️‍🌈 "quoted" \\back/ \t\r\n\x01\x1f\x7f\u2028 % _ \' <script>'
    contact = await acme.contact(first_name=text, tags=[text], metadata={text: text})
    shown = (await acme.rest("GET", f"/api/crm/contacts/{contact['id']}")).json()["contact"]
    assert (shown["first_name"], shown["tags"], shown["metadata"]) == (text, [text], {text: text})


async def test_numbers_of_all_kinds_come_back_as_json_numbers(acme: Tenant) -> None:
    numbers = [0, -1, 2**53 + 1, 2**63 - 1, 0.1, 1e-7, 1.5e300, -2.5, 123456789.123]
    contact = await acme.contact(metadata={"n": numbers})
    text = (await acme.rest("GET", f"/api/crm/contacts/{contact['id']}")).text
    assert json.loads(text, parse_int=float)["contact"]["metadata"]["n"] == [float(number) for number in numbers]
