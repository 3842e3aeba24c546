"""Embeddings: vectors of chunks. Each tells its model, so that those of different models never meet."""

from typing import Any
from uuid import UUID

from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import CheckConstraint, Index, Table, literal_column, text
from sqlmodel import Field, SQLModel

from models.columns import belongs_to, identifier, of_company, tenant, tenant_key, unique_in_company, words

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


EMBEDDINGS: Table = SQLModel.metadata.tables["embeddings"]
