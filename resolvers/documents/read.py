"""Documents and chunks to read, and the link to a document's file."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from models.chunk import CHUNK, Chunk
from models.columns import now
from models.db.row import Row
from models.document import DOCUMENT, Document
from models.rows import Rows
from resolvers.ctx import Ctx, query
from resolvers.documents.storage import knowledge_of, storage_faults
from resolvers.errors import NotFound
from resolvers.listing import Listing, by_id, existing, listed
from resolvers.logic.links import LIFETIME, Link


class FileLink(NamedTuple):
    """An address of a document's file, which is good until `expires_at` for everybody who has it."""

    url: str
    mime_type: str
    expires_at: datetime


@query("documents:read")
async def list_documents(ctx: Ctx, listing: Listing) -> Rows[Document]:
    """The company's documents."""
    return listed(ctx, DOCUMENT, listing)


@query("documents:read")
async def get_document(_: Ctx, document_id: UUID) -> Rows[Document]:
    """One document."""
    return by_id(DOCUMENT, document_id)


@query("documents:read")
async def get_chunk(_: Ctx, chunk_id: UUID) -> Rows[Chunk]:
    """One chunk, as a citation names it; null once its document was ingested anew."""
    return by_id(CHUNK, chunk_id)


@query("documents:read")
async def link_document(ctx: Ctx, document_id: UUID) -> FileLink:
    """A link to a document's file that is good for an hour: the storage's own, or else one of ours. Raises `NotFound`."""
    document = await existing(ctx, DOCUMENT, document_id)
    knowledge, expires_at = knowledge_of(ctx), now() + LIFETIME
    with storage_faults():
        url = await knowledge.storage.link(document.file_key, LIFETIME)
    url = url or knowledge.links.url(Link(ctx.principal.company_id, document_id, expires_at))
    return FileLink(url, document.mime_type, expires_at)


@query("documents:read")
async def open_file(ctx: Ctx, document_id: UUID) -> tuple[Row, AsyncIterator[bytes]]:
    """A document and its file's content; raises `NotFound` when either is gone."""
    document = await existing(ctx, DOCUMENT, document_id)
    content = knowledge_of(ctx).storage.get(document.file_key)
    with storage_faults():
        try:
            first = await anext(content, b"")
        except FileNotFoundError:
            raise NotFound.of("File") from None
    return document, _whole(first, content)


async def _whole(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in rest:
        yield piece
