"""The index of contacts by age holds the text that is searched in, so that a search reads no row that it does not show."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

INDEX = "ix_contacts_company_id_created_at_id"
TEXTS = "lower(" + " || chr(31) || ".join(f"COALESCE({name}, '')" for name in ("first_name", "last_name", "email", "company_name")) + ")"


def upgrade() -> None:
    """An entry of an index holds 2,704 bytes: 640 characters fit, whatever they are."""
    change(f"left({TEXTS}, 640)", " INCLUDE (search)")


def downgrade() -> None:
    """As it was."""
    change(TEXTS, "")


def change(expression: str, included: str) -> None:
    """Make the column of that expression, and the index."""
    op.drop_index(INDEX, table_name="contacts")
    op.drop_column("contacts", "search")
    op.execute(f"ALTER TABLE contacts ADD COLUMN search text NOT NULL GENERATED ALWAYS AS ({expression}) STORED")
    op.execute(f"CREATE INDEX {INDEX} ON contacts (company_id, created_at, id){included}")
