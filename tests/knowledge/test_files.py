"""Files: links that authorise one file, removal through jobs, files that wait for their document, and buckets."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import httpx2
import pytest
from pydantic import SecretStr

from ingestion.storage import StorageFull, StorageUnavailable, TooLarge
from models.columns import now
from models.job import JobQueue
from resolvers.documents import receive, upload_document
from resolvers.documents.files import forget_file
from resolvers.documents.inputs import Unnamed
from resolvers.documents.jobs import UPLOADS_KEPT
from resolvers.documents.storage import storage_faults
from resolvers.errors import ParleyError, Unavailable
from resolvers.knowledge import Knowledge
from resolvers.logic.links import Link
from tests.ingestion.pdfs import one_line_pages
from tests.ingestion.s3_server import KEY_ID, S3Server, running
from tests.knowledge.library import TEXT, Library

FILES = "/api/knowledge-base/files"


def path_of(url: str) -> str:
    """The part of a link that the application serves."""
    return urlsplit(url).path


async def view(library: Library, document_id: str) -> dict[str, Any]:
    """What the view answers."""
    answer = await library.tenant.rest("GET", f"/api/knowledge-base/{document_id}/view")
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


async def test_a_link_gives_its_file_to_whoever_has_it(library: Library) -> None:
    made = await library.upload(name="Ritorni è qui.txt")
    link = await view(library, made["id"])
    assert (link["mimeType"], link["url"].startswith("http://127.0.0.1:8000/files/")) == ("text/plain", True)
    answer = await library.tenant.client.get(path_of(link["url"]))
    assert (answer.status_code, answer.content) == (200, TEXT)
    told = {name: answer.headers[name] for name in ("content-type", "content-length", "x-content-type-options", "cache-control")}
    assert told == {"content-type": "text/plain", "content-length": str(len(TEXT)), "x-content-type-options": "nosniff"} | {
        "cache-control": "private, no-store"
    }
    assert answer.headers["content-disposition"] == "inline; filename*=UTF-8''Ritorni%20%C3%A8%20qui.txt"


async def test_a_page_is_saved_and_not_shown(library: Library) -> None:
    made = await library.upload(b"<!doctype html><title>x</title><p>Open at nine.<script>alert(1)</script>", "x.html")
    answer = await library.tenant.client.get(path_of((await view(library, made["id"]))["url"]))
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert "default-src 'none'" in answer.headers["content-security-policy"]


async def test_a_link_opens_nothing_else_and_runs_out_after_an_hour(library: Library, others: Library) -> None:
    mine, theirs = await library.upload(), await others.upload()
    links, company = library.knowledge.links, library.tenant.company_id
    good = path_of((await view(library, mine["id"]))["url"])
    wrong = [
        links.url(Link(company, UUID(mine["id"]), now() - timedelta(seconds=1))),
        links.url(Link(company, UUID(theirs["id"]), now() + timedelta(hours=1))),
        replace(links, key=b"x" * 32).url(Link(company, UUID(mine["id"]), now() + timedelta(hours=1))),
        *(good[:at] + ("A" if good[at] != "A" else "B") + good[at + 1 :] for at in range(8, len(good), 9)),
        "/files/x",
    ]
    answers = [await library.tenant.client.get(path_of(each)) for each in wrong]
    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(404, "NOT_FOUND")}
    # No spelling that another layer could read as another path is open to everybody.
    assert (await library.tenant.client.get("/files/%00")).status_code == 401
    expires_at = now() + timedelta(minutes=61)
    assert links.read(good.rpartition("/")[2], expires_at) is None
    await library.tenant.rest("DELETE", f"/api/knowledge-base/{mine['id']}")
    assert (await library.tenant.client.get(good)).status_code == 404


async def test_deleting_a_document_removes_its_file_through_a_job(library: Library) -> None:
    made = await library.upload()
    await library.work()
    assert (await library.tenant.rest("DELETE", f"/api/knowledge-base/{made['id']}")).json() == {"success": True}
    assert [await library.count(table) for table in ("documents", "chunks", "embeddings")] == [0, 0, 0]
    assert len(library.files()) == 1
    assert await library.work(JobQueue.LIGHT) == 1
    assert library.files() == []
    assert (await library.tenant.rest("DELETE", f"/api/knowledge-base/{made['id']}")).status_code == 404


async def test_the_same_content_uploaded_right_after_a_deletion_keeps_its_own_file(library: Library) -> None:
    first = await library.upload()
    await library.tenant.rest("DELETE", f"/api/knowledge-base/{first['id']}")
    second = await library.upload()
    await library.work(JobQueue.LIGHT)
    assert len(library.files()) == 1
    assert (await library.tenant.client.get(path_of((await view(library, second["id"]))["url"]))).content == TEXT


async def store(library: Library, content: bytes = TEXT) -> httpx2.Response:
    """Send a file that waits for its document."""
    return await library.tenant.rest("POST", FILES, files={"file": ("waiting.txt", content)})


CREATE = (
    "mutation ($input: CreateDocumentInput!) { createDocument(input: $input) { document { id title status fileName agent { name } } } }"
)


async def test_a_file_becomes_a_document_by_a_mutation_that_names_it_once(library: Library, others: Library) -> None:
    stored = await store(library)
    assert (stored.status_code, stored.json()["mime_type"], stored.json()["file_name"]) == (201, "text/plain", "waiting.txt")
    agent = await library.tenant.agent(name="Ada")
    given = {"fileId": stored.json()["file_id"], "title": "Returns", "agentId": agent["id"]}
    refused = await others.tenant.graphql(CREATE, input={"fileId": given["fileId"]})
    assert refused["errors"][0]["extensions"]["issues"] == [{"path": "input.fileId", "message": "File not found"}]
    made = (await library.tenant.data(CREATE, input=given))["createDocument"]["document"]
    assert made | {"id": ""} == {
        "id": "",
        "title": "Returns",
        "status": "PROCESSING",
        "fileName": "waiting.txt",
        "agent": {"name": "Ada"},
    }
    again = await library.tenant.graphql(CREATE, input=given)
    assert again["errors"][0]["extensions"]["code"] == "NOT_FOUND"
    await library.work()
    query = (
        """query ($id: ID!) { document(id: $id) { status chunkCount chunks { totalCount nodes { content page document { title } } } } }"""
    )
    done = (await library.tenant.data(query, id=made["id"]))["document"]
    chunk = {"content": TEXT.decode().strip(), "page": None, "document": {"title": "Returns"}}
    assert done == {"status": "PROCESSED", "chunkCount": 1, "chunks": {"totalCount": 1, "nodes": [chunk]}}


async def test_content_that_is_there_answers_its_document_and_its_second_file_goes(library: Library) -> None:
    made = await library.upload()
    stored = (await store(library)).json()
    found = await library.tenant.data(CREATE, input={"fileId": stored["file_id"]})
    assert (found["createDocument"]["document"]["id"], len(library.files())) == (made["id"], 2)
    await library.work(JobQueue.LIGHT)
    assert len(library.files()) == 1


async def test_a_file_that_no_document_was_made_of_is_removed_after_a_day(library: Library) -> None:
    stored = (await store(library)).json()
    waits = await library.owner.fetchval("SELECT run_at - now() FROM jobs WHERE id = $1", UUID(stored["file_id"]))
    assert UPLOADS_KEPT - timedelta(minutes=1) < waits <= UPLOADS_KEPT
    assert await library.work(JobQueue.LIGHT) == 0
    await library.make_due()
    late = await library.tenant.graphql(CREATE, input={"fileId": stored["file_id"]})
    assert late["errors"][0]["extensions"]["code"] == "NOT_FOUND"
    await library.work(JobQueue.LIGHT)
    assert library.files() == []


async def test_a_link_by_graphql_is_the_same(library: Library) -> None:
    made = await library.upload(one_line_pages("One."), "one.pdf")
    link = (await library.tenant.data("query ($id: ID!) { documentLink(id: $id) { url mimeType expiresAt } }", id=made["id"]))[
        "documentLink"
    ]
    assert link["mimeType"] == "application/pdf"
    assert (await library.tenant.client.get(path_of(link["url"]))).headers["content-type"] == "application/pdf"


@asynccontextmanager
async def bucket(library: Library) -> AsyncIterator[tuple[Library, S3Server]]:
    """The same company's library with a bucket in place of the folder."""
    async with running() as server:
        given = {
            "storage_url": f"s3://files/kb?endpoint={server.url}",
            "storage_key_id": KEY_ID,
            "storage_secret": SecretStr("secret"),
            "upload_read_within": 0,
        }
        yield replace(library, knowledge=Knowledge(library.knowledge.settings.model_copy(update=given))), server


