"""Vectors of a new model are made in the background, document by document; until all of a document's are there, the old ones answer."""

from uuid import UUID

from sqlalchemy import select

from ingestion.embed import EmbeddingError, EmbeddingUnavailable, Vector
from models.document import DOCUMENT, DocumentStatus
from models.job import JobQueue
from resolvers.ctx import Ctx, command
from resolvers.documents.jobs import REEMBED
from resolvers.documents.passages import BATCH, Passages, stored_passages, write_vectors
from resolvers.documents.storage import knowledge_of
from resolvers.errors import NotFound
from resolvers.events import updated
from resolvers.jobs import GiveUp, NewJob, RetryLater, enqueue_all
from resolvers.listing import found, locked

DOCUMENTS = DOCUMENT.table


@command("documents:write")
async def ask_to_reembed(ctx: Ctx, model: str) -> int:
    """Ask for vectors of a model for a company's documents that answer with others; how many were asked for, at most 500 at once."""
    others = (DOCUMENTS.c.embedding_model != model, DOCUMENTS.c.status == DocumentStatus.PROCESSED)
    records = await ctx.db.records(select(DOCUMENTS.c.id).where(*others).order_by(DOCUMENTS.c.created_at).limit(BATCH))
    return len(await enqueue_all(ctx, [_job(document_id) for (document_id,) in records]))


def _job(document_id: UUID) -> NewJob:
    payload = {"document_id": str(document_id)}
    return NewJob(type=REEMBED, payload=payload, queue=JobQueue.HEAVY, dedupe_key=f"{REEMBED} {document_id}")


async def reembed(ctx: Ctx, document_id: UUID) -> None:
    """Make the vectors of a document's chunks with the model of now. Raises `RetryLater` and `GiveUp`."""
    made = await stored_passages(ctx, document_id)
    if not made.passages:
        return
    embedder = knowledge_of(ctx).embedder
    try:
        vectors = await embedder.embed([passage.text for passage in made.passages])
    except EmbeddingUnavailable as error:
        raise RetryLater(str(error), error.retry_after) from None
    except EmbeddingError as error:
        raise GiveUp(str(error)) from None
    try:
        await _answer_with(ctx, document_id, made, vectors)
    except NotFound:
        return  # it was deleted meanwhile


@command("documents:write")
async def _answer_with(ctx: Ctx, document_id: UUID, made: Passages, vectors: list[Vector]) -> None:
    document = await locked(ctx, DOCUMENT, document_id)
    # A new ingestion has vectors of the new model already.
    if document.version != made.version:
        return
    model = knowledge_of(ctx).embedder.model
    await write_vectors(ctx, model, made.passages, vectors)
    document = found(await ctx.db.update(DOCUMENT, document_id, {"embedding_model": model}), DOCUMENT)
    ctx.emit(updated(document, ("embedding_model",)))
