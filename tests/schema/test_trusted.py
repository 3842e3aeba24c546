"""Documents sent by their hash: met before, or trusted by the installation's manifest."""

from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest

from app import create_app
from schema.trusted import digest
from settings import Settings, SettingsError
from tests.schema.test_cost import served
from tests.tenant import Tenant

TOTAL = "query Total { contacts { totalCount } }"
ONE = "query One($id: ID!) { contact(id: $id) { id } }"
PLAIN = {"Total": TOTAL, "sha256:" + digest(ONE): ONE}
APOLLO = {
    "format": "apollo-persisted-query-manifest",
    "version": 1,
    "operations": [{"id": "t1", "name": "Total", "type": "query", "body": TOTAL}],
}


async def post(tenant: Tenant, headers: dict[str, str] | None = None, **body: Any) -> httpx2.Response:
    return await tenant.client.post("/graphql", headers=tenant.headers | (headers or {}), json=body)


def persisted(text: str) -> dict[str, Any]:
    return {"persistedQuery": {"version": 1, "sha256Hash": digest(text)}}


def code(answer: httpx2.Response) -> str:
    found: str = answer.json()["errors"][0]["extensions"]["code"]
    return found


@pytest.mark.parametrize("by_id", [True, False])
async def test_a_document_is_learned_when_it_comes_with_its_hash(acme: Tenant, by_id: bool) -> None:
    text = f"query Learned{by_id} {{ contacts {{ totalCount }} }}"
    alone: dict[str, Any] = {"documentId": "sha256:" + digest(text)} if by_id else {"extensions": persisted(text)}
    unknown = await post(acme, **alone)
    assert (unknown.status_code, code(unknown), unknown.json()["errors"][0]["message"]) == (
        400,
        "PERSISTED_QUERY_NOT_FOUND",
        "PersistedQueryNotFound",
    )
    assert unknown.headers["cache-control"] == "no-store"
    assert (await post(acme, {"Accept": "application/json"}, **alone)).status_code == 200
    assert (await post(acme, query=text, **alone)).json()["data"] == {"contacts": {"totalCount": 0}}
    assert (await post(acme, **alone)).json()["data"] == {"contacts": {"totalCount": 0}}


async def test_a_hash_serves_a_get_with_variables(acme: Tenant) -> None:
    contact = await acme.contact()
    await post(acme, query=ONE, variables={"id": contact["id"]}, extensions=persisted(ONE))
    asked = {"extensions": orjson.dumps(persisted(ONE)).decode(), "variables": orjson.dumps({"id": contact["id"]}).decode()}
    answer = await acme.client.get("/graphql", params=asked, headers=acme.headers | {"GraphQL-Require-Preflight": "1"})
    assert answer.json()["data"] == {"contact": {"id": contact["id"]}}


async def test_a_wrong_hash_and_a_document_that_does_not_fit_are_not_learned(acme: Tenant) -> None:
    answer = await post(acme, query=TOTAL, extensions=persisted("something else"))
    assert (answer.status_code, code(answer)) == (400, "PERSISTED_QUERY_MISMATCH")
    broken = "{ nothing }"
    assert code(await post(acme, query=broken, extensions=persisted(broken))) == "GRAPHQL_VALIDATION_FAILED"
    assert code(await post(acme, extensions=persisted(broken))) == "PERSISTED_QUERY_NOT_FOUND"


@pytest.mark.parametrize(
    "body",
    [
        {"extensions": {"persistedQuery": "x"}},
        {"extensions": {"persistedQuery": {"version": 2, "sha256Hash": "x"}}},
        {"extensions": {"persistedQuery": {"version": 1}}},
        {"documentId": 7},
        {"documentId": "x", "query": 7},
    ],
)
async def test_a_malformed_hash_is_said(acme: Tenant, body: dict[str, Any]) -> None:
    answer = await post(acme, **body)
    assert (answer.status_code, code(answer)) == (400, "BAD_REQUEST")


async def test_a_hash_opens_nothing_to_strangers(acme: Tenant) -> None:
    await post(acme, query=TOTAL, extensions=persisted(TOTAL))
    answer = await acme.client.post("/graphql", json={"extensions": persisted(TOTAL)})
    assert (answer.status_code, code(answer)) == (401, "UNAUTHORIZED")


@pytest.mark.parametrize("manifest", [PLAIN, APOLLO])
async def test_only_the_manifest_runs_where_only_it_is_trusted(acme: Tenant, settings: Settings, tmp_path: Path, manifest: Any) -> None:
    file = tmp_path / "manifest.json"
    file.write_bytes(orjson.dumps(manifest))
    async with served(acme, settings, trusted_documents=file, trusted_only=True) as strict:
        name = "Total" if manifest is PLAIN else "t1"
        for asked in ({"documentId": name}, {"documentId": f"sha256:{digest(TOTAL)}"}, {"extensions": persisted(TOTAL)}, {"query": TOTAL}):
            assert (await post(strict, **asked)).json()["data"] == {"contacts": {"totalCount": 0}}
        for text in ("{ contacts { totalCount } }", "{ __typename }", "{ __schema { queryType { name } } }"):
            for asked in ({"query": text}, {"query": text, "extensions": persisted(text)}):
                assert code(await post(strict, **asked)) == "DOCUMENT_NOT_TRUSTED"
            assert code(await post(strict, extensions=persisted(text))) == "PERSISTED_QUERY_NOT_FOUND"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"nonsense", "manifest.json"),
        (b"[]", "must hold"),
        (b'{"a": 1}', "must hold"),
        (b'{"operations": [{"id": "a"}]}', "must hold"),
        (b'{"a": "{ nothing }"}', "document a: Cannot query field 'nothing'"),
    ],
)
async def test_a_manifest_that_cannot_be_served_stops_the_start(settings: Settings, tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "manifest.json"
    file.write_bytes(content)
    with pytest.raises(SettingsError, match="PARLEY_TRUSTED_DOCUMENTS") as caught:
        create_app(settings.model_copy(update={"trusted_documents": file}))
    assert said in str(caught.value)


async def test_trusting_nothing_is_no_setting(settings: Settings) -> None:
    with pytest.raises(SettingsError, match="PARLEY_TRUSTED_ONLY needs"):
        create_app(settings.model_copy(update={"trusted_only": True}))
