"""Files on their way to a document, and from it: whichever step a crash prevents, a job removes what nobody refers to."""

from dataclasses import asdict, dataclass
from typing import Self
from uuid import UUID

from sqlalchemy import delete, func, select

from ingestion.recognise import Kind
from models.document import DOCUMENT, DocumentKind
from models.job import JOBS, JobState
from resolvers.ctx import Ctx, command, query
from resolvers.documents.jobs import FORGET_FILE, ask_to_forget
from resolvers.documents.storage import knowledge_of, storage_faults
from resolvers.errors import NotFound

KINDS: dict[Kind, DocumentKind] = {
    Kind.PDF: DocumentKind.PDF,
    Kind.DOCX: DocumentKind.DOCX,
    Kind.TEXT: DocumentKind.TEXT,
    Kind.MARKDOWN: DocumentKind.MARKDOWN,
    Kind.CSV: DocumentKind.CSV,
    Kind.HTML: DocumentKind.HTML,
}


@dataclass(frozen=True, slots=True)
class File:
    """What is known of an uploaded file; the job that would remove it keeps this."""

    file_key: str
    file_name: str
    file_size: int
    content_hash: str
    mime_type: str

    @classmethod
    def read(cls, payload: dict[str, str | int]) -> Self:
        """As the job has it."""
        return cls(**payload)  # type: ignore[arg-type]  # written by `reserve`

    @property
    def kind(self) -> DocumentKind:
        """What is in it."""
        return KINDS[Kind(self.mime_type)]


@command("documents:write")
async def reserve(ctx: Ctx, file: File) -> UUID:
    """Announce a file before it is stored: from now on it is either a document's or removed after a day."""
    file_id = await ask_to_forget(ctx, asdict(file), now_already=False)
    assert file_id is not None  # it has no dedupe key
    return file_id


async def claimed(ctx: Ctx, file_id: UUID) -> File:
    """Inside a command: take the file from the job that would remove it. Raises `NotFound` for one that is gone or taken."""
    # A job that is due may have removed the file already.
    waiting = (JOBS.c.type == FORGET_FILE, JOBS.c.state == JobState.QUEUED, JOBS.c.run_at > func.now())
    records = await ctx.db.execute(delete(JOBS).where(JOBS.c.id == file_id, *waiting).returning(JOBS.c.payload))
    if not records:
        raise NotFound.of("File", "file_id")
    return File.read(records[0][0])


@query("documents:write")
async def forget_file(ctx: Ctx, file_key: str) -> None:
    """Remove a file that no document has; no document can come to have it any more."""
    documents = DOCUMENT.table.c
    if await ctx.db.records(select(documents.id).where(documents.file_key == file_key)):
        return
    with storage_faults():
        await knowledge_of(ctx).storage.delete(file_key)
