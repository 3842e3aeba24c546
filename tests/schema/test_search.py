"""`searchKnowledge`: the same hits as over REST, best first, with their documents and chunks."""

from pathlib import Path
from typing import Any

import pytest

from app import Parley
from tests.shelf import Shelf, shelf_of
from tests.tenant import Tenant

DOCUMENT = """query ($words: String!, $first: PageSize, $threshold: Float, $agentId: ID, $documentIds: [ID!], $metadata: JSON) {
  searchKnowledge(query: $words, first: $first, threshold: $threshold, agentId: $agentId, documentIds: $documentIds, metadata: $metadata) {
    rank score documentId chunkId content title source page version spanStart spanEnd headings
    explain { foundBy fused cosine vectorRank text textRank } document { id title chunkCount } chunk { id ordinal document { id } }
  }
}"""
RETURNS = "# Returns\n\nYou may send back any lamp within thirty days.\n\n# Delivery\n\nParcels to Norway take a week because of customs.\n"
HOURS = "# Opening hours\n\nThe showroom is open from Tuesday to Saturday.\n"


@pytest.fixture
async def shelf(acme: Tenant, app: Parley, tmp_path: Path) -> Shelf:
    """Acme's, with two documents."""
    made = shelf_of(acme, app, tmp_path / "acme")
    await made.add(RETURNS, "returns.md", title="Returns", metadata={"place": "Rome"})
    await made.add(HOURS, "hours.md")
    return made


async def found(tenant: Tenant, **given: Any) -> list[dict[str, Any]]:
    """The hits of a search that must succeed."""
    hits: list[dict[str, Any]] = (await tenant.data(DOCUMENT, **given))["searchKnowledge"]
    return hits


async def test_hits_come_best_first_with_their_document_and_chunk(shelf: Shelf, acme: Tenant) -> None:
    hits = await found(acme, words="How long do I have to give a lamp back?")
    assert [hit["rank"] for hit in hits] == [1, 2, 3]
    best = hits[0]
    assert (best["title"], best["source"], best["version"], best["headings"]) == ("Returns", "returns.md", 1, ["Returns"])
    assert best["document"] == {"id": best["documentId"], "title": "Returns", "chunkCount": 2}
    assert best["chunk"] == {"id": best["chunkId"], "ordinal": 0, "document": {"id": best["documentId"]}}
    assert best["explain"]["foundBy"] == ["vector", "text"]
    assert best["content"][best["spanStart"] : best["spanEnd"]] == "Returns\n\nYou may send back any lamp within thirty days."


async def test_both_doors_find_the_same(shelf: Shelf, acme: Tenant) -> None:
    words, given = "lamp in the showroom", {"threshold": 0.01, "metadata": {"place": "Rome"}}
    over_rest = (await acme.rest("POST", "/api/knowledge-base/search", json={"query": words, **given})).json()["results"]
    assert {(each["id"], each["score"], each["explain"]["rank"]) for each in over_rest} == {
        (each["chunkId"], each["score"], each["rank"]) for each in await found(acme, words=words, **given)
    }
    assert len(over_rest) == 2


@pytest.mark.parametrize("selected", ["document { title }", "... on KnowledgeHit { document { title } }", "also: document { title }"])
async def test_four_statements_serve_any_number_of_hits_with_their_documents(selected: str, shelf: Shelf, acme: Tenant) -> None:
    answer = await acme.graphql_response(f'{{ searchKnowledge(query: "lamp", first: 50) {{ content title {selected} }} }}')
    hits = answer.json()["data"]["searchKnowledge"]
    assert len(hits) == 3
    assert [(hit.get("document") or hit.get("also"))["title"] for hit in hits] == [hit["title"] for hit in hits]
    assert answer.headers["server-timing"] == 'sql;desc="4"'


async def test_it_costs_what_it_declares(shelf: Shelf, acme: Tenant) -> None:
    body = await acme.graphql('{ searchKnowledge(query: "lamp", first: 10) { content document { title } } }')
    # Five a hit and one for its document: ten could have come, and three did.
    assert (body["extensions"]["cost"]["requested"], body["extensions"]["cost"]["actual"]) == (60, 18)


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"first": 51}, "first"),
        ({"threshold": 2}, "threshold"),
        ({"agentId": "x"}, "agentId"),
        ({"documentIds": ["x"]}, "documentIds.0"),
        ({"metadata": [1]}, "metadata"),
    ],
)
async def test_a_wrong_argument_is_named(given: dict[str, Any], path: str, acme: Tenant) -> None:
    body = await acme.graphql(DOCUMENT, words="lamp", **given)
    (error,) = body["errors"]
    assert (error["path"], error["extensions"]["code"]) == (["searchKnowledge"], "VALIDATION_ERROR")
    assert [issue["path"] for issue in error["extensions"]["issues"]] == [path]
    assert body["data"] == {"searchKnowledge": None}


async def test_it_takes_the_scope(shelf: Shelf, acme: Tenant) -> None:
    body = await acme.narrowed("contacts:read").graphql('{ searchKnowledge(query: "lamp") { content } }')
    assert (body["data"], body["errors"][0]["extensions"]["scope"]) == ({"searchKnowledge": None}, "documents:read")
