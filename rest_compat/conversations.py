"""Conversations over REST: `/api/conversations`."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from models.conversation import CONVERSATION, Channel, ConversationFields, ConversationStatus
from models.filters import All, Compare
from models.shape import Many, Object, leaves, list_shape, one_shape
from models.thread import THREAD, ThreadFields
from resolvers import conversations
from resolvers.conversations import ConversationPatch
from resolvers.listing import Listing
from rest_compat.answers import command_answer, list_answer, single_answer
from rest_compat.examples import CONVERSATION_PATCH, body_example
from rest_compat.paging import Paging
from rest_compat.route import Caller, router

MOST_CONVERSATIONS = 50
MOST_THREADS = 100

ITEM = Object(CONVERSATION, leaves(CONVERSATION, also={"_id": "id", "company_id": "company_id"}))
LIST = list_shape(ITEM, "conversations")
THREADS = Many("threads", CONVERSATION.edges["threads"], Object(THREAD, leaves(THREAD)), limit="threads")
SINGLE = one_shape(Object(CONVERSATION, (*ITEM.nodes, THREADS)), "conversation")


class ConversationRead(ConversationFields):
    """A conversation; `_id` is its id again, for clients of the older store."""

    also_id: UUID = Field(alias="_id")
    company_id: UUID


class ConversationWithThreads(ConversationRead):
    """A conversation with its threads."""

    threads: list[ThreadFields]


class ConversationList(BaseModel):
    """A page of conversations, the last started first."""

    conversations: list[ConversationRead]
    total: int
    limit: int
    offset: int


class ConversationAnswer(BaseModel):
    """One conversation."""

    conversation: ConversationWithThreads


class ConversationSearch(Paging):
    """What to list."""

    status: ConversationStatus | None = Field(None, description="Only conversations in this status.")
    channel: Channel | None = Field(None, description="Only conversations over this channel.")
    contact_id: UUID | None = Field(None, description="Only conversations with this contact.")


routes = router()


@routes.get("/api/conversations", response_model=ConversationList, tags=["Conversations"])
async def list_conversations(ctx: Caller, query: Annotated[ConversationSearch, Query()]) -> Response:
    """List conversations, the last started first; at most 50 at a time."""
    wanted = {"status": query.status, "channel": query.channel, "contact_id": query.contact_id}
    where = All(tuple(Compare(field, "eq", value) for field, value in wanted.items() if value is not None))
    rows = await conversations.list_conversations(ctx, Listing(where, page=query.page(MOST_CONVERSATIONS)))
    return await list_answer(ctx, rows, LIST)


@routes.get("/api/conversations/{conversation_id}", response_model=ConversationAnswer, tags=["Conversations"])
async def get_conversation(request: Request, ctx: Caller, conversation_id: UUID) -> Response:
    """Get one conversation with its threads."""
    rows = await conversations.get_conversation(ctx, conversation_id)
    return await single_answer(request, rows, SINGLE, threads=MOST_THREADS)


@routes.patch(
    "/api/conversations/{conversation_id}",
    response_model=ConversationAnswer,
    tags=["Conversations"],
    openapi_extra=body_example(CONVERSATION_PATCH),
)
async def update_conversation(ctx: Caller, conversation_id: UUID, body: ConversationPatch) -> Response:
    """Change what is sent of a conversation; tags and metadata are replaced, ending it sets the time."""
    change = conversations.update_conversation(ctx, conversation_id, body)
    return await command_answer(ctx, change, SINGLE, threads=MOST_THREADS)
