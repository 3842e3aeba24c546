"""Search: what either leg finds, what narrows it, and that nothing is found that is not the company's own."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from pydantic import SecretStr

from app import Parley
from embedded import PostgresServer
from ingestion.embed import Endpoint, EndpointEmbedder
from models.db.compile import Compiled
from models.db.session import Session
from models.search import Near, Sought
from resolvers.errors import BadRequest, Unavailable
from resolvers.questions import Questions
from resolvers.search import KnowledgeSearch, search_knowledge
from tests.shelf import Shelf, sections, shelf_of
from tests.tenant import Tenant

RETURNS = "# Returns\n\nYou may send back any lamp within thirty days.\n\n# Delivery\n\nParcels to Norway take a week because of customs.\n"
PARTS = "# Spare parts\n\nThe driver DRV-24-36 feeds pendants up to 36 watts.\n"
HOURS = "# Opening hours\n\nThe showroom is open from Tuesday to Saturday.\n"


@pytest.fixture
def shelf(acme: Tenant, app: Parley, tmp_path: Path) -> Shelf:
    """Acme's."""
    return shelf_of(acme, app, tmp_path / "acme")


@pytest.fixture
def others(rival: Tenant, app: Parley, tmp_path: Path) -> Shelf:
    """The other company's."""
    return shelf_of(rival, app, tmp_path / "rival")


async def as_owner(postgres: PostgresServer, statement: str) -> None:
    """Run a statement that row level security does not bind."""
    connection = await asyncpg.connect(postgres.url("postgres", "tested"))
    await connection.execute(statement)
    await connection.close()


async def test_a_question_in_other_words_finds_the_passage_with_where_it_stands(shelf: Shelf) -> None:
    document_id = await shelf.add(RETURNS, "returns.md")
    best = (await shelf.find("How long do I have to give a lamp back?"))[0]
    passage = best.passage
    assert (best.rank, passage.document_id, passage.version, passage.headings) == (1, document_id, 1, ["Returns"])
    text = "Returns\n\nYou may send back any lamp within thirty days."
    assert (passage.content, passage.span_start, passage.span_end) == (text, 0, len(text))
    assert best.standing.found_by == ("vector", "text")
    assert 0.4 < best.standing.score < 0.9


async def test_a_part_number_is_found_by_its_words(shelf: Shelf) -> None:
    for text, name in ((RETURNS, "returns.md"), (PARTS, "parts.md"), (HOURS, "hours.md")):
        await shelf.add(text, name)
    best = (await shelf.find("DRV-24-36"))[0]
    assert (best.passage.file_name, best.standing.text, best.standing.text_rank) == ("parts.md", 1.0, 1.0)


async def test_passages_with_the_same_words_share_the_middle_of_their_places(shelf: Shelf) -> None:
    await shelf.add(sections(3, "Lamp number {0} hangs in the hall.") + "\n# Chairs\n\nA chair stands there.\n", "hall.md")
    found = {hit.passage.ordinal: hit.standing for hit in await shelf.find("lamp")}
    assert [found[number].text_rank for number in range(3)] == [2.0, 2.0, 2.0]
    assert (found[3].text, found[3].text_rank) == (None, None)


async def test_a_rare_word_weighs_more_than_a_common_one(shelf: Shelf) -> None:
    await shelf.add(sections(5, "Lamp number {0} hangs in the hall.") + "\n# Light\n\nA chandelier hangs there.\n", "hall.md")
    found = {hit.passage.ordinal: hit.standing.text for hit in await shelf.find("lamp chandelier", limit=10)}
    assert (found[5] or 0) > 0.7
    assert (found[0] or 1) < 0.3


@pytest.mark.parametrize("query", ["the of and", "di che è", "?", "\u2019"])
async def test_stop_words_and_signs_alone_find_by_the_vector_or_not_at_all_without_a_fault(query: str, shelf: Shelf) -> None:
    await shelf.add(HOURS, "hours.md")
    assert len(await shelf.find(query)) == 1


class Meanwhile:
    """A session in which something happens after the legs of a search and before its passages are read."""

    def __init__(self, session: Session, happens: Callable[[], Awaitable[None]]) -> None:
        self._session = session
        self._happens = happens

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)

    async def records_together(self, *selects: Compiled) -> Any:
        """As it is; after the two legs, that."""
        found = await self._session.records_together(*selects)
        if len(selects) == 2:
            await self._happens()
        return found


