"""Conversations: what was said between a customer and an agent, over one channel."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from models.catalogue import declare, many, one
from models.columns import (
    belongs_to,
    count,
    identifier,
    maybe_moment,
    maybe_words,
    metadata,
    moment,
    of_company,
    one_of,
    reference,
    tags,
    tenant,
    tenant_key,
    words,
)


class Channel(StrEnum):
    """How the customer talks to the company."""

    CHAT = "chat"
    VOICE = "voice"
    VIDEO = "video"
    EMAIL = "email"
    SMS = "sms"


class ConversationStatus(StrEnum):
    """Whether a conversation goes on."""

    ACTIVE = "active"
    ENDED = "ended"
    ARCHIVED = "archived"


class ConversationFields(SQLModel):
    """A conversation between a customer and an agent."""

    id: UUID = identifier("Identifier (UUID).")
    agent_id: UUID | None = reference("The agent that leads it; null once the agent was deleted.")
    contact_id: UUID | None = reference("The customer, once known.")
    user_id: UUID | None = reference("The colleague who takes part, if any.")
    channel: Channel = words("How the customer talks.", default=Channel.CHAT)
    status: ConversationStatus = words("Whether it goes on.", default=ConversationStatus.ACTIVE)
    started_at: datetime = moment("When it started.")
    ended_at: datetime | None = maybe_moment("When it ended.")
    tags: list[str] = tags("Labels.")
    meta: dict[str, Any] = metadata("Source, address, user agent and anything else, as JSON.")
    summary: str | None = maybe_words("What it was about, in at most 500 characters.")
    summary_updated_at: datetime | None = maybe_moment("When the summary was made.")
    summary_message_count: int | None = Field(default=None, description="How many messages the summary covers.", nullable=True)
    message_count: int = count("How many messages it has; kept by the database.")
    last_message_at: datetime | None = maybe_moment("When the newest message came; kept by the database.")
    created_at: datetime = moment("When it was created.")
    updated_at: datetime = moment("When it last changed.")


class Conversation(ConversationFields, table=True):
    """The conversations table."""

    __tablename__ = "conversations"
    __table_args__ = (
        tenant_key(),
        of_company(),
        belongs_to("agents", "agent_id", on_delete="SET NULL"),
        belongs_to("contacts", "contact_id", on_delete="SET NULL"),
        belongs_to("users", "user_id", on_delete="SET NULL"),
        one_of("channel", Channel),
        one_of("status", ConversationStatus),
        Index("ix_conversations_company_id_started_at_id", "company_id", "started_at", "id"),
        Index("ix_conversations_company_id_status_started_at_id", "company_id", "status", "started_at", "id"),
        Index("ix_conversations_company_id_agent_id_started_at_id", "company_id", "agent_id", "started_at", "id"),
        Index("ix_conversations_company_id_contact_id_started_at_id", "company_id", "contact_id", "started_at", "id"),
        Index("ix_conversations_company_id_user_id", "company_id", "user_id"),
    )

    company_id: UUID = tenant()


CONVERSATION = declare(
    Conversation,
    ConversationFields,
    scope="conversations",
    order="-started_at",
    orders=("started_at", "ended_at", "created_at", "updated_at", "last_message_at", "message_count"),
    searched=("summary",),
    edges=(
        one("agent", "agent", "agent_id", description="The agent that leads it."),
        one("contact", "contact", "contact_id", description="The customer."),
        many("messages", "message", "conversation_id", order="created_at", description="What was said, oldest first."),
        many("threads", "thread", "conversation_id", order="created_at", description="Topics within it, oldest first."),
    ),
)
