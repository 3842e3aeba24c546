"""The usual way's GraphQL door: Strawberry types, resolvers on a session, DataLoaders for what hangs below."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Annotated, Self
from uuid import UUID

import strawberry
from fastapi import Depends
from sqlmodel import col, select
from strawberry.fastapi import BaseContext, GraphQLRouter

from bench.usual.loaders import Loaders, Slice
from bench.usual.session import CurrentUser, current_user, make_session
from bench.usual.tables import ContactTable, ConversationTable, MessageTable


@strawberry.enum
class Channel(Enum):
    CHAT = "chat"
    VOICE = "voice"
    VIDEO = "video"
    EMAIL = "email"
    SMS = "sms"


@strawberry.enum
class ConversationStatus(Enum):
    ACTIVE = "active"
    ENDED = "ended"
    ARCHIVED = "archived"


@strawberry.enum
class SenderType(Enum):
    USER = "user"
    AGENT = "agent"
    SYSTEM = "system"


@strawberry.enum
class MessageRole(Enum):
    USER = "user"
    ASSISTANT = "assistant"
    SYSTEM = "system"


@dataclass
class Context(BaseContext):
    """What resolvers need: who asks, and loaders that live as long as the request."""

    user: CurrentUser
    loaders: Loaders


Info = strawberry.Info[Context, None]


async def get_context(user: Annotated[CurrentUser, Depends(current_user)]) -> Context:
    """A context per request."""
    return Context(user=user, loaders=Loaders(user.company_id))


@strawberry.type
class Agent:
    id: strawberry.ID
    name: str


@strawberry.type
class Contact:
    id: strawberry.ID
    first_name: str | None
    last_name: str | None
    email: str | None
    company_name: str | None
    tags: list[str]
    created_at: datetime

    @classmethod
    def of(cls, row: ContactTable) -> Self:
        return cls(
            id=strawberry.ID(str(row.id)),
            first_name=row.first_name,
            last_name=row.last_name,
            email=row.email,
            company_name=row.company_name,
            tags=row.tags,
            created_at=row.created_at,
        )


@strawberry.type
class Message:
    id: strawberry.ID
    sender_type: SenderType
    role: MessageRole
    content: str
    created_at: datetime

    @classmethod
    def of(cls, row: MessageTable) -> Self:
        return cls(
            id=strawberry.ID(str(row.id)),
            sender_type=SenderType(row.sender_type),
            role=MessageRole(row.role),
            content=row.content,
            created_at=row.created_at,
        )


@strawberry.type
class MessageConnection:
    nodes: list[Message]


@strawberry.type
class Conversation:
    id: strawberry.ID
    status: ConversationStatus
    channel: Channel
    started_at: datetime
    agent_id: strawberry.Private[UUID | None]
    contact_id: strawberry.Private[UUID | None]

    @classmethod
    def of(cls, row: ConversationTable) -> Self:
        return cls(
            id=strawberry.ID(str(row.id)),
            status=ConversationStatus(row.status),
            channel=Channel(row.channel),
            started_at=row.started_at,
            agent_id=row.agent_id,
            contact_id=row.contact_id,
        )

    @strawberry.field
    async def agent(self, info: Info) -> Agent | None:
        row = await info.context.loaders.agents.load(self.agent_id) if self.agent_id else None
        return Agent(id=strawberry.ID(str(row.id)), name=row.name) if row else None

    @strawberry.field
    async def contact(self, info: Info) -> Contact | None:
        row = await info.context.loaders.contacts.load(self.contact_id) if self.contact_id else None
        return Contact.of(row) if row else None

    @strawberry.field
    async def messages(self, info: Info, first: int | None = None, last: int | None = None) -> MessageConnection:
        wanted = Slice(UUID(self.id), last if last is not None else first or 20, from_the_end=last is not None)
        return MessageConnection(nodes=[Message.of(row) for row in await info.context.loaders.messages.load(wanted)])


@strawberry.type
class ConversationConnection:
    nodes: list[Conversation]


@strawberry.type
class ContactConnection:
    nodes: list[Contact]


@strawberry.input
class ContactFilter:
    search: str | None = None


@strawberry.type
class Query:
    @strawberry.field
    async def conversations(self, info: Info, first: int = 20) -> ConversationConnection:
        newest = (
            select(ConversationTable)
            .where(ConversationTable.company_id == info.context.user.company_id)
            .order_by(col(ConversationTable.started_at).desc(), col(ConversationTable.id).desc())
            .limit(first)
        )
        async with make_session() as session:
            rows = (await session.exec(newest)).all()
        return ConversationConnection(nodes=[Conversation.of(row) for row in rows])

    @strawberry.field
    async def conversation(self, info: Info, id: strawberry.ID) -> Conversation | None:  # noqa: A002 - the argument's name in the schema
        one = select(ConversationTable).where(
            ConversationTable.company_id == info.context.user.company_id, ConversationTable.id == UUID(id)
        )
        async with make_session() as session:
            row = (await session.exec(one)).first()
        return Conversation.of(row) if row else None

    @strawberry.field
    async def contacts(
        self,
        info: Info,
        first: int = 20,
        filter: ContactFilter | None = None,  # noqa: A002 - the argument's name in the schema
    ) -> ContactConnection:
        chosen = select(ContactTable).where(ContactTable.company_id == info.context.user.company_id)
        if filter and filter.search:
            chosen = chosen.where(col(ContactTable.search).contains(filter.search.lower(), autoescape=True))
        chosen = chosen.order_by(col(ContactTable.created_at).desc(), col(ContactTable.id).desc()).limit(first)
        async with make_session() as session:
            rows = (await session.exec(chosen)).all()
        return ContactConnection(nodes=[Contact.of(row) for row in rows])


router = GraphQLRouter(strawberry.Schema(Query), context_getter=get_context)