async def test_a_document_that_is_replaced_while_it_is_searched_is_searched_again(shelf: Shelf, postgres: PostgresServer) -> None:
    await shelf.add(RETURNS, "0.md")
    versions = [RETURNS + "\n# Again\n\nA lamp.\n", RETURNS]

    async def replaced() -> None:
        if versions:
            await as_owner(postgres, "DELETE FROM documents")
            await shelf.add(versions.pop(), f"{3 - len(versions)}.md")

    seen = replace(shelf.ctx, db=Meanwhile(shelf.ctx.db, replaced))
    found = await search_knowledge(seen, KnowledgeSearch.read({"query": "lamp"}))
    assert ({hit.passage.file_name for hit in found.hits}, [hit.rank for hit in found.hits]) == ({"3.md"}, [1, 2, 3])


async def test_what_is_replaced_without_end_is_left_out_after_a_few_looks(shelf: Shelf, postgres: PostgresServer) -> None:
    await shelf.add(RETURNS, "returns.md")
    looks: list[int] = []

    async def replaced() -> None:
        looks.append(len(looks))
        await as_owner(postgres, "DELETE FROM documents WHERE file_name <> 'kept.md'")
        await shelf.add(f"{RETURNS} {looks}", f"{len(looks)}.md")

    await shelf.add(HOURS, "kept.md")
    found = await search_knowledge(
        replace(shelf.ctx, db=Meanwhile(shelf.ctx.db, replaced)), KnowledgeSearch.read({"query": "lamp showroom"})
    )
    assert looks == [0, 1, 2]
    assert {hit.passage.file_name for hit in found.hits} == {"kept.md"}


@pytest.mark.parametrize(
    "query", ["it's (open | closed) & !always:*", "\\ ' '' \\' <-> <2> lamp:AB", "l'orario dell\u2019apertura", "$1 :query %s"]
)
async def test_operators_and_quotes_are_words_like_any(query: str, shelf: Shelf) -> None:
    await shelf.add(HOURS, "hours.md")
    assert {hit.passage.file_name for hit in await shelf.find(query)} == {"hours.md"}


async def test_a_passage_without_a_vector_is_found_by_its_words_with_the_score_0(shelf: Shelf, postgres: PostgresServer) -> None:
    await shelf.add(PARTS, "parts.md")
    await as_owner(postgres, "DELETE FROM embeddings; DELETE FROM embedding_packs")
    (hit,) = await shelf.find("driver for pendants")
    assert (hit.standing.cosine, hit.standing.score, hit.standing.found_by) == (None, 0.0, ("text",))
    assert await shelf.find("driver for pendants", threshold=0.000001) == []


async def test_vectors_of_another_model_are_never_compared(shelf: Shelf, postgres: PostgresServer) -> None:
    await shelf.add(PARTS, "parts.md")
    await as_owner(postgres, "UPDATE embeddings SET model = 'another', dimension = 3, embedding = '[1,2,3]'")
    await as_owner(postgres, "UPDATE embedding_packs SET model = 'another', dimension = 3, embeddings = array['[1,2,3]'::halfvec]")
    assert await shelf.find("components for luminaires") == []
    assert [hit.standing.found_by for hit in await shelf.find("driver")] == [("text",)]


async def test_a_threshold_keeps_those_that_reach_it(shelf: Shelf) -> None:
    for text, name in ((RETURNS, "returns.md"), (PARTS, "parts.md"), (HOURS, "hours.md")):
        await shelf.add(text, name)
    scores = sorted((hit.standing.score for hit in await shelf.find("When is the showroom open?")), reverse=True)
    kept = await shelf.find("When is the showroom open?", threshold=scores[1])
    assert sorted((hit.standing.score for hit in kept), reverse=True) == scores[:2]


async def test_the_limit_is_kept_and_the_best_come_first(shelf: Shelf) -> None:
    await shelf.add(sections(60, "Lamp number {0} hangs in the hall."), "hall.md")
    for limit, expected in ((0, 0), (1, 1), (16, 16), (50, 50), (1000, 50)):
        hits = await shelf.find("lamp in the hall", limit=limit)
        assert [hit.rank for hit in hits] == list(range(1, expected + 1))
        assert [hit.standing.fused for hit in hits] == sorted((hit.standing.fused for hit in hits), reverse=True)


async def test_an_agent_sees_its_documents_and_those_of_the_whole_company(shelf: Shelf, acme: Tenant) -> None:
    one, two = [UUID((await acme.agent(name=name))["id"]) for name in ("One", "Two")]
    await shelf.add(HOURS, "ones.md", agent_id=one)
    await shelf.add(HOURS + "\n", "twos.md", agent_id=two)
    await shelf.add(HOURS + "\n\n", "all.md")
    assert await shelf.names("showroom", agentId=str(one)) == {"ones.md", "all.md"}
    assert await shelf.names("showroom", agent_id=str(two)) == {"twos.md", "all.md"}
    assert await shelf.names("showroom", agentId=str(uuid4())) == {"all.md"}
    assert await shelf.names("showroom") == {"ones.md", "twos.md", "all.md"}


