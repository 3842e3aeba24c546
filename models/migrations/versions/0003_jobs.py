"""Jobs have a queue, are claimed company by company, can be retried and dropped by people, and their commit is heard."""

import sqlalchemy as sa
from alembic import context, op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

QUEUED = sa.text("state = 'queued'")
RUNNING = sa.text("state = 'running'")
DONE = sa.text("state = 'done'")
UNFINISHED = sa.text("state IN ('queued', 'running')")
# What becomes of a job that a person retries.
RETRIED = "state, attempts, run_at, error, finished_at"
NOTIFY = """
CREATE FUNCTION tell_of_jobs() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  PERFORM pg_notify('parley_jobs', '') FROM added WHERE run_at <= now() LIMIT 1;
  RETURN NULL;
END $$
"""


def upgrade() -> None:
    """Each row is updated twice in its life, so the table is vacuumed after thousands of rows and not after a fifth of it."""
    roles = context.config.attributes["roles"]
    app, system = roles["app_role"], roles["system_role"]
    op.add_column("jobs", sa.Column("queue", sa.Text(), server_default="light", nullable=False))
    op.create_check_constraint(op.f("ck_jobs_queue"), "jobs", "queue IN ('light', 'heavy')")
    op.drop_index("ix_jobs_due", table_name="jobs", postgresql_where=UNFINISHED)
    op.create_index("ix_jobs_queue_run_at", "jobs", ["queue", "run_at"], postgresql_where=QUEUED)
    op.create_index("ix_jobs_queue_company_id_run_at", "jobs", ["queue", "company_id", "run_at"], postgresql_where=QUEUED)
    op.create_index("ix_jobs_lease_until", "jobs", ["lease_until"], postgresql_where=RUNNING)
    op.create_index("ix_jobs_finished_at", "jobs", ["finished_at"], postgresql_where=DONE)
    op.execute("ALTER TABLE jobs SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 2000)")
    op.execute(f"GRANT INSERT (queue), UPDATE ({RETRIED}) ON jobs TO {app}")
    op.execute(f"GRANT DELETE ON jobs TO {system}")
    op.execute(NOTIFY)
    op.execute(
        "CREATE TRIGGER tell_of_jobs AFTER INSERT ON jobs REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION tell_of_jobs()"
    )


def downgrade() -> None:
    """As it was."""
    roles = context.config.attributes["roles"]
    op.execute("DROP TRIGGER tell_of_jobs ON jobs")
    op.execute("DROP FUNCTION tell_of_jobs()")
    op.execute(f"REVOKE DELETE ON jobs FROM {roles['system_role']}")
    op.execute(f"REVOKE UPDATE (attempts, run_at, error, finished_at) ON jobs FROM {roles['app_role']}")
    op.execute("ALTER TABLE jobs RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold)")
    op.drop_index("ix_jobs_finished_at", table_name="jobs", postgresql_where=DONE)
    op.drop_index("ix_jobs_lease_until", table_name="jobs", postgresql_where=RUNNING)
    op.drop_index("ix_jobs_queue_company_id_run_at", table_name="jobs", postgresql_where=QUEUED)
    op.drop_index("ix_jobs_queue_run_at", table_name="jobs", postgresql_where=QUEUED)
    op.create_index("ix_jobs_due", "jobs", ["run_at"], postgresql_where=UNFINISHED)
    op.drop_column("jobs", "queue")
