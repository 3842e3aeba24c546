"""The rows of each table as the demo writes them. Field names are column names; what the database fills in is not here."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

Json = dict[str, Any]


class CompanyRow(NamedTuple):
    """A company."""

    id: UUID
    name: str


class UserRow(NamedTuple):
    """A user."""

    id: UUID
    email: str
    name: str
    role: str


class AgentRow(NamedTuple):
    """An agent."""

    id: UUID
    name: str
    slug: str
    description: str
    system_prompt: str
    model: str
    temperature: Decimal
    max_tokens: int
    enabled: bool
    voice_settings: Json
    avatar_url: str | None
    public_api_key: str
    created_at: datetime
    updated_at: datetime


class ContactRow(NamedTuple):
    """A contact."""

    id: UUID
    email: str | None
    phone: str | None
    first_name: str | None
    last_name: str | None
    company_name: str | None
    tags: list[str]
    metadata: Json
    created_at: datetime
    updated_at: datetime


class DealRow(NamedTuple):
    """A deal."""

    id: UUID
    contact_id: UUID | None
    title: str
    value: Decimal | None
    stage: str
    probability: int
    expected_close_date: date | None
    metadata: Json
    created_at: datetime
    updated_at: datetime


class ConversationRow(NamedTuple):
    """A conversation; its counters are the database's."""

    id: UUID
    agent_id: UUID | None
    contact_id: UUID | None
    user_id: UUID | None
    channel: str
    status: str
    started_at: datetime
    ended_at: datetime | None
    tags: list[str]
    metadata: Json
    summary: str | None
    summary_updated_at: datetime | None
    summary_message_count: int | None
    created_at: datetime
    updated_at: datetime


class ThreadRow(NamedTuple):
    """A thread."""

    id: UUID
    conversation_id: UUID
    title: str
    created_at: datetime


class MessageRow(NamedTuple):
    """A message."""

    id: UUID
    conversation_id: UUID
    thread_id: UUID | None
    sender_type: str
    content: str
    message_type: str
    attachments: list[Json]
    ai_metadata: Json | None
    metadata: Json
    created_at: datetime


class Batch(NamedTuple):
    """Rows of one table, in an order in which everything they refer to came before."""

    table: str
    rows: Sequence[tuple[Any, ...]]


Batches = Iterator[Batch]
COLUMNS: dict[str, tuple[str, ...]] = {
    "companies": CompanyRow._fields,
    "users": UserRow._fields,
    "agents": AgentRow._fields,
    "contacts": ContactRow._fields,
    "deals": DealRow._fields,
    "conversations": ConversationRow._fields,
    "threads": ThreadRow._fields,
    "messages": MessageRow._fields,
}


class Sizes(NamedTuple):
    """How many rows a company gets; conversations have 4 to 30 messages each."""

    agents: int
    contacts: int
    deals: int
    conversations: int
    messages: int
