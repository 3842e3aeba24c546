"""Searches find passages by their words and by their vectors through indexes."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

DIMENSIONS = (256, 384, 512, 768, 1024, 1536)


def upgrade() -> None:
    """Words stay beside their passage, so that weighing one need not fetch them; an index without rows costs nothing."""
    op.execute("ALTER TABLE chunks SET (toast_tuple_target = 8160)")
    op.create_index("ix_chunks_search", "chunks", ["search"], postgresql_using="gin", postgresql_with={"fastupdate": "off"})
    for dimension in DIMENSIONS:
        op.execute(
            f"CREATE INDEX ix_embeddings_embedding_{dimension} ON embeddings"
            f" USING hnsw ((embedding::vector({dimension})) vector_cosine_ops) WHERE dimension = {dimension}"
        )


def downgrade() -> None:
    """As it was."""
    for dimension in DIMENSIONS:
        op.drop_index(f"ix_embeddings_embedding_{dimension}", table_name="embeddings")
    op.drop_index("ix_chunks_search", table_name="chunks")
    op.execute("ALTER TABLE chunks RESET (toast_tuple_target)")
