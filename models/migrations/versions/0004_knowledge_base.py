"""Documents of the knowledge base, their chunks, and the vectors of those."""

import sqlalchemy as sa
from alembic import context, op
from pgvector.sqlalchemy import Vector
from sqlalchemy.dialects import postgresql

from models.tenancy import Grants, grant, secure, touch

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

COMPANY = sa.text("(NULLIF(current_setting('app.company_id'::text, true), ''::text))::uuid")
STATUS = "CASE processing_status WHEN 'completed' THEN 'processed' WHEN 'failed' THEN 'failed' ELSE 'processing' END"
SEARCH = (
    "strip(to_tsvector('english', content) || to_tsvector('italian', content) || to_tsvector('simple', content))"
    " || array_to_tsvector(ARRAY[company_id::text])"
)

SAID = ("agent_id", "title", "description", "metadata")
FOUND = ("processing_status", "progress", "error", "chunk_count", "page_count", "version", "embedding_model", "processed_at")
FILE = ("file_name", "mime_type", "kind", "file_size", "content_hash", "file_key")
CHUNK = ("id", "document_id", "version", "ordinal", "page", "span_start", "span_end", "headings", "content", "tokens")
APP_GRANTS = {
    "documents": Grants(insert=("id", "created_at", "updated_at", *SAID, *FOUND, *FILE), update=(*SAID, *FOUND), delete=True),
    "chunks": Grants(insert=CHUNK, delete=True),
    "embeddings": Grants(insert=("id", "chunk_id", "model", "dimension", "embedding"), delete=True),
}


def upgrade() -> None:
    """Tables first, then what holds every row of them to its company."""
    roles = context.config.attributes["roles"]
    create_documents()
    create_chunks()
    create_embeddings()
    for table, grants in APP_GRANTS.items():
        for statement in [*secure(table), *grant(table, roles["app_role"], grants)]:
            op.execute(statement)
    op.execute(touch("documents"))
    # Which companies have vectors of a model that is no longer used: asked before a company is known.
    op.execute(f"CREATE POLICY re_embed ON documents FOR SELECT TO {roles['system_role']} USING (true)")
    op.execute(f"GRANT SELECT (company_id, embedding_model) ON documents TO {roles['system_role']}")


def create_documents() -> None:
    """Files, and how far their ingestion has come."""
    op.create_table(
        "documents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("mime_type", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("file_size", sa.Integer(), server_default="0", nullable=False),
        sa.Column("status", sa.Text(), sa.Computed(STATUS, persisted=True), nullable=False),
        sa.Column("processing_status", sa.Text(), server_default="pending", nullable=False),
        sa.Column("progress", sa.Integer(), server_default="0", nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("chunk_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("page_count", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("embedding_model", sa.Text(), nullable=True),
        sa.Column("metadata", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("processed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("company_id", sa.Uuid(), server_default=COMPANY, nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("file_key", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('pdf', 'docx', 'text', 'markdown', 'csv', 'html')", name=op.f("ck_documents_kind")),
        sa.CheckConstraint(
            "processing_status IN ('pending', 'extracting', 'embedding', 'completed', 'failed')",
            name=op.f("ck_documents_processing_status"),
        ),
        sa.CheckConstraint("progress BETWEEN 0 AND 100", name=op.f("ck_documents_progress")),
        sa.ForeignKeyConstraint(
            ["company_id", "agent_id"],
            ["agents.company_id", "agents.id"],
            name=op.f("fk_documents_company_id_agent_id"),
            ondelete="SET NULL (agent_id)",
        ),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_documents_company_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_documents")),
        sa.UniqueConstraint("company_id", "content_hash", name=op.f("uq_documents_company_id_content_hash")),
    )
    op.create_index("ix_documents_company_id_created_at_id", "documents", ["company_id", "created_at", "id"])
    op.create_index("ix_documents_company_id_agent_id_created_at_id", "documents", ["company_id", "agent_id", "created_at", "id"])
    op.create_index("ix_documents_embedding_model", "documents", ["embedding_model"])


def create_chunks() -> None:
    """Passages, and their words in each language."""
    op.create_table(
        "chunks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default="0", nullable=False),
        sa.Column("ordinal", sa.Integer(), server_default="0", nullable=False),
        sa.Column("page", sa.Integer(), nullable=True),
        sa.Column("span_start", sa.Integer(), server_default="0", nullable=False),
        sa.Column("span_end", sa.Integer(), server_default="0", nullable=False),
        sa.Column("headings", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("tokens", sa.Integer(), server_default="0", nullable=False),
        sa.Column("company_id", sa.Uuid(), server_default=COMPANY, nullable=False),
        sa.Column("search", postgresql.TSVECTOR(), sa.Computed(SEARCH, persisted=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "document_id"],
            ["documents.company_id", "documents.id"],
            name=op.f("fk_chunks_company_id_document_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_chunks_company_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_chunks")),
        sa.UniqueConstraint("company_id", "document_id", "ordinal", name=op.f("uq_chunks_company_id_document_id_ordinal")),
    )


def create_embeddings() -> None:
    """A vector a chunk and model, of that model's dimension."""
    op.create_table(
        "embeddings",
        sa.Column("company_id", sa.Uuid(), server_default=COMPANY, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("chunk_id", sa.Uuid(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("dimension", sa.Integer(), nullable=False),
        sa.Column("embedding", Vector(), nullable=False),
        sa.CheckConstraint("vector_dims(embedding) = dimension", name=op.f("ck_embeddings_dimension")),
        sa.ForeignKeyConstraint(
            ["company_id", "chunk_id"],
            ["chunks.company_id", "chunks.id"],
            name=op.f("fk_embeddings_company_id_chunk_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_embeddings_company_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_embeddings")),
        sa.UniqueConstraint("company_id", "chunk_id", "model", name=op.f("uq_embeddings_company_id_chunk_id_model")),
    )


def downgrade() -> None:
    """As it was."""
    for table in ("embeddings", "chunks", "documents"):
        op.drop_table(table)
