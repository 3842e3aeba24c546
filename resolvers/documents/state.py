"""How far a document's ingestion has come: the only places that change it."""

from typing import Any

from models.columns import now
from models.db.row import Row
from models.document import DOCUMENT, ProcessingStatus
from resolvers.ctx import Ctx
from resolvers.documents.jobs import ask_to_ingest
from resolvers.events import happened, updated
from resolvers.listing import found

# Percent of an ingestion that is done when the text is in chunks; the rest is their vectors.
EXTRACTED_AT = 50


async def start(ctx: Ctx, document: Row, *, extract: bool) -> Row:
    """Inside a command: have a document ingested from the beginning; what it answered before it still answers."""
    values = {"processing_status": ProcessingStatus.PENDING, "progress": 0, "error": None}
    document = await _changed(ctx, document, values)
    await ask_to_ingest(ctx, document.id, extract=extract)
    return document


async def advance(ctx: Ctx, document: Row, status: ProcessingStatus, progress: int) -> Row:
    """Inside a command: note where it is."""
    return await _changed(ctx, document, {"processing_status": status, "progress": progress, "error": None})


async def stop(ctx: Ctx, document: Row, reason: str) -> Row:
    """Inside a command: it failed; `reason` is for people."""
    document = await _changed(ctx, document, {"processing_status": ProcessingStatus.FAILED, "error": reason})
    ctx.emit(happened(document, "failed"))
    return document


async def finish(ctx: Ctx, document: Row, found_values: dict[str, Any]) -> Row:
    """Inside a command: it is done, and answers searches."""
    done = {"processing_status": ProcessingStatus.COMPLETED, "progress": 100, "error": None, "processed_at": now()}
    document = await _changed(ctx, document, done | found_values)
    ctx.emit(happened(document, "processed"))
    return document


async def _changed(ctx: Ctx, document: Row, values: dict[str, Any]) -> Row:
    changed = found(await ctx.db.update(DOCUMENT, document.id, values), DOCUMENT)
    ctx.emit(updated(changed, values))
    return changed
