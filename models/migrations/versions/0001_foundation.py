"""The first tables, their policies, grants and triggers.

Revision: 0001, the first.
"""

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import postgresql

from models.event import Xid8
from models.tenancy import Grants, create_role, grant, secure, touch

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


CONVERSATION_WRITES = ("channel", "status", "ended_at", "tags", "metadata", "summary", "summary_updated_at", "summary_message_count")
AGENT_WRITES = (
    "name",
    "slug",
    "description",
    "system_prompt",
    "model",
    "temperature",
    "max_tokens",
    "enabled",
    "voice_settings",
    "avatar_url",
    "public_api_key",
)
CONTACT_WRITES = ("email", "phone", "first_name", "last_name", "company_name", "tags", "metadata")
DEAL_WRITES = ("contact_id", "title", "value", "stage", "probability", "expected_close_date", "metadata")
LINKS = ("agent_id", "contact_id", "user_id")
BORN = ("id", "created_at", "updated_at")
MESSAGE_BORN = ("conversation_id", "thread_id", "sender_type", "content", "message_type", "attachments", "ai_metadata", "created_at")
JOB_BORN = ("id", "type", "payload", "run_at", "max_attempts", "dedupe_key")
APP_GRANTS = {
    "companies": Grants(update=("name",)),
    "users": Grants(),
    "agents": Grants(insert=BORN + AGENT_WRITES, update=AGENT_WRITES, delete=True),
    "contacts": Grants(insert=BORN + CONTACT_WRITES, update=CONTACT_WRITES, delete=True),
    "deals": Grants(insert=BORN + DEAL_WRITES, update=DEAL_WRITES, delete=True),
    "conversations": Grants(insert=(*BORN, *LINKS, "started_at", *CONVERSATION_WRITES), update=(*LINKS, *CONVERSATION_WRITES), delete=True),
    "threads": Grants(insert=("id", "conversation_id", "title", "created_at"), update=("title",), delete=True),
    "messages": Grants(insert=("id", *MESSAGE_BORN, "metadata"), update=("thread_id", "content", "metadata"), delete=True),
    "events": Grants(insert=("id", "type", "entity", "entity_id", "actor_id", "payload"), delete=True),
    "jobs": Grants(insert=JOB_BORN, update=("state",), delete=True),
}
TOUCHED = ("companies", "users", "agents", "contacts", "deals", "conversations")

FUNCTIONS = """
CREATE FUNCTION touch_updated_at() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
  NEW.updated_at := now();
  RETURN NEW;
END $$;

-- The counters' functions run as the tables' owner, since no role that serves requests may write a counter.
-- Row level security is forced, so the owner too sees the session's company alone.
CREATE FUNCTION count_added_messages() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  UPDATE conversations c
     SET message_count = c.message_count + a.messages, last_message_at = greatest(c.last_message_at, a.newest)
    FROM (SELECT conversation_id, count(*) AS messages, max(created_at) AS newest FROM added GROUP BY conversation_id) a
   WHERE c.id = a.conversation_id;
  UPDATE threads t SET message_count = t.message_count + a.messages
    FROM (SELECT thread_id, count(*) AS messages FROM added WHERE thread_id IS NOT NULL GROUP BY thread_id) a
   WHERE t.id = a.thread_id;
  RETURN NULL;
END $$;

CREATE FUNCTION count_removed_messages() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  UPDATE conversations c
     SET message_count = c.message_count - r.messages,
         last_message_at = (SELECT max(m.created_at) FROM messages m WHERE m.conversation_id = c.id)
    FROM (SELECT conversation_id, count(*) AS messages FROM removed GROUP BY conversation_id) r
   WHERE c.id = r.conversation_id;
  UPDATE threads t SET message_count = t.message_count - r.messages
    FROM (SELECT thread_id, count(*) AS messages FROM removed WHERE thread_id IS NOT NULL GROUP BY thread_id) r
   WHERE t.id = r.thread_id;
  RETURN NULL;
END $$;

CREATE FUNCTION count_moved_messages() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
  UPDATE threads t SET message_count = t.message_count + d.change
    FROM (SELECT thread_id, sum(change) AS change
            FROM (SELECT thread_id, 1 AS change FROM added UNION ALL SELECT thread_id, -1 FROM removed) moves
           WHERE thread_id IS NOT NULL GROUP BY thread_id HAVING sum(change) <> 0) d
   WHERE t.id = d.thread_id;
  RETURN NULL;
END $$;

CREATE TRIGGER count_added AFTER INSERT ON messages REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION count_added_messages();
CREATE TRIGGER count_removed AFTER DELETE ON messages REFERENCING OLD TABLE AS removed
  FOR EACH STATEMENT EXECUTE FUNCTION count_removed_messages();
CREATE TRIGGER count_moved AFTER UPDATE ON messages REFERENCING OLD TABLE AS removed NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION count_moved_messages();
"""

