"""The usual way's own table classes, over the same tables: SQLModel with relationships."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, DateTime, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field, Relationship, SQLModel

MOMENT: Any = DateTime(timezone=True)


class AgentTable(SQLModel, table=True):
    __tablename__ = "agents"

    id: UUID = Field(primary_key=True)
    company_id: UUID = Field(index=True)
    name: str
    conversations: list["ConversationTable"] = Relationship(back_populates="agent")


class ContactBase(SQLModel):
    id: UUID = Field(primary_key=True)
    company_id: UUID = Field(index=True)
    email: str | None = None
    phone: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    company_name: str | None = None
    created_at: datetime = Field(sa_type=MOMENT)
    updated_at: datetime = Field(sa_type=MOMENT)


class ContactTable(ContactBase, table=True):
    __tablename__ = "contacts"

    tags: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(Text), nullable=False))
    meta: dict[str, Any] = Field(default_factory=dict, sa_column=Column("metadata", JSONB, nullable=False))
    search: str
    conversations: list["ConversationTable"] = Relationship(back_populates="contact")


class ConversationBase(SQLModel):
    id: UUID = Field(primary_key=True)
    company_id: UUID = Field(index=True)
    agent_id: UUID | None = Field(default=None, foreign_key="agents.id")
    contact_id: UUID | None = Field(default=None, foreign_key="contacts.id")
    user_id: UUID | None = None
    channel: str
    status: str
    started_at: datetime = Field(sa_type=MOMENT)
    ended_at: datetime | None = Field(default=None, sa_type=MOMENT)
    summary: str | None = None
    summary_updated_at: datetime | None = Field(default=None, sa_type=MOMENT)
    summary_message_count: int | None = None
    message_count: int
    last_message_at: datetime | None = Field(default=None, sa_type=MOMENT)
    created_at: datetime = Field(sa_type=MOMENT)
    updated_at: datetime = Field(sa_type=MOMENT)


class ConversationTable(ConversationBase, table=True):
    __tablename__ = "conversations"

    tags: list[str] = Field(default_factory=list, sa_column=Column(ARRAY(Text), nullable=False))
    meta: dict[str, Any] = Field(default_factory=dict, sa_column=Column("metadata", JSONB, nullable=False))
    agent: AgentTable | None = Relationship(back_populates="conversations")
    contact: ContactTable | None = Relationship(back_populates="conversations")
    messages: list["MessageTable"] = Relationship(back_populates="conversation")


class MessageTable(SQLModel, table=True):
    __tablename__ = "messages"

    id: UUID = Field(primary_key=True)
    company_id: UUID = Field(index=True)
    conversation_id: UUID = Field(foreign_key="conversations.id")
    sender_type: str
    role: str
    content: str
    created_at: datetime = Field(sa_type=MOMENT)
    conversation: ConversationTable | None = Relationship(back_populates="messages")
