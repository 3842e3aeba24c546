"""Ingestion: seen step by step, atomic, patient with services, and never ended by a document (F9 to F11, F28, F29)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from pydantic import SecretStr

from models.document import ProcessingStatus
from models.embedding import pack_size
from models.job_rows import LEFT
from resolvers.documents import ingest as steps
from resolvers.documents.ingest import Attempt, Work, begin, complete, ingest, note
from resolvers.documents.passages import stored_passages
from resolvers.errors import NotFound
from resolvers.knowledge import Knowledge
from tests.ingestion.embedding_server import EmbeddingServer, Script, answer, refusal, running
from tests.ingestion.pdfs import one_line_pages
from tests.ingestion.test_poison import bomb, entities
from tests.knowledge.library import Library
from tests.shelf import sections

PDF = one_line_pages("Lamps come back within thirty days.", "Bulbs do not.", "Ask for the receipt.")


@asynccontextmanager
async def endpoint(library: Library, *scripts: Script) -> AsyncIterator[tuple[Library, EmbeddingServer]]:
    """The same company's library with an embedding endpoint of eight dimensions in place of the bundled model."""
    async with running(*scripts) as server:
        given = {"embeddings_url": server.url, "embeddings_key": SecretStr("k"), "embeddings_model": "small", "embeddings_dimension": 8}
        knowledge = Knowledge(library.knowledge.settings.model_copy(update=given))
        yield replace(library, knowledge=knowledge), server
        await knowledge.close()


async def upload_unread(library: Library, content: bytes = PDF, name: str = "a.pdf") -> dict[str, Any]:
    """An upload whose reading is left to the worker."""
    patient = library.knowledge.settings
    library.knowledge.settings = patient.model_copy(update={"upload_read_within": 0})
    try:
        return await library.upload(content, name)
    finally:
        library.knowledge.settings = patient


async def answering(library: Library) -> list[tuple[Any, ...]]:
    """What searches could find: version, content and model of each chunk that answers."""
    rows = await library.owner.fetch(
        "SELECT c.version, c.content, e.model, e.dimension FROM chunks c JOIN documents d ON d.id = c.document_id AND d.version = c.version"
        " JOIN embeddings e ON e.chunk_id = c.id ORDER BY c.ordinal"
    )
    return [tuple(row) for row in rows]


async def test_the_vectors_of_a_long_document_are_packed_by_pages(library: Library) -> None:
    await library.upload(sections(40, "Lamp number {0} hangs in the hall.").encode(), "hall.md")
    await library.work()
    packs = await library.owner.fetch("SELECT cardinality(chunk_ids), pg_column_size(p.*) FROM embedding_packs p ORDER BY id")
    assert [held for held, _ in packs] == [14, 14, 12]
    assert all(size <= 8160 for _, size in packs)
    assert await library.owner.fetchval("SELECT pg_relation_size(reltoastrelid) FROM pg_class WHERE relname = 'embedding_packs'") == 0
    in_packs = "SELECT unnest(chunk_ids) FROM embedding_packs ORDER BY id"
    assert await library.owner.fetch(in_packs) == await library.owner.fetch("SELECT id FROM chunks ORDER BY ordinal")


@pytest.mark.parametrize(("dimension", "held"), [(256, 14), (1536, 2), (3072, 1), (16_000, 1)])
def test_a_pack_holds_what_a_page_holds_and_at_least_one(dimension: int, held: int) -> None:
    assert pack_size(dimension) == held


async def test_its_progress_is_in_the_event_log_step_by_step(library: Library) -> None:
    made = await upload_unread(library)
    await library.work()
    rows = await library.owner.fetch("SELECT type FROM events WHERE entity = 'document' ORDER BY seq")
    types = [row["type"] for row in rows]
    assert (types[0], types[-1]) == ("document.created", "document.processed")
    assert types.count("document.updated") >= 4
    assert (await library.document(made["id"]))["progress"] == 100


async def test_what_is_noted_of_its_progress_can_be_read_at_once(library: Library) -> None:
    made = await upload_unread(library)
    work = Work(library.ctx(), Attempt(UUID(made["id"]), uuid4(), 1, extract=True))
    assert await begin(library.ctx(), work)
    work.told = 30
    await note(library.ctx(), work, ProcessingStatus.EXTRACTING)
    seen = await library.document(made["id"])
    assert (seen["status"], seen["processing_status"], seen["progress"]) == ("processing", "extracting", 30)


