"""Another model: its vectors are made in the background, the old ones answer meanwhile, and the two are never mixed."""

from jobs.schedule import schedule_vectors
from models.job_rows import JobRows
from tests.ingestion.embedding_server import answer, refusal
from tests.knowledge.library import Library
from tests.knowledge.test_ingest import PDF, answering, endpoint

BUNDLED = "wordllama-l2-supercat-256"


async def test_documents_answer_with_the_old_model_until_all_vectors_of_the_new_one_are_there(library: Library) -> None:
    made = await library.upload(PDF, "a.pdf")
    await library.work()
    async with endpoint(
        library,
        refusal(503, retry_after_ms="1"),
        refusal(503, retry_after_ms="1"),
        refusal(503, retry_after_ms="1"),
        refusal(503, retry_after_ms="1"),
        answer,
    ) as (other, _):
        rows = JobRows(other.tenant.database)
        await schedule_vectors(other.tenant.database, rows, other.knowledge.embedder.model)
        await schedule_vectors(other.tenant.database, rows, other.knowledge.embedder.model)
        assert [state for type_, state, _ in await other.jobs() if type_ == "documents.reembed"] == ["queued"]
        await other.work()
        assert {row[2:] for row in await answering(other)} == {(BUNDLED, 256)}
        seen = await other.document(made["id"])
        assert (seen["status"], seen["embedding_model"]) == ("processed", BUNDLED)
        await other.make_due()
        await other.work()
        assert {row[2:] for row in await answering(other)} == {("small", 8)}
        seen = await other.document(made["id"])
        assert (seen["status"], seen["embedding_model"], seen["version"]) == ("processed", "small", 1)
        await schedule_vectors(other.tenant.database, rows, other.knowledge.embedder.model)
        assert [state for type_, state, _ in await other.jobs() if type_ == "documents.reembed"] == ["done"]
