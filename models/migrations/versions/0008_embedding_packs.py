"""Vectors many a row: what a search compares with all of a company's reads whole pages instead of rows here and there."""

import sqlalchemy as sa
from alembic import context, op
from pgvector.sqlalchemy import HALFVEC
from sqlalchemy.dialects import postgresql

from models.tenancy import Grants, grant, secure

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

COMPANY = sa.text("(NULLIF(current_setting('app.company_id'::text, true), ''::text))::uuid")
GRANTS = Grants(insert=("id", "model", "dimension", "chunk_ids", "embeddings"), delete=True)

FILL = """
INSERT INTO embedding_packs (company_id, id, model, dimension, chunk_ids, embeddings)
SELECT company_id, (array_agg(chunk_id ORDER BY chunk_id))[1], model, dimension,
       array_agg(chunk_id ORDER BY chunk_id), array_agg(embedding ORDER BY chunk_id)
  FROM (SELECT e.*, document_id,
               (row_number() OVER (PARTITION BY e.company_id, document_id, model ORDER BY chunk_id) - 1) / greatest(1, 7800 / (2 * dimension + 24)) AS pack
          FROM embeddings e JOIN chunks c ON c.company_id = e.company_id AND c.id = e.chunk_id) each
 GROUP BY company_id, document_id, model, dimension, pack
"""


def upgrade() -> None:
    """The table, what holds it to its company, and the vectors that there are. A chunk has those of one model at a time."""
    op.create_table(
        "embedding_packs",
        sa.Column("company_id", sa.Uuid(), server_default=COMPANY, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("dimension", sa.Integer(), nullable=False),
        sa.Column("chunk_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("embeddings", postgresql.ARRAY(HALFVEC()), nullable=False),
        sa.CheckConstraint("cardinality(chunk_ids) = cardinality(embeddings)", name=op.f("ck_embedding_packs_pairs")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_embedding_packs_company_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["company_id", "id"], ["chunks.company_id", "chunks.id"], name=op.f("fk_embedding_packs_company_id_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_embedding_packs")),
    )
    # Numbers of a vector look random: pressing them smaller only takes time. A row of a page's size stays in its page.
    op.execute("ALTER TABLE embedding_packs ALTER COLUMN chunk_ids SET STORAGE EXTERNAL, ALTER COLUMN embeddings SET STORAGE EXTERNAL")
    op.execute("ALTER TABLE embedding_packs SET (toast_tuple_target = 8160)")
    # Row level security binds the owner too, who has no company.
    read = ("embeddings", "chunks")
    for table in read:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(FILL)
    for table in read:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    for statement in [*secure("embedding_packs"), *grant("embedding_packs", context.config.attributes["roles"]["app_role"], GRANTS)]:
        op.execute(statement)
    op.create_index("ix_documents_company_id_chunk_count", "documents", ["company_id", "chunk_count"])


def downgrade() -> None:
    """As it was."""
    op.drop_index("ix_documents_company_id_chunk_count", table_name="documents")
    op.drop_table("embedding_packs")
