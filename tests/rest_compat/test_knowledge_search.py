"""POST /api/knowledge-base/search, as documented, with what clients of the older index read."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from app import Parley
from tests.shelf import Shelf, sections, shelf_of
from tests.tenant import Tenant

PATH = "/api/knowledge-base/search"
RETURNS = "# Returns\n\nYou may send back any lamp within thirty days.\n\n# Delivery\n\nParcels to Norway take a week because of customs.\n"
HOURS = "# Opening hours\n\nThe showroom is open from Tuesday to Saturday.\n"


@pytest.fixture
async def shelf(acme: Tenant, app: Parley, tmp_path: Path) -> Shelf:
    """Acme's, with two documents."""
    made = shelf_of(acme, app, tmp_path / "acme")
    await made.add(RETURNS, "returns.md", title="Returns", metadata={"place": "Rome"})
    await made.add(HOURS, "hours.md")
    return made


async def searched(tenant: Tenant, **body: Any) -> Any:
    """The answer of a search that must succeed."""
    answer = await tenant.rest("POST", PATH, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_documented_keys_and_those_that_clients_read_are_there(shelf: Shelf, acme: Tenant) -> None:
    body = await searched(acme, query="refund policy", limit=5, threshold=0)
    assert (list(body), body["query"], body["count"]) == (["query", "results", "count"], "refund policy", 3)
    first = body["results"][0]
    assert set(first) == {"document_id", "chunk_id", "id", "content", "score", "metadata", "citation", "explain"}
    assert first["id"] == first["chunk_id"]
    assert first["metadata"] == {
        "source": "returns.md",
        "page": None,
        "document_id": first["document_id"],
        "company_id": str(acme.company_id),
        "agent_id": None,
        "chunk_index": 0,
        "start_index": 0,
        "end_index": 56,
        "file_name": "returns.md",
        "text": "Returns\n\nYou may send back any lamp within thirty days.",
    } | {"end_index": len(first["content"])}
    assert first["citation"] == {
        "document_id": first["document_id"],
        "title": "Returns",
        "version": 1,
        "headings": ["Returns"],
        "source": "returns.md",
        "page": None,
        "start": 0,
        "end": len(first["content"]),
    }
    assert set(first["explain"]) == {"found_by", "rank", "fused", "cosine", "vector_rank", "text", "text_rank"}


async def test_results_come_by_score_whatever_their_rank(shelf: Shelf, acme: Tenant) -> None:
    await shelf.add(sections(12, "Lamp number {0} hangs in hall {1}, beside the parcels."), "halls.md")
    results = (await searched(acme, query="Do parcels to Norway have customs in hall 7?", limit=10))["results"]
    scores, ranks = [each["score"] for each in results], [each["explain"]["rank"] for each in results]
    assert scores == sorted(scores, reverse=True)
    assert sorted(ranks) == list(range(1, 11))
    assert ranks != sorted(ranks)


async def test_the_limit_goes_by_either_name_is_5_unless_said_and_clamped_to_50(shelf: Shelf, acme: Tenant) -> None:
    await shelf.add(sections(55, "Lamp number {0}."), "lamps.md")
    counts = [(await searched(acme, query="lamp", **given))["count"] for given in ({}, {"limit": 7}, {"topK": 8}, {"limit": 900})]
    assert counts == [5, 7, 8, 50]


async def test_the_threshold_is_inclusive(shelf: Shelf, acme: Tenant) -> None:
    scores = [each["score"] for each in (await searched(acme, query="When is the showroom open?"))["results"]]
    kept = await searched(acme, query="When is the showroom open?", threshold=scores[1])
    assert [each["score"] for each in kept["results"]] == scores[:2]
    assert (await searched(acme, query="When is the showroom open?", threshold=1))["results"] == []


async def test_it_is_narrowed_to_metadata_documents_and_an_agent(shelf: Shelf, acme: Tenant) -> None:
    agent = (await acme.agent())["id"]
    everything = await searched(acme, query="lamp", agentId=agent)
    assert everything["count"] == 3
    document_id = everything["results"][0]["document_id"]
    some = await searched(acme, query="lamp", metadata={"place": "Rome"})
    assert {each["metadata"]["source"] for each in some["results"]} == {"returns.md"}
    assert {each["document_id"] for each in (await searched(acme, query="lamp", documentIds=[document_id]))["results"]} == {document_id}
    assert (await searched(acme, query="lamp", documentIds=[str(uuid4())]))["results"] == []


@pytest.mark.parametrize("query", ["", "   ", "\n\t"])
async def test_a_blank_query_finds_nothing(query: str, shelf: Shelf, acme: Tenant) -> None:
    assert await searched(acme, query=query) == {"query": query, "results": [], "count": 0}


@pytest.mark.parametrize(
    ("body", "error", "path"),
    [
        ({}, "Query is required", "query"),
        ({"query": 7}, "Query is required", "query"),
        ({"query": "lamp", "limit": -1}, "limit: Input should be greater than or equal to 0", "limit"),
        ({"query": "lamp", "topK": "many"}, "topK: Input should be a valid integer, unable to parse string as an integer", "topK"),
        ({"query": "lamp", "limit": 2.5}, "limit: Input should be a valid integer, got a number with a fractional part", "limit"),
        ({"query": "lamp", "agentId": "x"}, None, "agentId"),
        ({"query": "lamp", "documentIds": ["x"]}, None, "documentIds.0"),
    ],
)
async def test_a_wrong_body_is_a_400_that_names_the_field(body: Any, error: str | None, path: str, acme: Tenant) -> None:
    answer = await acme.rest("POST", PATH, json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR")
    assert answer.json()["details"]["issues"][0]["path"] == path
    assert error is None or answer.json()["error"] == error


async def test_it_takes_the_scope(shelf: Shelf, acme: Tenant) -> None:
    answer = await acme.narrowed("contacts:read").rest("POST", PATH, json={"query": "lamp"})
    assert (answer.status_code, answer.json()["details"]) == (403, {"scope": "documents:read"})