async def content() -> AsyncIterator[bytes]:
    """The text as a stream."""
    yield TEXT


async def test_a_bucket_keeps_gives_and_loses_files(library: Library) -> None:
    async with bucket(library) as (far, server):
        ctx = far.ctx()
        async with receive(ctx, content()) as received:
            made = (await upload_document(ctx, received, "a.txt", Unnamed())).document
        assert list(server.objects) == [f"kb/{made.file_key}"]
        await far.work()
        assert (await far.document(str(made.id)))["status"] == "processed"
        link = await far.knowledge.storage.link(made.file_key, timedelta(hours=1))
        assert urlsplit(link or "").path == f"/files/kb/{made.file_key}"
        await far.tenant.rest("DELETE", f"/api/knowledge-base/{made.id}")
        await far.work(JobQueue.LIGHT)
        assert server.objects == {}


async def test_a_storage_that_is_away_is_said_and_leaves_no_document(library: Library) -> None:
    async with bucket(library) as (far, server):
        server.failing.add("PUT")
        ctx = far.ctx()
        async with receive(ctx, content()) as received:
            with pytest.raises(Unavailable, match="storage of files is away"):
                await upload_document(ctx, received, "a.txt", Unnamed())
        assert await library.count("documents") == 0
        # Whether it was stored all the same is nobody's to know: the job looks after it.
        assert [type_ for type_, _, _ in await library.jobs()] == ["documents.forget_file"]
        server.failing.clear()
        key = await library.owner.fetchval("SELECT payload->>'file_key' FROM jobs")
        await forget_file(ctx, key)