SYSTEM_ACCESS = """
-- Before a company is known: which one does this subject belong to?
CREATE POLICY look_up ON users FOR SELECT TO {role} USING (true);
GRANT SELECT (id, company_id, email, role) ON users TO {role};
GRANT INSERT (id, email, name, role) ON users TO {role};
GRANT INSERT (id, name) ON companies TO {role};
-- Claiming jobs and finding what to prune reach over companies.
CREATE POLICY claim ON jobs TO {role} USING (true) WITH CHECK (true);
GRANT SELECT ON jobs TO {role};
GRANT UPDATE (state, run_at, attempts, lease_until, fence, error, finished_at) ON jobs TO {role};
CREATE POLICY prune ON events FOR SELECT TO {role} USING (true);
GRANT SELECT (company_id, created_at) ON events TO {role};
GRANT SELECT ON alembic_version TO {role};
"""


def upgrade() -> None:
    """Tables first, then what holds every row of them to its company."""
    create_tables()
    roles = context.config.attributes["roles"]
    app, system = roles["app_role"], roles["system_role"]
    op.execute("CREATE EXTENSION IF NOT EXISTS vector")
    for role in (app, system):
        op.execute(create_role(role))
        op.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
    # Bulk loads go through a temporary table: COPY into a table under row level security is refused.
    op.execute(f"DO $$ BEGIN EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO {app}', current_database()); END $$")
    for table, grants in APP_GRANTS.items():
        for statement in [*secure(table, "id" if table == "companies" else "company_id"), *grant(table, app, grants)]:
            op.execute(statement)
    run(FUNCTIONS)
    for table in TOUCHED:
        op.execute(touch(table))
    op.execute(f"GRANT SELECT ON alembic_version TO {app}")
    run(SYSTEM_ACCESS.format(role=system))


def run(script: str) -> None:
    """A script statement by statement: the driver prepares each, so a text may hold only one."""
    statements = script.replace("\n\n", "\n").split(";\n")
    whole: list[str] = []
    for part in statements:
        whole.append(part)
        text = ";\n".join(whole)
        if text.count("$$") % 2 == 0:
            if text.strip():
                op.execute(sa.text(text.replace(":", "\\:")))
            whole = []


