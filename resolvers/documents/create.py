"""A document is made of a file that is stored already."""

from dataclasses import asdict
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from ingestion.extraction import Extracted
from models.agent import AGENT
from models.db.row import Row, rows_of
from models.document import DOCUMENT, DocumentStatus, ProcessingStatus
from models.ids import new_id
from resolvers.ctx import Ctx, command
from resolvers.documents.files import File, claimed
from resolvers.documents.inputs import NewDocument, Unnamed
from resolvers.documents.jobs import ask_to_forget, ask_to_ingest
from resolvers.documents.passages import passages_of, write_chunks
from resolvers.documents.state import EXTRACTED_AT, start
from resolvers.errors import Conflict
from resolvers.events import created
from resolvers.listing import existing

DOCUMENTS = DOCUMENT.table
SAID = ("title", "description", "agent_id", "metadata")


class Uploaded(NamedTuple):
    """A document, and whether its content was there before."""

    document: Row
    duplicate: bool


async def create_document(ctx: Ctx, new: NewDocument) -> Row:
    """Make a document of a file that was sent to `POST /api/knowledge-base/files`; content that is there already answers its document."""
    return (await register(ctx, new.file_id, new, None)).document


@command("documents:write")
async def register(ctx: Ctx, file_id: UUID, new: Unnamed, extracted: Extracted | None) -> Uploaded:
    """Make the document of a stored file, with its chunks if they are known, and have it ingested."""
    file = await claimed(ctx, file_id)
    if new.agent_id is not None:
        await existing(ctx, AGENT, new.agent_id, "agent_id")
    document = await _inserted(ctx, file, new, extracted)
    if document is None:
        await ask_to_forget(ctx, asdict(file), now_already=True)
        known = await same_content(ctx, file.content_hash, new.agent_id)
        assert known is not None  # its content hash was in the way
        return known
    if extracted is not None:
        await write_chunks(ctx, document.id, passages_of(extracted, 1))
    await ask_to_ingest(ctx, document.id, extract=extracted is None)
    ctx.emit(created(document))
    return Uploaded(document, duplicate=False)


async def _inserted(ctx: Ctx, file: File, new: Unnamed, extracted: Extracted | None) -> Row | None:
    """The new row; None when the content is there already."""
    values = {"id": new_id(), "title": file.file_name, **asdict(file), "kind": file.kind}
    sent = new.sent()
    values |= {name: sent[name] for name in SAID if sent.get(name) is not None}
    if extracted is not None:
        known = {"chunk_count": len(extracted.chunks), "page_count": extracted.page_count, "progress": EXTRACTED_AT}
        values |= known | {"processing_status": ProcessingStatus.EMBEDDING}
    statement = insert(DOCUMENTS).values(values).on_conflict_do_nothing(index_elements=["company_id", "content_hash"])
    rows = rows_of(DOCUMENTS, await ctx.db.execute(statement.returning(*DOCUMENTS.c)))
    return rows[0] if rows else None


@command("documents:write")
async def same_content(ctx: Ctx, content_hash: str, agent_id: UUID | None) -> Uploaded | None:
    """The document with that content, which is left as it is: title, description and metadata are those of its first upload.

    One that failed is ingested again. Raises `Conflict` when it is for another agent, whom this upload does not name.
    """
    chosen = select(*DOCUMENTS.c).where(DOCUMENTS.c.content_hash == content_hash).with_for_update()
    rows = rows_of(DOCUMENTS, await ctx.db.execute(chosen))
    if not rows:
        return None
    document = rows[0]
    if document.agent_id is not None and document.agent_id != agent_id:
        said = "This content is there already as a document of another agent; change that document's agent_id, to null for all agents"
        raise Conflict(said, details={"document_id": str(document.id)})
    if document.status == DocumentStatus.FAILED:
        document = await start(ctx, document, extract=True)
    return Uploaded(document, duplicate=True)
