"""Vectors take two bytes a number instead of four: half the memory to look through, and indexes up to 4,000 dimensions."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BEFORE = (256, 384, 512, 768, 1024, 1536)
NOW = (*BEFORE, 3072)


def upgrade() -> None:
    """An index without rows costs nothing; with rows, each is built anew."""
    change("halfvec", BEFORE, NOW)


def downgrade() -> None:
    """As it was; what was rounded stays rounded."""
    change("vector", NOW, BEFORE)


def change(kind: str, old: tuple[int, ...], new: tuple[int, ...]) -> None:
    """Make the column of that type, and its indexes."""
    for dimension in old:
        op.drop_index(f"ix_embeddings_embedding_{dimension}", table_name="embeddings")
    op.execute(f"ALTER TABLE embeddings ALTER COLUMN embedding TYPE {kind} USING embedding::{kind}")
    for dimension in new:
        op.execute(
            f"CREATE INDEX ix_embeddings_embedding_{dimension} ON embeddings"
            f" USING hnsw ((embedding::{kind}({dimension})) {kind}_cosine_ops) WHERE dimension = {dimension}"
        )
