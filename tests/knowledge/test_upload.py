"""Uploads: answered as documented, recognised by content, kept once."""

from tests.knowledge.library import TEXT, Library


async def test_an_upload_answers_as_documented_and_becomes_processed(library: Library) -> None:
    made = await library.upload(title="Returns", description="What may be sent back")
    documented = {name: made[name] for name in ("title", "status", "chunk_count")}
    assert documented == {"title": "Returns", "status": "processing", "chunk_count": 1}
    assert (made["success"], made["duplicate"], made["document"]["id"]) == (True, False, made["id"])
    assert (made["_id"], made["name"], made["file_type"]) == (made["id"], "Returns", "text/plain")
    assert (made["file_name"], made["kind"], made["file_size"]) == ("returns.txt", "text", len(TEXT))
    assert (made["processing_status"], made["version"], made["embedding_model"]) == ("embedding", 0, None)
    assert await library.work() == 1
    done = await library.document(made["id"])
    assert (done["status"], done["processing_status"], done["progress"], done["error"]) == ("processed", "completed", 100, None)
    assert (done["version"], done["chunk_count"], done["embedding_model"]) == (1, 1, "wordllama-l2-supercat-256")
    assert done["processed_at"] is not None
    assert [await library.count(table) for table in ("documents", "chunks", "embeddings")] == [1, 1, 1]
    assert await library.jobs() == [("documents.ingest", "done", None)]