async def test_the_old_chunks_answer_until_the_new_ones_are_whole(library: Library) -> None:
    made = await library.upload(PDF, "a.pdf")
    await library.work()
    before = await answering(library)
    assert [content.rpartition("\n")[2] for _, content, _, _ in before] == [
        "Lamps come back within thirty days.",
        "Bulbs do not.",
        "Ask for the receipt.",
    ]
    async with endpoint(library, refusal(500, retry_after_ms="1")) as (broken, _):
        assert (await library.tenant.rest("POST", f"/api/knowledge-base/{made['id']}/reingest")).status_code == 200
        await broken.work()
    assert await answering(library) == before
    assert (await library.document(made["id"]))["status"] == "processing"
    await library.make_due()
    await library.work()
    after = await answering(library)
    assert [row[1:] for row in after] == [row[1:] for row in before]
    assert ({row[0] for row in before}, {row[0] for row in after}) == ({1}, {2})
    assert (await library.document(made["id"]))["version"] == 2


@pytest.mark.parametrize("poison", [lambda: bomb(100, 2)], ids=["bomb"])
async def test_a_poison_pdf_fails_in_words_and_the_next_document_is_processed(poison: Any, library: Library) -> None:
    bad = await upload_unread(library, poison(), "bomb.pdf")
    good = await upload_unread(library)
    for _ in range(3):
        await library.work()
        await library.make_due()
    failed = await library.document(bad["id"])
    assert (failed["status"], failed["error"] is not None) == ("failed", True)
    assert "Traceback" not in failed["error"]
    assert failed["error"].endswith(".")
    assert (await library.document(good["id"]))["status"] == "processed"
    attempts = await library.owner.fetchval("SELECT max(attempts) FROM jobs")
    assert attempts <= 3


async def test_a_document_with_an_entity_bomb_is_refused_or_fails(library: Library) -> None:
    sent = await library.send(entities(), "bomb.docx")
    assert (sent.status_code, sent.json()["code"]) == (400, "VALIDATION_ERROR")


async def test_a_document_that_ends_its_workers_is_given_up(library: Library) -> None:
    made = await upload_unread(library)
    # As three workers leave it that began an attempt and never said a word.
    await library.owner.execute("UPDATE jobs SET attempts = 3, error = $1", LEFT)
    await library.work()
    done = await library.document(made["id"])
    assert (done["status"], done["error"]) == ("failed", steps.ENDED_WORKERS)
    assert [state for _, state, _ in await library.jobs()] == ["done"]


async def test_a_document_whose_attempts_broke_for_other_reasons_gets_more_of_them_but_not_without_end(library: Library) -> None:
    made = await upload_unread(library)
    await library.owner.execute("UPDATE jobs SET attempts = 8, error = 'the database was away'")
    await library.work()
    done = await library.document(made["id"])
    assert (done["status"], done["error"]) == ("failed", steps.BROKEN)
    await library.tenant.rest("POST", f"/api/knowledge-base/{made['id']}/retry")
    await library.owner.execute("UPDATE jobs SET attempts = 7, error = 'the database was away' WHERE state = 'queued'")
    await library.work()
    assert (await library.document(made["id"]))["status"] == "processed"


async def test_an_endpoint_that_is_busy_is_asked_again_later(library: Library) -> None:
    async with endpoint(
        library,
        refusal(503, retry_after_ms="1"),
        refusal(503, retry_after_ms="1"),
        refusal(503, retry_after_ms="1"),
        refusal(503, retry_after_ms="1"),
        answer,
    ) as (slow, server):
        made = await slow.upload()
        await slow.work()
        waiting = await slow.document(made["id"])
        assert (waiting["processing_status"], waiting["status"]) == ("pending", "processing")
        assert [state for _, state, _ in await slow.jobs()] == ["queued"]
        await slow.make_due()
        await slow.work()
        assert (await slow.document(made["id"]))["embedding_model"] == "small"
        assert {row[2:] for row in await answering(slow)} == {("small", 8)}
        assert len(server.requests) == 5


