"""Messages over REST: `/api/conversations/{id}/messages`."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from models.message import MESSAGE, MessageFields
from models.page import LARGEST_PAGE, Page
from models.shape import Object, leaves, list_shape, one_shape
from resolvers import messages
from resolvers.listing import Listing
from resolvers.messages import MessagePatch, NewMessage
from rest_compat.answers import command_answer, list_answer
from rest_compat.examples import MESSAGE_BODY, MESSAGE_PATCH, body_example
from rest_compat.paging import Paging, Whole
from rest_compat.route import Caller, router

ITEM = Object(MESSAGE, leaves(MESSAGE, also={"_id": "id"}))
LIST = list_shape(ITEM, "messages")
SINGLE = one_shape(ITEM, "message")


class MessageRead(MessageFields):
    """A message; `_id` is its id again, for clients of the older store."""

    also_id: UUID = Field(alias="_id")


class MessageList(BaseModel):
    """A page of messages, oldest first."""

    messages: list[MessageRead]
    total: int
    limit: int
    offset: int


class MessageAnswer(BaseModel):
    """One message."""

    message: MessageRead


class MessageSearch(Paging):
    """What to list."""

    limit: Whole = Field(50, description="How many at most: 50 unless said, 100 at the most; more is clamped.")
    thread_id: UUID | None = Field(None, description="A thread of the conversation; the main thread unless said.")


routes = router()


@routes.get("/api/conversations/{conversation_id}/messages", response_model=MessageList, tags=["Conversations"])
async def list_messages(ctx: Caller, conversation_id: UUID, query: Annotated[MessageSearch, Query()]) -> Response:
    """List the newest messages of a conversation after skipping `offset`, oldest of them first."""
    page = Page(min(query.limit, LARGEST_PAGE), query.offset, backwards=True)
    rows = await messages.conversation_messages(ctx, conversation_id, query.thread_id, Listing(page=page))
    return await list_answer(ctx, rows, LIST)


@routes.post(
    "/api/conversations/{conversation_id}/messages",
    status_code=201,
    response_model=MessageAnswer,
    tags=["Conversations"],
    openapi_extra=body_example(MESSAGE_BODY),
)
async def send_message(ctx: Caller, conversation_id: UUID, body: NewMessage) -> Response:
    """Send a message as a user; the agent's answer follows by itself."""
    return await command_answer(ctx, messages.send_message(ctx, conversation_id, body), SINGLE, 201)


@routes.patch(
    "/api/conversations/{conversation_id}/messages/{message_id}",
    response_model=MessageAnswer,
    tags=["Conversations"],
    openapi_extra=body_example(MESSAGE_PATCH),
)
async def update_message(ctx: Caller, conversation_id: UUID, message_id: UUID, body: MessagePatch) -> Response:
    """Mark a message as read, or react to it; the same reaction again, or null, removes it."""
    return await command_answer(ctx, messages.update_message(ctx, conversation_id, message_id, body), SINGLE)
