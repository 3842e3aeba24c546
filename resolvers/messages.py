"""What can be done with messages."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints, field_validator

from models.columns import now
from models.conversation import CONVERSATION
from models.db.row import Row
from models.filters import Compare
from models.ids import new_id
from models.message import MESSAGE, Message, MessageType, SenderType
from models.rows import Rows
from models.thread import THREAD
from resolvers.ctx import Ctx, command, query
from resolvers.errors import NotFound
from resolvers.events import created, updated
from resolvers.inputs import Input, Patch
from resolvers.listing import Listing, by_id, existing, found, listed, locked
from resolvers.logic.reactions import LONGEST_EMOJI, toggled

Content = Annotated[str, StringConstraints(min_length=1, max_length=10_000)]
Emoji = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_EMOJI)]
Short = Annotated[str, StringConstraints(min_length=1, max_length=2000)]


class Attachment(Input):
    """A file that goes with a message."""

    url: Short = Field(description="Where it lies.")
    type: Short = Field(description="Its media type.")
    name: Short = Field(description="Its file name.")
    size: int | None = Field(None, ge=0, description="Its size in bytes.")


class NewMessage(Input):
    """A message to be sent."""

    content: Content = Field(description="What is said, 1 to 10,000 characters.")
    message_type: MessageType = Field(MessageType.TEXT, validation_alias="messageType", description="What it carries.")
    thread_id: UUID | None = Field(None, validation_alias="threadId", description="A thread of the same conversation.")
    attachments: list[Attachment] = Field([], max_length=50, description="Files, at most 50.")

    @field_validator("message_type")
    @classmethod
    def _said_by_a_user(cls, kind: MessageType) -> MessageType:
        if kind is MessageType.SYSTEM:
            raise ValueError("a user's message is text, audio, video, file or image")
        return kind


class Reaction(Input):
    """A reaction to a message."""

    emoji: Emoji | None = Field(None, description="One emoji; null for none.")


class MessagePatch(Patch):
    """What to change of a message."""

    mark_as_read: bool = Field(False, alias="markAsRead", description="Whether to note that it was read; false changes nothing.")
    reaction: Emoji | None = Field(None, description="The caller's reaction; the same again, or null, removes it.")


@query("messages:read")
async def list_messages(ctx: Ctx, listing: Listing) -> Rows[Message]:
    """The company's messages."""
    return listed(ctx, MESSAGE, listing)


@query("messages:read")
async def get_message(_: Ctx, message_id: UUID) -> Rows[Message]:
    """One message."""
    return by_id(MESSAGE, message_id)


@query("messages:read")
async def conversation_messages(ctx: Ctx, conversation_id: UUID, thread_id: UUID | None, listing: Listing) -> Rows[Message]:
    """What was said in one thread of a conversation; no thread is the main one. Raises `NotFound` for the conversation."""
    await existing(ctx, CONVERSATION, conversation_id)
    thread = Compare("thread_id", "is_null", True) if thread_id is None else Compare("thread_id", "eq", thread_id)
    return listed(ctx, MESSAGE, listing, Compare("conversation_id", "eq", conversation_id), thread)


@command("messages:write")
async def send_message(ctx: Ctx, conversation_id: UUID, new: NewMessage) -> Row:
    """Say something as a user; a conversation that has ended takes it too."""
    await existing(ctx, CONVERSATION, conversation_id)
    await _check_thread(ctx, conversation_id, new.thread_id)
    message = await ctx.db.insert(
        MESSAGE,
        {
            "id": new_id(),
            "conversation_id": conversation_id,
            "sender_type": SenderType.USER,
            "content": new.content,
            "message_type": new.message_type,
            "thread_id": new.thread_id,
            "attachments": [attachment.model_dump(exclude_unset=True) for attachment in new.attachments],
        },
    )
    ctx.emit(created(message, conversation_id=str(conversation_id)))
    return message


@command("messages:write")
async def update_message(ctx: Ctx, conversation_id: UUID, message_id: UUID, patch: MessagePatch) -> Row:
    """Mark a message of that conversation as read, set the caller's reaction, or both."""
    message = await locked(ctx, MESSAGE, message_id)
    if message.conversation_id != conversation_id:
        raise NotFound.of("Message")
    if patch.mark_as_read:
        message = await mark_read(ctx, message_id)
    if "reaction" in patch.model_fields_set:
        message = await react(ctx, message_id, patch.reaction)
    return message


@command("messages:write")
async def mark_read(ctx: Ctx, message_id: UUID) -> Row:
    """Note when a message was read; the first time stays."""
    message = await locked(ctx, MESSAGE, message_id)
    if "read_at" in message.meta:
        return message
    return await _set_meta(ctx, message, message.meta | {"read_at": now().isoformat().replace("+00:00", "Z")})


@command("messages:write")
async def react(ctx: Ctx, message_id: UUID, emoji: str | None) -> Row:
    """Set the caller's one reaction; the same emoji again, or null, takes it away."""
    emoji = Reaction.read({"emoji": emoji}).emoji
    message = await locked(ctx, MESSAGE, message_id)
    reactions = toggled(message.meta.get("reactions", []), str(ctx.principal.user_id), emoji, now())
    return await _set_meta(ctx, message, message.meta | {"reactions": reactions})


async def _set_meta(ctx: Ctx, message: Row, meta: dict[str, Any]) -> Row:
    changed = found(await ctx.db.update(MESSAGE, message.id, {"metadata": meta}), MESSAGE)
    ctx.emit(updated(changed, ("meta",)))
    return changed


async def _check_thread(ctx: Ctx, conversation_id: UUID, thread_id: UUID | None) -> None:
    if thread_id is None:
        return
    thread = await existing(ctx, THREAD, thread_id, "thread_id")
    if thread.conversation_id != conversation_id:
        raise NotFound.of("Thread", "thread_id")