async def test_documents_and_metadata_narrow_it(shelf: Shelf) -> None:
    first = await shelf.add(HOURS, "first.md", metadata={"place": "Rome", "tags": ["a", "b"]})
    second = await shelf.add(HOURS + "\n", "second.md", metadata={"place": "Vienna"})
    assert await shelf.names("showroom", documentIds=[str(second)]) == {"second.md"}
    assert await shelf.names("showroom", document_ids=[str(first), str(second), str(uuid4())]) == {"first.md", "second.md"}
    assert await shelf.names("showroom", documentIds=[]) == set()
    assert await shelf.names("showroom", metadata={"place": "Rome"}) == {"first.md"}
    assert await shelf.names("showroom", metadata={"tags": ["b"]}) == {"first.md"}
    assert await shelf.names("showroom", metadata={"place": "Rome"}, documentIds=[str(second)]) == set()


async def test_another_companys_documents_are_never_found(shelf: Shelf, others: Shelf) -> None:
    await shelf.add(HOURS, "mine.md")
    theirs = await others.add(HOURS, "theirs.md")
    assert await shelf.names("When is the showroom open?") == {"mine.md"}
    assert await others.names("When is the showroom open?") == {"theirs.md"}
    assert await shelf.names("showroom", documentIds=[str(theirs)]) == set()


async def test_another_companys_passages_do_not_change_what_words_weigh(shelf: Shelf, others: Shelf) -> None:
    await shelf.add(HOURS, "mine.md")
    before = [hit.standing for hit in await shelf.find("showroom chandelier")]
    await others.add(sections(5, "Showroom number {0} has a chandelier."), "theirs.md")
    assert [hit.standing for hit in await shelf.find("showroom chandelier")] == before


async def test_the_index_finds_what_comparing_all_finds(shelf: Shelf, others: Shelf) -> None:
    await others.add(sections(40, "Lamp number {0} hangs in their hall."), "theirs.md")
    await shelf.add(sections(40, "Lamp number {0} hangs in the hall."), "mine.md")
    questions = Questions(shelf.ctx.knowledge.embedder)  # type: ignore[union-attr]  # made with it
    sought = Sought("lamp 7", await questions.vector("lamp 7"), questions.embedder.model, 256)

    async def nearest(asked: Sought) -> list[tuple[UUID, float]]:
        found = [Near(*row) for row in await shelf.ctx.db.records(asked.nearest(30))]
        return [(each.chunk_id, round(each.cosine, 5)) for each in found]

    variants = (sought, replace(sought, exact_below=0), replace(sought, exact_below=0, metadata={}, document_ids=None))
    found = [await nearest(each) for each in variants]
    assert len(found[0]) == 30
    assert found[0] == found[1] == found[2]


async def test_a_search_takes_three_statements_and_a_blank_one_none(shelf: Shelf) -> None:
    await shelf.add(HOURS, "hours.md")
    before = shelf.ctx.db.statements
    await shelf.find("showroom")
    assert shelf.ctx.db.statements == before + 3
    assert await shelf.find(" \n\t ") == []
    assert await shelf.find("showroom", limit=0) == []
    assert shelf.ctx.db.statements == before + 3


@pytest.mark.parametrize(
    ("given", "path", "message"),
    [
        ({}, "query", "Query is required"),
        ({"query": 5}, "query", "Query is required"),
        ({"query": None}, "query", "Query is required"),
        ({"query": "x" * 4001}, "query", "String should have at most 4000 characters"),
        ({"query": "x", "limit": -1}, "limit", "Input should be greater than or equal to 0"),
        ({"query": "x", "threshold": 1.1}, "threshold", "Input should be less than or equal to 1"),
        ({"query": "x", "metadata": []}, "metadata", "Input should be a valid dictionary"),
    ],
)
def test_a_wrong_input_is_named(given: dict[str, object], path: str, message: str) -> None:
    with pytest.raises(BadRequest) as refused:
        KnowledgeSearch.read(given)
    assert refused.value.details["issues"] == [{"path": path, "message": message}]


async def test_an_endpoint_that_is_away_is_told(unused_tcp_port: int) -> None:
    endpoint = Endpoint(f"http://127.0.0.1:{unused_tcp_port}/v1", SecretStr("k"), "m", 3, retries=0)
    embedder = EndpointEmbedder(endpoint)
    with pytest.raises(Unavailable, match="The question could not be embedded"):
        await Questions(embedder).vector("anything")
    await embedder.close()


async def test_the_vector_of_a_question_is_remembered(app: Parley) -> None:
    questions = Questions(app.services.knowledge.embedder)
    first = await questions.vector("Where is my parcel?")
    assert await questions.vector("Where is my parcel?") is first
    assert await questions.vector("Where is my lamp?") != first
