"""Documents changed, removed, and ingested again."""

from dataclasses import asdict
from uuid import UUID

from models.agent import AGENT
from models.db.row import Row
from models.document import DOCUMENT, DocumentStatus
from resolvers.ctx import Ctx, command
from resolvers.documents.files import File
from resolvers.documents.inputs import DocumentPatch
from resolvers.documents.jobs import ask_to_forget, is_being_ingested
from resolvers.documents.state import start
from resolvers.errors import Conflict
from resolvers.events import deleted, updated
from resolvers.listing import existing, found, locked


@command("documents:write")
async def update_document(ctx: Ctx, document_id: UUID, patch: DocumentPatch) -> Row:
    """Change what was sent of a document."""
    if patch.agent_id is not None:
        await existing(ctx, AGENT, patch.agent_id, "agent_id")
    document = found(await ctx.db.update(DOCUMENT, document_id, patch.sent()), DOCUMENT)
    ctx.emit(updated(document, patch.model_fields_set))
    return document


@command("documents:write")
async def delete_document(ctx: Ctx, document_id: UUID) -> Row:
    """Remove a document with its chunks and vectors, and have its file removed."""
    document = found(await ctx.db.delete(DOCUMENT, document_id), DOCUMENT)
    file = File(document.file_key, document.file_name, document.file_size, document.content_hash, document.mime_type)
    await ask_to_forget(ctx, asdict(file), now_already=True)
    ctx.emit(deleted(document))
    return document


@command("documents:write")
async def retry_document(ctx: Ctx, document_id: UUID) -> Row:
    """Ingest a document that failed once more. Raises `Conflict` for any other."""
    document = await locked(ctx, DOCUMENT, document_id)
    if document.status != DocumentStatus.FAILED:
        raise Conflict(f"This document is {document.status}; only one that failed can be retried")
    return await start(ctx, document, extract=True)


@command("documents:write")
async def reingest_document(ctx: Ctx, document_id: UUID) -> Row:
    """Read a document's file anew; its chunks answer until the new ones replace them all at once. One at work goes on with that."""
    document = await locked(ctx, DOCUMENT, document_id)
    if document.status == DocumentStatus.PROCESSING and await is_being_ingested(ctx, document_id):
        return document
    return await start(ctx, document, extract=True)
