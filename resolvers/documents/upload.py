"""An upload: received, recognised, read if that is quick, stored, and only then a row."""

import asyncio
import unicodedata
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from uuid import UUID

from ingestion.errors import Unreadable
from ingestion.extraction import Extracted, extract
from ingestion.limits import Limits
from ingestion.recognise import Kind, recognise
from ingestion.storage import Received
from models.agent import AGENT
from models.columns import now
from resolvers.ctx import Ctx
from resolvers.documents.create import Uploaded, register, same_content
from resolvers.documents.files import File, reserve
from resolvers.documents.inputs import Unnamed
from resolvers.documents.jobs import UPLOADS_KEPT
from resolvers.documents.storage import knowledge_of, storage_faults
from resolvers.errors import BadRequest
from resolvers.listing import existing

LONGEST_NAME = 255


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that waits for its document until `expires_at`."""

    id: UUID
    file: File
    expires_at: datetime


@asynccontextmanager
async def receive(ctx: Ctx, content: AsyncIterator[bytes]) -> AsyncIterator[Received]:
    """Take in a file, of whatever kind; nothing is left of it after the block unless it was stored."""
    ctx.principal.require("documents:write")
    knowledge = knowledge_of(ctx)
    with storage_faults():
        async with knowledge.storage.receive(content, knowledge.settings.upload_max_file) as received:
            yield received


async def upload_document(ctx: Ctx, received: Received, name: str, new: Unnamed) -> Uploaded:
    """Make a document of a file; content that is there already answers its document and stores nothing.

    Raises `BadRequest` for a file that cannot be read, `NotFound` for an unknown agent.
    """
    file = await _recognised(ctx, received, name)
    if new.agent_id is not None:
        await existing(ctx, AGENT, new.agent_id, "agent_id")
    if known := await same_content(ctx, file.content_hash, new.agent_id):
        return known
    extracted = await _read_soon(ctx, received)
    file_id = await _stored(ctx, received, file)
    return await register(ctx, file_id, new, extracted)


async def store_file(ctx: Ctx, received: Received, name: str) -> StoredFile:
    """Keep a file for a document that is made of it within a day."""
    file = await _recognised(ctx, received, name)
    expires_at = now() + UPLOADS_KEPT
    return StoredFile(await _stored(ctx, received, file), file, expires_at)


async def _recognised(ctx: Ctx, received: Received, name: str) -> File:
    try:
        kind: Kind = await asyncio.to_thread(recognise, received.path)
    except Unreadable as error:
        raise BadRequest.field("file", error.reason) from None
    key = received.key(str(ctx.principal.company_id))
    return File(key, plain_name(name), received.size, received.sha256, str(kind.value))


async def _stored(ctx: Ctx, received: Received, file: File) -> UUID:
    file_id = await reserve(ctx, file)
    with storage_faults():
        await knowledge_of(ctx).storage.keep(received, file.file_key, file.mime_type)
    return file_id


async def _read_soon(ctx: Ctx, received: Received) -> Extracted | None:
    """A file's chunks, so that their count is true in the answer; None when it takes long or many are being read."""
    knowledge = knowledge_of(ctx)
    patience = knowledge.settings.upload_read_within
    if not patience or knowledge.reading.locked():
        return None
    async with knowledge.reading:
        try:
            return await extract(received.path, limits=Limits(wall=patience), chunking=knowledge.chunking)
        except Unreadable as error:
            # A worker has more time, and more tries.
            if error.worth_retrying:
                return None
            raise BadRequest.field("file", error.reason) from None


def plain_name(name: str) -> str:
    """The last part of a file's name, without what would confuse people or programs."""
    last = PurePosixPath(name.replace("\\", "/")).name
    visible = "".join(letter for letter in last if unicodedata.category(letter)[0] != "C").strip()
    return visible[-LONGEST_NAME:] or "document"