def create_tables() -> None:
    """As the models declare them."""
    op.create_table(
        "companies",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("subscription_tier", sa.Text(), server_default="starter", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("subscription_tier IN ('starter', 'professional', 'enterprise')", name=op.f("ck_companies_subscription_tier")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_companies")),
    )
    op.create_table(
        "agents",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("system_prompt", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), server_default="gpt-4o-mini", nullable=False),
        sa.Column("temperature", sa.Numeric(precision=3, scale=2), server_default="0.7", nullable=False),
        sa.Column("max_tokens", sa.Integer(), server_default="800", nullable=False),
        sa.Column("enabled", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("voice_settings", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("avatar_url", sa.Text(), nullable=True),
        sa.Column("public_api_key", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column(
            "company_id",
            sa.Uuid(),
            server_default=sa.text("(NULLIF(current_setting('app.company_id'::text, true), ''::text))::uuid"),
            nullable=False,
        ),
        sa.CheckConstraint("max_tokens BETWEEN 100 AND 4000", name=op.f("ck_agents_max_tokens")),
        sa.CheckConstraint("temperature BETWEEN 0 AND 2", name=op.f("ck_agents_temperature")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_agents_company_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_agents")),
        sa.UniqueConstraint("company_id", "slug", name=op.f("uq_agents_company_id_slug")),
    )
    op.create_index("ix_agents_company_id_created_at_id", "agents", ["company_id", "created_at", "id"], unique=False)
    op.create_table(
        "contacts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("first_name", sa.Text(), nullable=True),
        sa.Column("last_name", sa.Text(), nullable=True),
        sa.Column("company_name", sa.Text(), nullable=True),
        sa.Column("tags", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("metadata", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column(
            "company_id",
            sa.Uuid(),
            server_default=sa.text("(NULLIF(current_setting('app.company_id'::text, true), ''::text))::uuid"),
            nullable=False,
        ),
        sa.Column(
            "search",
            sa.Text(),
            sa.Computed(
                "lower(coalesce(first_name, '') || chr(31) || coalesce(last_name, '') || chr(31) || coalesce(email, '') || chr(31) || coalesce(company_name, ''))",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_contacts_company_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_contacts")),
    )
    op.create_index("ix_contacts_company_id_created_at_id", "contacts", ["company_id", "created_at", "id"], unique=False)
    op.create_index("ix_contacts_company_id_email", "contacts", ["company_id", "email"], unique=False)
    op.create_table(
        "events",
        sa.Column(
            "company_id",
            sa.Uuid(),
            server_default=sa.text("(NULLIF(current_setting('app.company_id'::text, true), ''::text))::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("txid", Xid8(), server_default=sa.text("pg_current_xact_id()"), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("entity", sa.Text(), nullable=False),
        sa.Column("entity_id", sa.Uuid(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_events_company_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_events")),
    )
    op.create_index("ix_events_company_id_created_at", "events", ["company_id", "created_at"], unique=False)
    op.create_index("ix_events_company_id_entity_id_seq", "events", ["company_id", "entity_id", "seq"], unique=False)
    op.create_index("ix_events_company_id_seq", "events", ["company_id", "seq"], unique=False)
    op.create_table(
        "jobs",
        sa.Column(
            "company_id",
            sa.Uuid(),
            server_default=sa.text("(NULLIF(current_setting('app.company_id'::text, true), ''::text))::uuid"),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("state", sa.Text(), server_default="queued", nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("max_attempts", sa.Integer(), server_default="5", nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fence", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("dedupe_key", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('queued', 'running', 'done', 'failed')", name=op.f("ck_jobs_state")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_jobs_company_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_jobs")),
    )
    op.create_index("ix_jobs_company_id_created_at_id", "jobs", ["company_id", "created_at", "id"], unique=False)
    op.create_index("ix_jobs_due", "jobs", ["run_at"], unique=False, postgresql_where=sa.text("state IN ('queued', 'running')"))
    op.create_index(
        "uq_jobs_company_id_dedupe_key",
        "jobs",
        ["company_id", "dedupe_key"],
        unique=True,
        postgresql_where=sa.text("state IN ('queued', 'running')"),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("avatar_url", sa.Text(), nullable=True),
        sa.Column("role", sa.Text(), server_default="user", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column(
            "company_id",
            sa.Uuid(),
            server_default=sa.text("(NULLIF(current_setting('app.company_id'::text, true), ''::text))::uuid"),
            nullable=False,
        ),
        sa.CheckConstraint("role IN ('owner', 'admin', 'user')", name=op.f("ck_users_role")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_users_company_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_users")),
        sa.UniqueConstraint("company_id", "email", name=op.f("uq_users_company_id_email")),
    )
    op.create_index("ix_users_id", "users", ["id"], unique=False)
    op.create_table(
        "conversations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=True),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("channel", sa.Text(), server_default="chat", nullable=False),
        sa.Column("status", sa.Text(), server_default="active", nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tags", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        sa.Column("metadata", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("summary_updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("summary_message_count", sa.Integer(), nullable=True),
        sa.Column("message_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_message_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column(
            "company_id",
            sa.Uuid(),
            server_default=sa.text("(NULLIF(current_setting('app.company_id'::text, true), ''::text))::uuid"),
            nullable=False,
        ),
        sa.CheckConstraint("channel IN ('chat', 'voice', 'video', 'email', 'sms')", name=op.f("ck_conversations_channel")),
        sa.CheckConstraint("status IN ('active', 'ended', 'archived')", name=op.f("ck_conversations_status")),
        sa.ForeignKeyConstraint(
            ["company_id", "agent_id"],
            ["agents.company_id", "agents.id"],
            name=op.f("fk_conversations_company_id_agent_id"),
            ondelete="SET NULL (agent_id)",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "contact_id"],
            ["contacts.company_id", "contacts.id"],
            name=op.f("fk_conversations_company_id_contact_id"),
            ondelete="SET NULL (contact_id)",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "user_id"],
            ["users.company_id", "users.id"],
            name=op.f("fk_conversations_company_id_user_id"),
            ondelete="SET NULL (user_id)",
        ),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_conversations_company_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_conversations")),
    )
    op.create_index(
        "ix_conversations_company_id_agent_id_started_at_id", "conversations", ["company_id", "agent_id", "started_at", "id"], unique=False
    )
    op.create_index(
        "ix_conversations_company_id_contact_id_started_at_id",
        "conversations",
        ["company_id", "contact_id", "started_at", "id"],
        unique=False,
    )
    op.create_index("ix_conversations_company_id_started_at_id", "conversations", ["company_id", "started_at", "id"], unique=False)
    op.create_index(
        "ix_conversations_company_id_status_started_at_id", "conversations", ["company_id", "status", "started_at", "id"], unique=False
    )
    op.create_index("ix_conversations_company_id_user_id", "conversations", ["company_id", "user_id"], unique=False)
    op.create_table(
        "deals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("value", sa.Numeric(precision=12, scale=2), nullable=True),
        sa.Column("stage", sa.Text(), server_default="lead", nullable=False),
        sa.Column("probability", sa.Integer(), server_default="0", nullable=False),
        sa.Column("expected_close_date", sa.Date(), nullable=True),
        sa.Column("metadata", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column(
            "company_id",
            sa.Uuid(),
            server_default=sa.text("(NULLIF(current_setting('app.company_id'::text, true), ''::text))::uuid"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "stage IN ('lead', 'qualified', 'proposal', 'negotiation', 'closed-won', 'closed-lost')", name=op.f("ck_deals_stage")
        ),
        sa.CheckConstraint("probability BETWEEN 0 AND 100", name=op.f("ck_deals_probability")),
        sa.ForeignKeyConstraint(
            ["company_id", "contact_id"],
            ["contacts.company_id", "contacts.id"],
            name=op.f("fk_deals_company_id_contact_id"),
            ondelete="SET NULL (contact_id)",
        ),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_deals_company_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_deals")),
    )
    op.create_index("ix_deals_company_id_contact_id_created_at_id", "deals", ["company_id", "contact_id", "created_at", "id"], unique=False)
    op.create_index("ix_deals_company_id_created_at_id", "deals", ["company_id", "created_at", "id"], unique=False)
    op.create_index("ix_deals_company_id_stage_created_at_id", "deals", ["company_id", "stage", "created_at", "id"], unique=False)
    op.create_table(
        "threads",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("message_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column(
            "company_id",
            sa.Uuid(),
            server_default=sa.text("(NULLIF(current_setting('app.company_id'::text, true), ''::text))::uuid"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "conversation_id"],
            ["conversations.company_id", "conversations.id"],
            name=op.f("fk_threads_company_id_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_threads_company_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_threads")),
        sa.UniqueConstraint("company_id", "conversation_id", "id", name=op.f("uq_threads_company_id_conversation_id_id")),
    )
    op.create_index(
        "ix_threads_company_id_conversation_id_created_at_id",
        "threads",
        ["company_id", "conversation_id", "created_at", "id"],
        unique=False,
    )
    op.create_table(
        "messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("conversation_id", sa.Uuid(), nullable=False),
        sa.Column("thread_id", sa.Uuid(), nullable=True),
        sa.Column("sender_type", sa.Text(), nullable=False),
        sa.Column(
            "role",
            sa.Text(),
            sa.Computed("CASE sender_type WHEN 'agent' THEN 'assistant' ELSE sender_type END", persisted=True),
            nullable=False,
        ),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("message_type", sa.Text(), server_default="text", nullable=False),
        sa.Column("attachments", postgresql.JSONB(astext_type=sa.Text()), server_default="[]", nullable=False),
        sa.Column("ai_metadata", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("metadata", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column(
            "company_id",
            sa.Uuid(),
            server_default=sa.text("(NULLIF(current_setting('app.company_id'::text, true), ''::text))::uuid"),
            nullable=False,
        ),
        sa.CheckConstraint("message_type IN ('text', 'audio', 'video', 'file', 'image', 'system')", name=op.f("ck_messages_message_type")),
        sa.CheckConstraint("sender_type IN ('user', 'agent', 'system')", name=op.f("ck_messages_sender_type")),
        sa.ForeignKeyConstraint(
            ["company_id", "conversation_id", "thread_id"],
            ["threads.company_id", "threads.conversation_id", "threads.id"],
            name="fk_messages_company_id_conversation_id_thread_id",
            ondelete="SET NULL (thread_id)",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "conversation_id"],
            ["conversations.company_id", "conversations.id"],
            name=op.f("fk_messages_company_id_conversation_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_messages_company_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("company_id", "id", name=op.f("pk_messages")),
    )
    op.create_index(
        "ix_messages_company_id_conversation_id_created_at_id",
        "messages",
        ["company_id", "conversation_id", "created_at", "id"],
        unique=False,
    )
    op.create_index("ix_messages_company_id_created_at_id", "messages", ["company_id", "created_at", "id"], unique=False)
    op.create_index(
        "ix_messages_company_id_thread_id_created_at_id", "messages", ["company_id", "thread_id", "created_at", "id"], unique=False
    )


def downgrade() -> None:
    """Everything goes, roles excepted: other databases of the server may use them."""
    op.drop_index("ix_messages_company_id_thread_id_created_at_id", table_name="messages")
    op.drop_index("ix_messages_company_id_created_at_id", table_name="messages")
    op.drop_index("ix_messages_company_id_conversation_id_created_at_id", table_name="messages")
    op.drop_table("messages")
    op.drop_index("ix_threads_company_id_conversation_id_created_at_id", table_name="threads")
    op.drop_table("threads")
    op.drop_index("ix_deals_company_id_stage_created_at_id", table_name="deals")
    op.drop_index("ix_deals_company_id_created_at_id", table_name="deals")
    op.drop_index("ix_deals_company_id_contact_id_created_at_id", table_name="deals")
    op.drop_table("deals")
    op.drop_index("ix_conversations_company_id_user_id", table_name="conversations")
    op.drop_index("ix_conversations_company_id_status_started_at_id", table_name="conversations")
    op.drop_index("ix_conversations_company_id_started_at_id", table_name="conversations")
    op.drop_index("ix_conversations_company_id_contact_id_started_at_id", table_name="conversations")
    op.drop_index("ix_conversations_company_id_agent_id_started_at_id", table_name="conversations")
    op.drop_table("conversations")
    op.drop_index("ix_users_id", table_name="users")
    op.drop_table("users")
    op.drop_index("uq_jobs_company_id_dedupe_key", table_name="jobs", postgresql_where=sa.text("state IN ('queued', 'running')"))
    op.drop_index("ix_jobs_due", table_name="jobs", postgresql_where=sa.text("state IN ('queued', 'running')"))
    op.drop_index("ix_jobs_company_id_created_at_id", table_name="jobs")
    op.drop_table("jobs")
    op.drop_index("ix_events_company_id_seq", table_name="events")
    op.drop_index("ix_events_company_id_entity_id_seq", table_name="events")
    op.drop_index("ix_events_company_id_created_at", table_name="events")
    op.drop_table("events")
    op.drop_index("ix_contacts_company_id_email", table_name="contacts")
    op.drop_index("ix_contacts_company_id_created_at_id", table_name="contacts")
    op.drop_table("contacts")
    op.drop_index("ix_agents_company_id_created_at_id", table_name="agents")
    op.drop_table("agents")
    op.drop_table("companies")
    for function in ("touch_updated_at", "count_added_messages", "count_removed_messages", "count_moved_messages"):
        op.execute(f"DROP FUNCTION {function}()")
