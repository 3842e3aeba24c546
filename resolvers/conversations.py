"""What can be done with conversations."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from models.agent import AGENT
from models.columns import now
from models.contact import CONTACT
from models.conversation import CONVERSATION, Channel, Conversation, ConversationStatus
from models.db.row import Row
from models.filters import Compare
from models.ids import new_id
from models.rows import Rows
from resolvers.contacts import Tags
from resolvers.ctx import Ctx, command, query
from resolvers.events import created, happened, updated
from resolvers.inputs import Input, Patch
from resolvers.listing import Listing, by_id, existing, found, listed, locked

Summary = Annotated[str, StringConstraints(max_length=500)]


class NewConversation(Input):
    """A conversation to be started."""

    agent_id: UUID = Field(description="The agent that leads it: one of this company.")
    channel: Channel = Field(Channel.CHAT, description="How the customer talks.")
    contact_id: UUID | None = Field(None, description="The customer: a contact of this company.")
    tags: Tags = Field([], description="Labels, at most 100.")
    meta: dict[str, Any] = Field({}, alias="metadata", description="Source, address, user agent and anything else, as JSON.")


class ConversationPatch(Patch):
    """What to change of a conversation; only what is sent is touched, tags and metadata are replaced."""

    status: ConversationStatus = Field(ConversationStatus.ACTIVE, description="Whether it goes on.")
    tags: Tags = Field([], description="Labels, at most 100.")
    meta: dict[str, Any] = Field({}, alias="metadata", description="Source, address, user agent and anything else, as JSON.")
    ended_at: AwareDatetime | None = Field(None, description="When it ended (RFC 3339 with an offset).")
    agent_id: UUID | None = Field(None, description="The agent that leads it: one of this company.")
    contact_id: UUID | None = Field(None, description="The customer: a contact of this company.")


@query("conversations:read")
async def list_conversations(ctx: Ctx, listing: Listing) -> Rows[Conversation]:
    """The company's conversations."""
    return listed(ctx, CONVERSATION, listing)


@query("conversations:read")
async def get_conversation(_: Ctx, conversation_id: UUID) -> Rows[Conversation]:
    """One conversation."""
    return by_id(CONVERSATION, conversation_id)


@query("conversations:read")
async def contact_conversations(ctx: Ctx, contact_id: UUID, listing: Listing) -> Rows[Conversation]:
    """One contact's conversations."""
    return listed(ctx, CONVERSATION, listing, Compare("contact_id", "eq", contact_id))


@command("conversations:write")
async def create_conversation(ctx: Ctx, new: NewConversation) -> Row:
    """Start a conversation of this company's agent, with one of its contacts if given."""
    await _check_links(ctx, new.agent_id, new.contact_id)
    conversation = await ctx.db.insert(CONVERSATION, {"id": new_id(), **new.sent()})
    ctx.emit(created(conversation))
    return conversation


@command("conversations:write")
async def update_conversation(ctx: Ctx, conversation_id: UUID, patch: ConversationPatch) -> Row:
    """Change what was sent of a conversation; one that ends is given the time, one that goes on again loses it."""
    sent = patch.sent()
    await _check_links(ctx, sent.get("agent_id"), sent.get("contact_id"))
    before = await locked(ctx, CONVERSATION, conversation_id)
    conversation = found(await ctx.db.update(CONVERSATION, conversation_id, _with_end(sent, before.ended_at)), CONVERSATION)
    ctx.emit(updated(conversation, patch.model_fields_set))
    if conversation.status != before.status and conversation.status == ConversationStatus.ENDED:
        ctx.emit(happened(conversation, "ended"))
    return conversation


@command("conversations:write")
async def end_conversation(ctx: Ctx, conversation_id: UUID) -> Row:
    """End a conversation; ending it again changes nothing."""
    return await _move(ctx, conversation_id, ConversationStatus.ENDED)


@command("conversations:write")
async def archive_conversation(ctx: Ctx, conversation_id: UUID) -> Row:
    """Put a conversation away; archiving it again changes nothing."""
    return await _move(ctx, conversation_id, ConversationStatus.ARCHIVED)


async def _move(ctx: Ctx, conversation_id: UUID, status: ConversationStatus) -> Row:
    before = await locked(ctx, CONVERSATION, conversation_id)
    if before.status == status:
        return before
    return await update_conversation(ctx, conversation_id, ConversationPatch(status=status))


def _with_end(sent: dict[str, Any], ended_at: datetime | None) -> dict[str, Any]:
    status = sent.get("status")
    if status is None or "ended_at" in sent:
        return sent
    return sent | {"ended_at": None if status == ConversationStatus.ACTIVE else ended_at or now()}


async def _check_links(ctx: Ctx, agent_id: UUID | None, contact_id: UUID | None) -> None:
    if agent_id is not None:
        await existing(ctx, AGENT, agent_id, "agent_id")
    if contact_id is not None:
        await existing(ctx, CONTACT, contact_id, "contact_id")
