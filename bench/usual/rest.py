"""The usual way's REST door: read models, and routes with a response model."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import FastAPI, HTTPException, Query
from pydantic import AliasChoices, BaseModel, ConfigDict, Field
from sqlmodel import col, func, select

from bench.usual.session import Session, User, engine
from bench.usual.tables import ContactTable, ConversationTable


class ContactRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    email: str | None
    phone: str | None
    first_name: str | None
    last_name: str | None
    company_name: str | None
    tags: list[str]
    metadata: dict[str, Any] = Field(validation_alias="meta")
    created_at: datetime
    updated_at: datetime
    company_id: UUID


class ConversationRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    agent_id: UUID | None
    contact_id: UUID | None
    user_id: UUID | None
    channel: str
    status: str
    started_at: datetime
    ended_at: datetime | None
    tags: list[str]
    metadata: dict[str, Any] = Field(validation_alias="meta")
    summary: str | None
    summary_updated_at: datetime | None
    summary_message_count: int | None
    message_count: int
    last_message_at: datetime | None
    created_at: datetime
    updated_at: datetime
    also_id: UUID = Field(validation_alias=AliasChoices("id"), serialization_alias="_id")
    company_id: UUID


class ConversationList(BaseModel):
    conversations: list[ConversationRead]
    total: int
    limit: int
    offset: int


class ContactConversations(BaseModel):
    contact: ContactRead
    conversations: list[ConversationRead]
    total: int


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    """Close the engine at the end."""
    yield
    await engine.dispose()


app = FastAPI(lifespan=lifespan)


@app.get("/health/ready")
async def ready() -> dict[str, str]:
    """Whether it serves."""
    return {"status": "ok"}


@app.get("/api/conversations", response_model=ConversationList)
async def list_conversations(
    user: User, session: Session, limit: Annotated[int, Query(ge=1, le=50)] = 20, offset: Annotated[int, Query(ge=0)] = 0
) -> Any:
    """The company's conversations, the last started first."""
    mine = col(ConversationTable.company_id) == user.company_id
    total = (await session.exec(select(func.count()).select_from(ConversationTable).where(mine))).one()
    newest = select(ConversationTable).where(mine).order_by(col(ConversationTable.started_at).desc(), col(ConversationTable.id).desc())
    conversations = (await session.exec(newest.limit(limit).offset(offset))).all()
    return {"conversations": conversations, "total": total, "limit": limit, "offset": offset}


@app.get("/api/crm/contacts/{contact_id}/conversations", response_model=ContactConversations)
async def contact_conversations(contact_id: UUID, user: User, session: Session, limit: Annotated[int, Query(ge=1, le=50)] = 20) -> Any:
    """A contact with its last conversations."""
    one = select(ContactTable).where(ContactTable.company_id == user.company_id, ContactTable.id == contact_id)
    contact = (await session.exec(one)).first()
    if contact is None:
        raise HTTPException(404, "Contact not found")
    its = (col(ConversationTable.company_id) == user.company_id, col(ConversationTable.contact_id) == contact_id)
    total = (await session.exec(select(func.count()).select_from(ConversationTable).where(*its))).one()
    newest = select(ConversationTable).where(*its).order_by(col(ConversationTable.started_at).desc(), col(ConversationTable.id).desc())
    return {"contact": contact, "conversations": (await session.exec(newest.limit(limit))).all(), "total": total}
