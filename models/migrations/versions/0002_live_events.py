"""Events are read in the order in which their transactions are settled, and their commit is heard."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NOTIFY = """
CREATE FUNCTION tell_of_events() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  PERFORM pg_notify('parley_events', current_setting('app.company_id', true));
  RETURN NULL;
END $$
"""


def upgrade() -> None:
    """An index in reading order, and a message a statement: PostgreSQL sends it when the transaction commits."""
    op.drop_index("ix_events_company_id_seq", table_name="events")
    op.create_index("ix_events_company_id_txid_seq", "events", ["company_id", "txid", "seq"])
    op.execute(NOTIFY)
    op.execute("CREATE TRIGGER tell_of_events AFTER INSERT ON events FOR EACH STATEMENT EXECUTE FUNCTION tell_of_events()")


def downgrade() -> None:
    """As it was."""
    op.execute("DROP TRIGGER tell_of_events ON events")
    op.execute("DROP FUNCTION tell_of_events()")
    op.drop_index("ix_events_company_id_txid_seq", table_name="events")
    op.create_index("ix_events_company_id_seq", "events", ["company_id", "seq"])
