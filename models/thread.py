"""Threads: topics within a conversation."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, UniqueConstraint
from sqlmodel import SQLModel

from models.catalogue import declare, many, one
from models.columns import count, identifier, moment, of_company, tenant, tenant_key, words


class ThreadFields(SQLModel):
    """A topic within a conversation."""

    id: UUID = identifier("Identifier (UUID).")
    conversation_id: UUID = identifier("The conversation it is part of.")
    title: str = words("What it is about.", min_length=1, max_length=200)
    message_count: int = count("How many messages it has; kept by the database.")
    created_at: datetime = moment("When it was created.")


class Thread(ThreadFields, table=True):
    """The threads table; the unique key lets a message prove that its thread is of its own conversation."""

    __tablename__ = "threads"
    __table_args__ = (
        tenant_key(),
        of_company(),
        ForeignKeyConstraint(["company_id", "conversation_id"], ["conversations.company_id", "conversations.id"], ondelete="CASCADE"),
        UniqueConstraint("company_id", "conversation_id", "id"),
        Index("ix_threads_company_id_conversation_id_created_at_id", "company_id", "conversation_id", "created_at", "id"),
    )

    company_id: UUID = tenant()


THREAD = declare(
    Thread,
    ThreadFields,
    scope="conversations",
    order="created_at",
    orders=("created_at", "title", "message_count"),
    searched=("title",),
    edges=(
        one("conversation", "conversation", "conversation_id", description="The conversation it is part of."),
        many("messages", "message", "thread_id", order="created_at", description="Its messages, oldest first."),
    ),
)
