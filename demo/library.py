"""Documents for searches to find: files that are read, cut and embedded here and now, without a worker."""

import asyncio
import hashlib
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import UUID

from ingestion.extraction import extract
from models.document import DOCUMENT, ProcessingStatus
from models.ids import new_id
from resolvers.ctx import Ctx
from resolvers.documents.files import File
from resolvers.documents.passages import passages_of, write_chunks, write_vectors
from resolvers.documents.storage import knowledge_of

KNOWLEDGE = Path(__file__).parent / "knowledge"


def knowledge_files() -> list[Path]:
    """What the demo company has written down: twelve documents in English and Italian."""
    return sorted(path for path in KNOWLEDGE.iterdir() if path.suffix in {".md", ".txt"})


async def add_documents(ctx: Ctx, files: Iterable[Path], **fields: Any) -> dict[str, UUID]:
    """Add files to the company of the context, all with the same further `fields`; the documents' ids by the files' names."""
    return {file.name: await add_document(ctx, file, **fields) for file in files}


async def add_document(ctx: Ctx, file: Path, **fields: Any) -> UUID:
    """Add one file, with a vector for each chunk, in one transaction."""
    knowledge = knowledge_of(ctx)
    extracted = await extract(file, chunking=knowledge.chunking)
    made = passages_of(extracted, 1)
    vectors = await knowledge.embedder.embed([passage.text for passage in made.passages])
    document_id, content = new_id(), await asyncio.to_thread(file.read_bytes)
    stored = File("", file.name, len(content), hashlib.sha256(content).hexdigest(), extracted.kind)
    row = {
        "id": document_id,
        "title": file.stem,
        **asdict(stored),
        "kind": stored.kind,
        "processing_status": ProcessingStatus.COMPLETED,
        "progress": 100,
        "chunk_count": len(made.passages),
        "page_count": extracted.page_count,
        "version": 1,
        "embedding_model": knowledge.embedder.model,
    }
    async with ctx.db.transaction():
        await ctx.db.insert(DOCUMENT, row | fields)
        await write_chunks(ctx, document_id, made)
        await write_vectors(ctx, knowledge.embedder.model, made.passages, vectors)
    return document_id