async def test_vectors_of_a_wrong_dimension_are_never_stored(library: Library) -> None:
    async with endpoint(library, lambda body: answer(body, dimension=7)) as (wrong, _):
        made = await wrong.upload()
        await wrong.work()
        failed = await wrong.document(made["id"])
        assert (failed["status"], failed["error"]) == ("failed", steps.NO_VECTORS)
        assert (await wrong.count("embeddings"), [state for _, state, _ in await wrong.jobs()]) == (0, ["failed"])
    again = await library.tenant.rest("POST", f"/api/knowledge-base/{made['id']}/retry")
    assert again.json()["document"]["status"] == "processing"
    await library.work()
    assert (await library.document(made["id"]))["status"] == "processed"


async def test_uploading_again_what_failed_tries_it_again(library: Library) -> None:
    async with endpoint(library, refusal(401)) as (refused, _):
        made = await refused.upload()
        await refused.work()
    assert (await library.document(made["id"]))["status"] == "failed"
    again = await library.upload()
    assert (again["id"], again["duplicate"], again["status"]) == (made["id"], True, "processing")
    await library.work()
    assert (await library.document(made["id"]))["status"] == "processed"


async def test_only_what_failed_can_be_retried(library: Library) -> None:
    made = await library.upload()
    answered = await library.tenant.rest("POST", f"/api/knowledge-base/{made['id']}/retry")
    assert (answered.status_code, answered.json()["code"]) == (409, "CONFLICT")


async def test_a_document_whose_job_was_dropped_can_be_ingested_again(library: Library) -> None:
    made = await library.upload()
    path = f"/api/knowledge-base/{made['id']}/reingest"
    assert (await library.tenant.rest("POST", path)).json()["document"]["processing_status"] == "embedding"
    assert len(await library.jobs()) == 1
    await library.owner.execute("DELETE FROM jobs")
    assert (await library.tenant.rest("POST", path)).json()["document"]["processing_status"] == "pending"
    await library.work()
    assert (await library.document(made["id"]))["status"] == "processed"


async def test_a_document_that_is_deleted_while_it_is_embedded_leaves_nothing(library: Library) -> None:
    async with endpoint(library) as (slow, server):
        made = await slow.upload(PDF, "a.pdf")
        server.stalled = True
        working = asyncio.create_task(slow.work())
        while not server.requests:  # noqa: ASYNC110 - the server has no event to wait for
            await asyncio.sleep(0.01)
        assert (await slow.tenant.rest("DELETE", f"/api/knowledge-base/{made['id']}")).json() == {"success": True}
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
    assert [await library.count(table) for table in ("documents", "chunks", "embeddings")] == [0, 0, 0]


async def test_what_was_embedded_of_a_deleted_document_is_thrown_away(library: Library) -> None:
    made = await library.upload(PDF, "a.pdf")
    work = Work(library.ctx(), Attempt(UUID(made["id"]), uuid4(), 1, extract=False))
    await begin(library.ctx(), work)
    found = await stored_passages(library.ctx(), work.attempt.document_id)
    vectors = await library.knowledge.embedder.embed([passage.text for passage in found.passages])
    await library.tenant.rest("DELETE", f"/api/knowledge-base/{made['id']}")
    with pytest.raises(NotFound):
        await complete(library.ctx(), work, found, vectors)
    await ingest(library.ctx(), Attempt(work.attempt.document_id, uuid4(), 2, extract=True))
    assert [await library.count(table) for table in ("documents", "chunks", "embeddings")] == [0, 0, 0]


async def test_a_worker_that_lost_its_job_to_a_faster_one_changes_nothing(library: Library) -> None:
    made = await library.upload(PDF, "a.pdf")
    slow = Work(library.ctx(), Attempt(UUID(made["id"]), uuid4(), 1, extract=False))
    await begin(library.ctx(), slow)
    found = await stored_passages(library.ctx(), slow.attempt.document_id)
    await library.work()
    before = await answering(library)
    vectors = await library.knowledge.embedder.embed([passage.text for passage in found.passages])
    with pytest.raises(steps.Superseded):
        await complete(library.ctx(), slow, found, vectors)
    assert (await answering(library), (await library.document(made["id"]))["status"]) == (before, "processed")
