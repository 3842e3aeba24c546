"""Messages: what a customer, an agent or the system said."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from models.catalogue import declare, one
from models.columns import (
    belongs_to,
    derived,
    document,
    identifier,
    metadata,
    moment,
    of_company,
    one_of,
    reference,
    tenant,
    tenant_key,
    words,
)


class SenderType(StrEnum):
    """Who said it."""

    USER = "user"
    AGENT = "agent"
    SYSTEM = "system"


class MessageRole(StrEnum):
    """Who said it, in the words of chat models."""

    USER = "user"
    ASSISTANT = "assistant"
    SYSTEM = "system"


class MessageType(StrEnum):
    """What a message carries."""

    TEXT = "text"
    AUDIO = "audio"
    VIDEO = "video"
    FILE = "file"
    IMAGE = "image"
    SYSTEM = "system"


class MessageFields(SQLModel):
    """Something said in a conversation."""

    id: UUID = identifier("Identifier (UUID).")
    conversation_id: UUID = identifier("The conversation it was said in.")
    thread_id: UUID | None = reference("Its topic; null in the main thread.")
    sender_type: SenderType = words("Who said it.")
    role: MessageRole = derived(
        "Who said it, as chat models name it.", "CASE sender_type WHEN 'agent' THEN 'assistant' ELSE sender_type END"
    )
    content: str = words("What was said.", max_length=10_000)
    message_type: MessageType = words("What it carries.", default=MessageType.TEXT)
    attachments: list[dict[str, Any]] = document("Files: url, type, name and size in bytes.", "[]")
    ai_metadata: dict[str, Any] | None = Field(
        default=None, description="For an agent's answer: model, tokens_used, response_time_ms.", sa_type=JSONB, nullable=True
    )
    meta: dict[str, Any] = metadata("Read time, reactions, intent, sentiment and anything else, as JSON.")
    created_at: datetime = moment("When it was said.")


class Message(MessageFields, table=True):
    """The messages table; a thread must be one of the same conversation."""

    __tablename__ = "messages"
    __table_args__ = (
        tenant_key(),
        of_company(),
        belongs_to("conversations", "conversation_id"),
        ForeignKeyConstraint(
            ["company_id", "conversation_id", "thread_id"],
            ["threads.company_id", "threads.conversation_id", "threads.id"],
            name="fk_messages_company_id_conversation_id_thread_id",
            ondelete="SET NULL (thread_id)",
        ),
        one_of("sender_type", SenderType),
        one_of("message_type", MessageType),
        Index("ix_messages_company_id_conversation_id_created_at_id", "company_id", "conversation_id", "created_at", "id"),
        Index("ix_messages_company_id_created_at_id", "company_id", "created_at", "id"),
        Index("ix_messages_company_id_thread_id_created_at_id", "company_id", "thread_id", "created_at", "id"),
    )

    company_id: UUID = tenant()


MESSAGE = declare(
    Message,
    MessageFields,
    scope="messages",
    order="created_at",
    orders=("created_at",),
    searched=("content",),
    edges=(
        one("conversation", "conversation", "conversation_id", description="The conversation it was said in."),
        one("thread", "thread", "thread_id", description="Its topic."),
    ),
)
