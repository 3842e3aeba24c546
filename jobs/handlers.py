"""What each type of job does: read the payload, call a resolver."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from models.job_rows import ClaimedJob
from resolvers.ctx import Ctx
from resolvers.documents.files import forget_file
from resolvers.documents.ingest import Attempt, ingest
from resolvers.documents.jobs import FORGET_FILE, INGEST, REEMBED
from resolvers.documents.reembed import reembed
from resolvers.retention import BATCH, PRUNE, prune_events

Handler = Callable[[Ctx, ClaimedJob], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class JobType:
    """What is done for a job, by the system with these scopes alone, in at most `timeout` seconds.

    A handler may run again after it has run: it must not harm. It may raise `RetryLater` and `GiveUp` (resolvers/jobs.py).
    """

    handler: Handler
    scopes: tuple[str, ...] = ()
    timeout: float = 60.0


async def prune(ctx: Ctx, job: ClaimedJob) -> None:
    """Delete old events batch by batch, so that no transaction is long."""
    before = datetime.fromisoformat(job.payload["before"])
    while await prune_events(ctx, before) == BATCH:
        continue


async def ingest_document(ctx: Ctx, job: ClaimedJob) -> None:
    """Read a document, or only embed the chunks it has."""
    attempt = Attempt(UUID(job.payload["document_id"]), job.id, job.attempt, extract=job.payload["extract"])
    await ingest(ctx, attempt)


async def reembed_document(ctx: Ctx, job: ClaimedJob) -> None:
    """Give a document vectors of the model that is configured now."""
    await reembed(ctx, UUID(job.payload["document_id"]))


async def forget_document_file(ctx: Ctx, job: ClaimedJob) -> None:
    """Remove a file that no document has."""
    await forget_file(ctx, job.payload["file_key"])


DOCUMENTS = ("documents:read", "documents:write")
HANDLERS: Mapping[str, JobType] = {
    PRUNE: JobType(prune, ("events:prune",), timeout=600.0),
    INGEST: JobType(ingest_document, DOCUMENTS, timeout=900.0),
    REEMBED: JobType(reembed_document, DOCUMENTS, timeout=900.0),
    FORGET_FILE: JobType(forget_document_file, DOCUMENTS),
}
