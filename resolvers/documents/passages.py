"""Chunks and vectors as they are written: many rows in a statement, whose text is always the same."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import CTE, ColumnElement, Integer, Select, Text, Uuid, bindparam, cast, column, delete, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, aggregate_order_by, insert

from ingestion.embed import Vector, printed
from ingestion.extraction import Extracted, passage
from models.chunk import CHUNK
from models.embedding import EMBEDDING_PACKS, EMBEDDINGS, pack_size
from models.ids import new_id
from resolvers.ctx import Ctx

CHUNKS = CHUNK.table
# Rows of one statement.
BATCH = 500
COLUMNS = (
    column("id", Uuid),
    column("ordinal", Integer),
    column("page", Integer),
    column("span_start", Integer),
    column("span_end", Integer),
    column("headings", ARRAY(Text)),
    column("content", Text),
    column("tokens", Integer),
)


class Passage(NamedTuple):
    """What is embedded of a chunk."""

    chunk_id: UUID
    text: str


class Passages(NamedTuple):
    """A document's passages in reading order, the version they are of, and the chunks to be written if they are not there yet."""

    passages: list[Passage]
    version: int
    chunks: list[dict[str, Any]] | None = None
    page_count: int | None = None


def passages_of(extracted: Extracted, version: int) -> Passages:
    """New chunks of what was found in a file."""
    rows, passages = [], []
    for chunk in extracted.chunks:
        chunk_id = new_id()
        rows.append(
            {
                "id": str(chunk_id),
                "ordinal": chunk.ordinal,
                "page": chunk.page,
                "span_start": chunk.start,
                "span_end": chunk.end,
                "headings": chunk.headings,
                "content": extracted.content(chunk),
                "tokens": chunk.tokens,
            }
        )
        passages.append(Passage(chunk_id, extracted.passage(chunk)))
    return Passages(passages, version, rows, extracted.page_count)


async def stored_passages(ctx: Ctx, document_id: UUID) -> Passages:
    """The chunks that a document has."""
    columns = (CHUNKS.c.id, CHUNKS.c.headings, CHUNKS.c.content, CHUNKS.c.version)
    records = await ctx.db.records(select(*columns).where(CHUNKS.c.document_id == document_id).order_by(CHUNKS.c.ordinal))
    passages = [Passage(chunk_id, passage(headings, content)) for chunk_id, headings, content, _ in records]
    return Passages(passages, records[0][3] if records else 0)


async def write_chunks(ctx: Ctx, document_id: UUID, made: Passages) -> None:
    """Inside a command: replace a document's chunks, and with them their vectors."""
    await ctx.db.execute(delete(CHUNKS).where(CHUNKS.c.document_id == document_id))
    for rows in batches(made.chunks or []):
        read = func.jsonb_to_recordset(bindparam("rows", rows, type_=JSONB)).table_valued(*COLUMNS).render_derived(with_types=True)
        chosen = select(literal(document_id, Uuid), literal(made.version, Integer), *read.c)
        await ctx.db.execute(insert(CHUNKS).from_select(["document_id", "version", *(each.name for each in COLUMNS)], chosen))


async def write_vectors(ctx: Ctx, model: str, passages: Sequence[Passage], vectors: Sequence[Vector]) -> None:
    """Inside a command: give a document's chunks their vectors of a model, unless they have some, and take those of other models away."""
    for pairs in batches(list(zip(passages, vectors, strict=True))):
        chunks = bindparam("chunks", [passage.chunk_id for passage, _ in pairs], type_=ARRAY(Uuid))
        for table, key in ((EMBEDDINGS, "chunk_id"), (EMBEDDING_PACKS, "id")):
            await ctx.db.execute(delete(table).where(table.c[key] == func.any(chunks), table.c.model != model))
        ids = bindparam("ids", [new_id() for _ in pairs], type_=ARRAY(Uuid))
        texts = bindparam("vectors", [printed(vector) for _, vector in pairs], type_=ARRAY(Text))
        read = (
            func.unnest(ids, chunks, texts)
            .table_valued(column("id", Uuid), column("chunk_id", Uuid), column("vector", Text))
            .render_derived()
        )
        dimension = len(pairs[0][1])
        facts = (literal(model, Text), literal(dimension, Integer))
        chosen = select(read.c.id, read.c.chunk_id, *facts, cast(read.c.vector, HALFVEC))
        given = insert(EMBEDDINGS).from_select(["id", "chunk_id", "model", "dimension", "embedding"], chosen).on_conflict_do_nothing()
        added = given.returning(EMBEDDINGS.c.chunk_id, EMBEDDINGS.c.embedding).cte("added")
        packs = packed(added, facts, pack_size(dimension))
        await ctx.db.execute(insert(EMBEDDING_PACKS).from_select(["id", "model", "dimension", "chunk_ids", "embeddings"], packs))


def packed(added: CTE, facts: Sequence[ColumnElement[Any]], size: int) -> Select[Any]:
    """Packs of so many vectors, in reading order, which is the order of the chunks' ids."""
    number = func.row_number().over(order_by=added.c.chunk_id) - 1
    each = select(added.c.chunk_id, added.c.embedding, (number // literal(size, Integer)).label("pack")).subquery()
    ids = func.array_agg(aggregate_order_by(each.c.chunk_id, each.c.chunk_id), type_=ARRAY(Uuid))
    vectors = func.array_agg(aggregate_order_by(each.c.embedding, each.c.chunk_id), type_=ARRAY(HALFVEC))
    return select(ids[1], *facts, ids, vectors).group_by(each.c.pack)


def batches(rows: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Rows in parts."""
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]