async def test_a_folder_that_cannot_be_written_is_503_and_leaves_no_document(library: Library) -> None:
    folder = library.knowledge.settings.data_dir / "files"
    await library.upload(b"Another text.")
    company = folder / str(library.tenant.company_id)
    company.rename(folder / "aside")
    company.write_text("in the way")
    try:
        answer = await library.send()
    finally:
        company.unlink()
        (folder / "aside").rename(company)
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "SERVICE_UNAVAILABLE", "5")
    assert await library.count("documents") == 1
    assert (await library.send()).status_code == 201


async def test_a_file_that_was_lost_is_told(library: Library) -> None:
    made = await library.upload()
    for path in (library.knowledge.settings.data_dir / "files" / str(library.tenant.company_id)).glob("*"):
        path.unlink()
    assert (await library.tenant.client.get(path_of((await view(library, made["id"]))["url"]))).status_code == 404
    await library.work()
    await library.tenant.rest("POST", f"/api/knowledge-base/{made['id']}/reingest")
    await library.work()
    assert "no longer in the storage" in (await library.document(made["id"]))["error"]


@pytest.mark.parametrize(
    ("fault", "code", "said"),
    [
        (StorageFull("x: No space left on device"), "SERVICE_UNAVAILABLE", "There is no room for files"),
        (StorageUnavailable("x: refused"), "SERVICE_UNAVAILABLE", "The storage of files is away"),
        (TooLarge(1000), "PAYLOAD_TOO_LARGE", "over the limit of 1,000 bytes"),
    ],
    ids=["full", "away", "too large"],
)
def test_faults_of_the_storage_are_told_apart(fault: Exception, code: str, said: str) -> None:
    with pytest.raises(ParleyError, match=said) as refused, storage_faults():
        raise fault
    assert refused.value.code == code
