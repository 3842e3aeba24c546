"""Embeddings: vectors of chunks, one a row and many a row. Each tells its model, so that those of different models never meet."""

from typing import Any
from uuid import UUID

from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import CheckConstraint, Index, Table, Uuid, literal_column, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from models.columns import belongs_to, identifier, of_company, tenant, tenant_key, unique_in_company, words

# What the vectors of a pack, with the ids of their chunks, may take in bytes: with the rest of the row it fills a page of PostgreSQL.
PACK = 7800
# Dimensions whose vectors have an index; those of others are all compared.
INDEXED = (256, 384, 512, 768, 1024, 1536, 3072)


def nearest(dimension: int) -> Index:
    """An index by which the nearest vectors of a dimension are found."""
    return Index(
        f"ix_embeddings_embedding_{dimension}",
        literal_column(f"(embedding)::halfvec({dimension})").label("vector"),
        postgresql_using="hnsw",
        postgresql_ops={"vector": "halfvec_cosine_ops"},
        postgresql_where=text(f"dimension = {dimension}"),
    )


class Embedding(SQLModel, table=True):
    """The embeddings table. A chunk may have vectors of several models: new ones are made while the old ones still answer.

    Two bytes a number: the cosine of two texts changes in its fifth digit, and comparing takes two thirds of the time.
    """

    __tablename__ = "embeddings"
    __table_args__ = (
        tenant_key(),
        of_company(),
        unique_in_company("chunk_id", "model"),
        belongs_to("chunks", "chunk_id"),
        CheckConstraint("vector_dims(embedding) = dimension", name="dimension"),
        *map(nearest, INDEXED),
    )

    company_id: UUID = tenant()
    id: UUID = identifier("Identifier (UUID).")
    chunk_id: UUID = identifier("The chunk.")
    model: str = words("The model that made it.")
    dimension: int = Field(nullable=False)
    embedding: Any = Field(sa_type=HALFVEC, nullable=False)


class EmbeddingPack(SQLModel, table=True):
    """The embedding_packs table: the embeddings once more, as many vectors of a document in a row as a page holds.

    Comparing a question with all vectors of a company takes half as long over packs as over rows (docs/decisions/0012-hybrid-search.md).
    A document's chunks come and go together, so a pack goes with its first chunk. A larger vector than a page is stored beside.
    """

    __tablename__ = "embedding_packs"
    __table_args__ = (
        tenant_key(),
        of_company(),
        belongs_to("chunks", "id"),
        CheckConstraint("cardinality(chunk_ids) = cardinality(embeddings)", name="pairs"),
    )

    company_id: UUID = tenant()
    id: UUID = identifier("The first of its chunks.")
    model: str = words("The model that made its vectors.")
    dimension: int = Field(nullable=False)
    chunk_ids: list[UUID] = Field(sa_type=ARRAY(Uuid), nullable=False)
    embeddings: list[Any] = Field(sa_type=ARRAY(HALFVEC), nullable=False)


def pack_size(dimension: int) -> int:
    """How many vectors of a dimension a pack holds: each is 2 bytes a number and 8 more, and the id of its chunk has 16."""
    return max(1, PACK // (2 * dimension + 8 + 16))


EMBEDDING_PACKS: Table = SQLModel.metadata.tables["embedding_packs"]
EMBEDDINGS: Table = SQLModel.metadata.tables["embeddings"]
