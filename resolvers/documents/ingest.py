"""What a worker does with a document: text, chunks, vectors.

Nothing slow happens inside a transaction, and the old version answers until the new one is whole.
"""

from dataclasses import dataclass
from uuid import UUID

import structlog
from sqlalchemy import select

from ingestion.embed import EmbeddingError, EmbeddingUnavailable, Vector
from ingestion.errors import Unreadable
from ingestion.extraction import extract
from ingestion.storage import StorageUnavailable
from models.db.row import Row
from models.document import DOCUMENT, ProcessingStatus
from models.job import JOBS
from models.job_rows import LEFT
from resolvers.ctx import Ctx, command
from resolvers.documents.jobs import PATIENT_TRIES, TRIES
from resolvers.documents.passages import Passages, passages_of, stored_passages, write_chunks, write_vectors
from resolvers.documents.state import EXTRACTED_AT, advance, finish, stop
from resolvers.documents.storage import knowledge_of
from resolvers.errors import NotFound
from resolvers.jobs import GiveUp, RetryLater
from resolvers.listing import by_id, locked

# Percent between two notes of how far it is.
STEP = 10
# Texts of one step on the way through the embedding model.
TOGETHER = 256
ENDED_WORKERS = (
    "Reading the document ended the program that reads it, again and again. Save it anew, or in another format, and upload that."
)
BROKEN = "Ingesting the document failed again and again. Retry it later, or ask whoever runs this server."
GONE = "The file is no longer in the storage. Delete the document and upload the file again."
NO_VECTORS = "The embedding service could not be used. Ask whoever runs this server, then retry the document."
log = structlog.get_logger(__name__)


class Superseded(Exception):
    """The document is gone, or was ingested by somebody else meanwhile: there is nothing left to do."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A job's attempt at a document, counted from 1; with `extract` its file is read, else the chunks that it has are embedded."""

    document_id: UUID
    job_id: UUID
    number: int
    extract: bool


@dataclass(slots=True)
class Work:
    """An attempt as it goes on: which version it began from, and how far it was said to be."""

    ctx: Ctx
    attempt: Attempt
    version: int = 0
    told: int = 0

    async def tell(self, status: ProcessingStatus, percent: float) -> None:
        """Note how far it is, in steps."""
        if percent - self.told >= STEP:
            self.told = int(percent)
            await note(self.ctx, self, status)


async def ingest(ctx: Ctx, attempt: Attempt) -> None:
    """Ingest a document; one that is gone, or that cannot be read, ends it too.

    Raises `RetryLater` and `GiveUp` for what is not the document's fault.
    """
    work = Work(ctx, attempt)
    try:
        if await begin(ctx, work):
            await _ingest(work)
    except (Superseded, NotFound):
        log.info("a document was gone before it was ingested", document=str(attempt.document_id))


async def _ingest(work: Work) -> None:
    ctx = work.ctx
    try:
        made = await _read(work) if work.attempt.extract else await stored_passages(ctx, work.attempt.document_id)
        await complete(ctx, work, made, await _embed(work, made))
    except Unreadable as error:
        log.warning("a document cannot be read", document=str(work.attempt.document_id), problem=error.problem, detail=error.detail)
        if error.worth_retrying and work.attempt.number < TRIES:
            await give_back(ctx, work)
            raise RetryLater(error.reason) from None
        await fail(ctx, work, error.reason)
    except FileNotFoundError:
        await fail(ctx, work, GONE)
    except StorageUnavailable as error:
        await _later(work, str(error), None)
    except EmbeddingUnavailable as error:
        await _later(work, str(error), error.retry_after)
    except EmbeddingError as error:
        await fail(ctx, work, NO_VECTORS)
        raise GiveUp(str(error)) from None


async def _later(work: Work, reason: str, after: float | None) -> None:
    """Another attempt while there are any; a person can have it tried again afterwards."""
    if work.attempt.number < PATIENT_TRIES:
        await give_back(work.ctx, work)
        raise RetryLater(reason, after)
    await fail(work.ctx, work, NO_VECTORS)
    raise GiveUp(reason)


async def _read(work: Work) -> Passages:
    """The file's chunks, made in a child process."""
    knowledge = knowledge_of(work.ctx)

    async def tell(percent: int) -> None:
        await work.tell(ProcessingStatus.EXTRACTING, percent * EXTRACTED_AT / 100)

    document = await _document(work)
    async with knowledge.reading, knowledge.storage.as_file(document.file_key) as path:
        extracted = await extract(path, chunking=knowledge.chunking, on_progress=tell)
    return passages_of(extracted, work.version + 1)


async def _embed(work: Work, made: Passages) -> list[Vector]:
    texts, vectors = [passage.text for passage in made.passages], list[Vector]()
    for start in range(0, len(texts), TOGETHER):
        vectors += await knowledge_of(work.ctx).embedder.embed(texts[start : start + TOGETHER])
        await work.tell(ProcessingStatus.EMBEDDING, EXTRACTED_AT + (99 - EXTRACTED_AT) * len(vectors) / len(texts))
    return vectors


async def _document(work: Work) -> Row:
    """The document as it is now."""
    row = await work.ctx.db.one(by_id(DOCUMENT, work.attempt.document_id))
    if row is None:
        raise Superseded
    return row


@command("documents:write")
async def begin(ctx: Ctx, work: Work) -> bool:
    """Begin an attempt. False when the attempts before it were enough, or ended their workers: then the document has failed."""
    document, attempt = await locked(ctx, DOCUMENT, work.attempt.document_id), work.attempt
    if attempt.number > TRIES:
        left = await ctx.db.records(select(JOBS.c.id).where(JOBS.c.id == attempt.job_id, JOBS.c.error == LEFT))
        if left or attempt.number > PATIENT_TRIES:
            await stop(ctx, document, ENDED_WORKERS if left else BROKEN)
            return False
    work.version = document.version
    status = ProcessingStatus.EXTRACTING if attempt.extract else ProcessingStatus.EMBEDDING
    work.told = 0 if attempt.extract else EXTRACTED_AT
    await advance(ctx, document, status, work.told)
    return True


@command("documents:write")
async def note(ctx: Ctx, work: Work, status: ProcessingStatus) -> None:
    """Note how far an attempt is."""
    await advance(ctx, await _ours(ctx, work), status, work.told)


@command("documents:write")
async def give_back(ctx: Ctx, work: Work) -> None:
    """Note that another attempt is waited for."""
    await advance(ctx, await _ours(ctx, work), ProcessingStatus.PENDING, 0)


@command("documents:write")
async def fail(ctx: Ctx, work: Work, reason: str) -> None:
    """Note that the document cannot be ingested, and why."""
    await stop(ctx, await _ours(ctx, work), reason)


@command("documents:write")
async def complete(ctx: Ctx, work: Work, made: Passages, vectors: list[Vector]) -> None:
    """Let the new chunks and vectors answer, all at once."""
    document = await _ours(ctx, work)
    if made.chunks is not None:
        await write_chunks(ctx, document.id, made)
    model = knowledge_of(ctx).embedder.model
    await write_vectors(ctx, model, made.passages, vectors)
    facts = {"chunk_count": len(made.passages), "version": made.version, "embedding_model": model}
    await finish(ctx, document, facts | ({"page_count": made.page_count} if made.chunks is not None else {}))


async def _ours(ctx: Ctx, work: Work) -> Row:
    """The document, locked; raises `Superseded` when it is gone or another ingestion has been completed meanwhile."""
    document = await locked(ctx, DOCUMENT, work.attempt.document_id)
    if document.version != work.version:
        raise Superseded
    return document
