"""Chunks: the passages of a document that searches find and answers cite."""

from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlmodel import Field, SQLModel

from models.catalogue import declare, one
from models.columns import belongs_to, count, derived, identifier, of_company, tags, tenant, tenant_key, unique_in_company, words

# In PostgreSQL's own printing, so that alembic sees no difference. Without positions, which take half of the room and are not read;
# the company is a word too, because an index over texts cannot hold a UUID beside them.
SEARCH_SQL = (
    "strip(((to_tsvector('english'::regconfig, content) || to_tsvector('italian'::regconfig, content))"
    " || to_tsvector('simple'::regconfig, content))) || array_to_tsvector(ARRAY[(company_id)::text])"
)


class ChunkFields(SQLModel):
    """A passage of a document."""

    id: UUID = identifier("Identifier (UUID); a new ingestion of the document makes new ones.")
    document_id: UUID = identifier("The document it is part of.")
    version: int = count("Which ingestion of the document made it.")
    ordinal: int = count("Its place in the document, from 0.")
    page: int | None = Field(default=None, description="The page it begins on, from 1; null for formats without.", nullable=True)
    span_start: int = count("Where it begins in the document's text, in characters.")
    span_end: int = count("Where it ends, without the last.")
    headings: list[str] = tags("The headings it stands under, from the outermost.")
    content: str = words("Its text.")
    tokens: int = count("How many tokens it has for the embedding model.")


class Chunk(ChunkFields, table=True):
    """The chunks table. A document has chunks of one version at a time: those that answer."""

    __tablename__ = "chunks"
    __table_args__ = (
        tenant_key(),
        of_company(),
        belongs_to("documents", "document_id"),
        unique_in_company("document_id", "ordinal"),
        # Kept up to date at once: a list of what is pending would have to be read by every search.
        Index("ix_chunks_search", "search", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
    )

    company_id: UUID = tenant()
    search: Any = derived("Its words, in each language.", SEARCH_SQL, TSVECTOR, unread=True)


CHUNK = declare(
    Chunk,
    ChunkFields,
    scope="documents",
    order="ordinal",
    orders=("ordinal", "page", "tokens"),
    searched=("content",),
    edges=(one("document", "document", "document_id", description="The document it is part of."),),
)
