"""Embeddings: vectors of chunks. Each tells its model, so that those of different models never meet."""

from typing import Any
from uuid import UUID

from pgvector.sqlalchemy import Vector
from sqlalchemy import CheckConstraint, Table
from sqlmodel import Field, SQLModel

from models.columns import belongs_to, identifier, of_company, tenant, tenant_key, unique_in_company, words


class Embedding(SQLModel, table=True):
    """The embeddings table. A chunk may have vectors of several models: new ones are made while the old ones still answer."""

    __tablename__ = "embeddings"
    __table_args__ = (
        tenant_key(),
        of_company(),
        unique_in_company("chunk_id", "model"),
        belongs_to("chunks", "chunk_id"),
        CheckConstraint("vector_dims(embedding) = dimension", name="dimension"),
    )

    company_id: UUID = tenant()
    id: UUID = identifier("Identifier (UUID).")
    chunk_id: UUID = identifier("The chunk.")
    model: str = words("The model that made it.")
    dimension: int = Field(nullable=False)
    embedding: Any = Field(sa_type=Vector, nullable=False)


EMBEDDINGS: Table = SQLModel.metadata.tables["embeddings"]
