"""Uploads: answered as documented, recognised by content, kept once; what is refused leaves nothing."""

from uuid import uuid4

import pytest

from tests.ingestion.docs import paragraph, saved, word, zipped
from tests.ingestion.pdfs import one_line_pages
from tests.knowledge.library import TEXT, Library

HTML = b"<!doctype html><title>Opening hours</title><h1>Hours</h1><p>We open at nine.</p>"
CSV = b"article,price\nlamp,40\nbulb,4\nshade,12\n"


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


@pytest.mark.parametrize(
    ("content", "kind", "pages"),
    [
        (one_line_pages("We open at nine.", "We close at six."), "pdf", 2),
        (word(paragraph("We open at nine.")), "docx", None),
        (HTML, "html", None),
        (CSV, "csv", None),
        (b"# Hours\n\nWe open at **nine**.\n", "markdown", None),
        ("Alle nove in punto si apre, perch\u00e9 s\u00ec.".encode(), "text", None),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_the_kind_is_in_the_content_and_not_in_the_name(content: bytes, kind: str, pages: int | None, library: Library) -> None:
    made = await library.upload(content, "hours.xyz")
    assert (made["kind"], made["page_count"], made["title"], made["chunk_count"] > 0) == (kind, pages, "hours.xyz", True)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is empty"),
        (b"\x89PNG\r\n\x1a\n" + b"0" * 100, "picture"),
        (zipped({"xl/workbook.xml": b"<workbook/>"}), "Excel"),
        (one_line_pages("secret", password="secret"), "password"),
        (one_line_pages(""), "no text"),
        (b"%PDF-1.7\n" + b"broken" * 100, "damaged"),
    ],
    ids=["empty", "png", "xlsx", "password", "no text", "damaged"],
)
async def test_a_file_that_cannot_be_read_is_refused_in_words_and_leaves_nothing(content: bytes, said: str, library: Library) -> None:
    answer = await library.send(content, "file.pdf")
    assert (answer.status_code, answer.json().get("code")) == (400, "VALIDATION_ERROR"), answer.text
    assert said in answer.json()["error"]
    assert [issue["path"] for issue in answer.json()["details"]["issues"]] == ["file"]
    assert (await library.count("documents"), await library.jobs(), library.files()) == (0, [], [])


async def test_the_same_content_again_answers_the_document_that_is_there(library: Library) -> None:
    first = await library.upload(title="Returns")
    answer = await library.send(name="again.txt", title="Another title")
    assert (answer.status_code, answer.json()["duplicate"]) == (200, True)
    assert (answer.json()["id"], answer.json()["title"]) == (first["id"], "Returns")
    assert (await library.count("documents"), len(library.files()), len(await library.jobs())) == (1, 1, 1)


async def test_companies_share_nothing(library: Library, others: Library) -> None:
    mine, theirs = await library.upload(), await others.upload()
    assert (mine["id"] != theirs["id"], theirs["duplicate"]) == (True, False)
    assert (len(library.files()), len(others.files())) == (1, 1)


async def test_content_of_one_agent_is_not_silently_kept_from_another(library: Library) -> None:
    agents = [(await library.tenant.agent(name=name))["id"] for name in ("Ada", "Bob")]
    made = await library.upload(agent_id=agents[0])
    assert made["agent_id"] == agents[0]
    for fields in ({"agent_id": agents[1]}, {}):
        answer = await library.send(**fields)
        assert (answer.status_code, answer.json()["details"]) == (409, {"document_id": made["id"]})
    assert (await library.upload(agent_id=agents[0]))["duplicate"] is True
    patched = await library.tenant.rest("PATCH", f"/api/knowledge-base/{made['id']}", json={"agent_id": None})
    assert patched.json()["document"]["agent_id"] is None
    assert (await library.upload(agent_id=agents[1]))["duplicate"] is True


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"title": "x" * 301}, "title"),
        ({"agent_id": "nobody"}, "agent_id"),
        ({"metadata": "[1"}, "metadata"),
        ({"metadata": "[]"}, "metadata"),
    ],
)
async def test_a_wrong_field_is_named_and_nothing_is_stored(fields: dict[str, str], path: str, library: Library) -> None:
    answer = await library.send(**fields)
    assert (answer.status_code, [issue["path"] for issue in answer.json()["details"]["issues"]]) == (400, [path])
    assert (await library.count("documents"), library.files()) == (0, [])


async def test_an_unknown_agent_is_not_found_and_nothing_is_stored(library: Library, others: Library) -> None:
    theirs = (await others.tenant.agent())["id"]
    for agent_id in (theirs, str(uuid4())):
        answer = await library.send(agent_id=agent_id)
        assert (answer.status_code, answer.json()["error"]) == (404, "Agent not found")
    assert (await library.count("documents"), library.files()) == (0, [])


async def test_metadata_and_a_path_in_the_name_are_tidied(library: Library) -> None:
    made = await library.upload(name="../../etc/pass\u202ewd.txt", metadata='{"language": "en"}', title="")
    assert (made["file_name"], made["title"], made["metadata"]) == ("passwd.txt", "passwd.txt", {"language": "en"})


async def test_what_takes_long_to_read_is_left_to_a_worker(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    without = library.knowledge.settings.model_copy(update={"upload_read_within": 0})
    monkeypatch.setattr(library.knowledge, "settings", without)
    made = await library.upload(one_line_pages("One.", "Two.", "Three."))
    assert (made["chunk_count"], made["status"], made["processing_status"], made["page_count"]) == (0, "processing", "pending", None)
    await library.work()
    done = await library.document(made["id"])
    assert (done["chunk_count"], done["status"], done["page_count"], done["version"]) == (3, "processed", 3, 1)
    pages = await library.owner.fetch("SELECT page, content FROM chunks ORDER BY ordinal")
    assert [tuple(row) for row in pages] == [(1, "One."), (2, "Two."), (3, "Three.")]


async def test_a_file_over_the_limit_is_refused_and_leaves_nothing(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    smaller = library.knowledge.settings.model_copy(update={"upload_max_file": 5000})
    monkeypatch.setattr(library.knowledge, "settings", smaller)
    answer = await library.send(b"x" * 5001)
    assert (answer.status_code, answer.json()["code"], answer.json()["details"]) == (413, "PAYLOAD_TOO_LARGE", {"limit": 5000})
    assert (await library.count("documents"), library.files()) == (0, [])
    assert (await library.send(b"word " * 1000)).status_code == 201


async def test_a_file_of_ten_megabytes_is_taken_and_a_larger_body_is_not(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(library.knowledge, "settings", library.knowledge.settings.model_copy(update={"upload_read_within": 0}))
    largest = (b"lamp " * (2 * 1024 * 1024 + 1))[: library.knowledge.settings.upload_max_file]
    made = await library.upload(largest)
    assert (await library.send(largest + b"x" * 200_000)).status_code == 413
    await library.work()
    done = await library.document(made["id"])
    sentence = "The document has more than 3,145,728 characters of text. Split it and upload the parts."
    assert (done["status"], done["error"]) == ("failed", sentence)


async def test_word_documents_are_read(library: Library) -> None:
    from docx import Document

    document = Document()
    document.add_heading("Returns", 1)
    document.add_paragraph("Thirty days.")
    assert (await library.upload(saved(document), "returns"))["kind"] == "docx"
