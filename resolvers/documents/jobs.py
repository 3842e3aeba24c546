"""The jobs that documents ask for. What they do is in `ingest.py`, `reembed.py` and `files.py`."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import or_, select

from models.columns import now
from models.job import JOBS, JobQueue, JobState
from resolvers.ctx import Ctx
from resolvers.jobs import NewJob, enqueue

INGEST = "documents.ingest"
REEMBED = "documents.reembed"
FORGET_FILE = "documents.forget_file"

# A document that breaks what reads it is given up after so many attempts; a service that is away may take more.
TRIES = 3
PATIENT_TRIES = 8
# How long a file waits for its document.
UPLOADS_KEPT = timedelta(days=1)


async def ask_to_ingest(ctx: Ctx, document_id: UUID, *, extract: bool) -> None:
    """Have a document's chunks embedded; before that, with `extract`, made from its file."""
    payload = {"document_id": str(document_id), "extract": extract}
    # One more than tries: it tells of a document that ended every worker that tried.
    await enqueue(ctx, NewJob(type=INGEST, payload=payload, queue=JobQueue.HEAVY, max_attempts=PATIENT_TRIES + 1))


async def is_being_ingested(ctx: Ctx, document_id: UUID) -> bool:
    """Whether a job sees to a document; an operator may have dropped it."""
    unfinished = or_(JOBS.c.state == JobState.QUEUED, JOBS.c.state == JobState.RUNNING)
    wanted = JOBS.c.payload["document_id"].astext == str(document_id)
    return bool(await ctx.db.records(select(JOBS.c.id).where(JOBS.c.type == INGEST, unfinished, wanted).limit(1)))


async def ask_to_forget(ctx: Ctx, file: dict[str, object], *, now_already: bool) -> UUID | None:
    """Have a file removed unless a document has it by then. Until then the job, whose id this is, says what file it is."""
    run_at = None if now_already else now() + UPLOADS_KEPT
    return await enqueue(ctx, NewJob(type=FORGET_FILE, payload=file, run_at=run_at, max_attempts=20))
