"""The application tells of events after their commit; a message within each transaction made all commits wait for each other."""

from alembic import op

revision = "0006"
down_revision = "0005"
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
    """No message is sent by the database itself any more. Servers from before are heard at their readers' next look."""
    op.execute("DROP TRIGGER tell_of_events ON events")
    op.execute("DROP FUNCTION tell_of_events()")


def downgrade() -> None:
    """As it was."""
    op.execute(NOTIFY)
    op.execute("CREATE TRIGGER tell_of_events AFTER INSERT ON events FOR EACH STATEMENT EXECUTE FUNCTION tell_of_events()")
