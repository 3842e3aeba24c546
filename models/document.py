"""Documents: files of the knowledge base, and how far their ingestion has come."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from models.catalogue import declare, many, one
from models.columns import (
    belongs_to,
    count,
    derived,
    identifier,
    maybe_moment,
    maybe_words,
    metadata,
    moment,
    of_company,
    one_of,
    reference,
    tenant,
    tenant_key,
    unique_in_company,
    words,
)


class DocumentStatus(StrEnum):
    """What clients are told of a document."""

    PROCESSING = "processing"
    PROCESSED = "processed"
    FAILED = "failed"


class ProcessingStatus(StrEnum):
    """How far the ingestion of a document has come."""

    PENDING = "pending"
    EXTRACTING = "extracting"
    EMBEDDING = "embedding"
    COMPLETED = "completed"
    FAILED = "failed"


class DocumentKind(StrEnum):
    """What was found to be in a file."""

    PDF = "pdf"
    DOCX = "docx"
    TEXT = "text"
    MARKDOWN = "markdown"
    CSV = "csv"
    HTML = "html"


# In PostgreSQL's own printing, so that alembic sees no difference.
STATUS_SQL = (
    "CASE processing_status WHEN 'completed'::text THEN 'processed'::text"
    " WHEN 'failed'::text THEN 'failed'::text ELSE 'processing'::text END"
)


class DocumentFields(SQLModel):
    """A file of the knowledge base."""

    id: UUID = identifier("Identifier (UUID).")
    agent_id: UUID | None = reference("The agent that it is for; null for all of the company's.")
    title: str = words("What people call it.", min_length=1, max_length=300)
    description: str | None = maybe_words("What is in it.", max_length=2000)
    file_name: str = words("How the file was called.")
    mime_type: str = words("Its media type, by its content.")
    kind: DocumentKind = words("What was found to be in it.")
    file_size: int = count("Its size in bytes.")
    status: DocumentStatus = derived("Whether it can be searched.", STATUS_SQL)
    processing_status: ProcessingStatus = words("How far its ingestion has come.", default=ProcessingStatus.PENDING)
    progress: int = count("How much of its ingestion is done, in percent.")
    error: str | None = maybe_words("Why its ingestion failed, for people; null when it did not.")
    chunk_count: int = count("How many chunks it has; 0 until they are known.")
    page_count: int | None = Field(default=None, description="How many pages it has; null for formats without.", nullable=True)
    version: int = count("Which ingestion answers searches, from 1; 0 until one does.")
    embedding_model: str | None = maybe_words("The model of whose vectors every chunk has one; null until then.")
    meta: dict[str, Any] = metadata("Anything else, as JSON; searches can be held to it.")
    processed_at: datetime | None = maybe_moment("When an ingestion was last completed.")
    created_at: datetime = moment("When it was uploaded.")
    updated_at: datetime = moment("When it last changed.")


class Document(DocumentFields, table=True):
    """The documents table; the same content is there once for each company."""

    __tablename__ = "documents"
    __table_args__ = (
        tenant_key(),
        of_company(),
        belongs_to("agents", "agent_id", on_delete="SET NULL"),
        unique_in_company("content_hash"),
        one_of("processing_status", ProcessingStatus),
        one_of("kind", DocumentKind),
        CheckConstraint("progress BETWEEN 0 AND 100", name="progress"),
        Index("ix_documents_company_id_created_at_id", "company_id", "created_at", "id"),
        Index("ix_documents_company_id_agent_id_created_at_id", "company_id", "agent_id", "created_at", "id"),
        Index("ix_documents_embedding_model", "embedding_model"),
        # How many passages a company has is asked by every search: read from the index alone.
        Index("ix_documents_company_id_chunk_count", "company_id", "chunk_count"),
    )

    company_id: UUID = tenant()
    content_hash: str = words("SHA-256 of the file in hexadecimal digits.")
    file_key: str = words("Where the file is in the storage.")


DOCUMENT = declare(
    Document,
    DocumentFields,
    scope="documents",
    order="-created_at",
    orders=("created_at", "updated_at", "processed_at", "title", "file_name", "file_size", "chunk_count"),
    searched=("title", "description", "file_name"),
    edges=(
        one("agent", "agent", "agent_id", description="The agent that it is for, if it is not for all."),
        many("chunks", "chunk", "document_id", order="ordinal", description="Its chunks, in reading order."),
    ),
)
