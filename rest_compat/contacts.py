"""Contacts over REST: `/api/crm/contacts`."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from models.contact import CONTACT, ContactFields
from models.filters import Search
from models.shape import Count, Many, Object, Part, leaves, list_shape, one_shape
from printed import Printed
from resolvers import contacts
from resolvers.contacts import ContactPatch, NewContact
from resolvers.inputs import Input
from resolvers.listing import EVERYTHING, Listing
from rest_compat.answers import Success, command_answer, forgiving_delete, list_answer, one_body, single_answer
from rest_compat.conversations import ITEM as CONVERSATION_ITEM
from rest_compat.conversations import MOST_CONVERSATIONS, ConversationRead
from rest_compat.examples import CONTACT_BODY, CONTACT_PATCH, body_example
from rest_compat.paging import Paging, Whole
from rest_compat.route import Caller, router

ITEM = Object(CONTACT, leaves(CONTACT, also={"company_id": "company_id"}))
LIST = list_shape(ITEM, "contacts")
SINGLE = one_shape(ITEM, "contact")
CONVERSATIONS = CONTACT.edges["conversations"]
WITH_CONVERSATIONS = one_shape(
    Object(CONTACT, (Part("contact", ITEM), Many("conversations", CONVERSATIONS, CONVERSATION_ITEM), Count("total", CONVERSATIONS)))
)


class ContactRead(ContactFields):
    """A contact."""

    company_id: UUID


class ContactList(BaseModel):
    """A page of contacts, newest first."""

    contacts: list[ContactRead]
    total: int
    limit: int
    offset: int


class ContactAnswer(BaseModel):
    """One contact."""

    contact: ContactRead


class ContactConversations(BaseModel):
    """A contact and its last conversations, newest first."""

    contact: ContactRead
    conversations: list[ConversationRead]
    total: int


class ContactSearch(Paging):
    """What to list."""

    search: str = Field("", max_length=200, description="Part of a name, e-mail or company name, in any case.")


class LastConversations(Input):
    """How many conversations."""

    limit: Whole = Field(50, description="How many at most: 50 unless said and at the most.")


routes = router()


@routes.get("/api/crm/contacts", response_model=ContactList, tags=["Contacts"])
async def list_contacts(ctx: Caller, query: Annotated[ContactSearch, Query()]) -> Response:
    """List contacts, newest first."""
    where = Search(query.search) if query.search.strip() else EVERYTHING
    return await list_answer(ctx, await contacts.list_contacts(ctx, Listing(where, page=query.page())), LIST)


@routes.post(
    "/api/crm/contacts", status_code=201, response_model=ContactAnswer, tags=["Contacts"], openapi_extra=body_example(CONTACT_BODY)
)
async def create_contact(ctx: Caller, body: NewContact) -> Response:
    """Create a contact; everything is optional."""
    return await command_answer(ctx, contacts.create_contact(ctx, body), SINGLE, 201)


@routes.get("/api/crm/contacts/{contact_id}", response_model=ContactAnswer, tags=["Contacts"])
async def get_contact(request: Request, ctx: Caller, contact_id: UUID) -> Response:
    """Get one contact."""
    return await single_answer(request, await contacts.get_contact(ctx, contact_id), SINGLE)


@routes.patch("/api/crm/contacts/{contact_id}", response_model=ContactAnswer, tags=["Contacts"], openapi_extra=body_example(CONTACT_PATCH))
async def update_contact(ctx: Caller, contact_id: UUID, body: ContactPatch) -> Response:
    """Change what is sent of a contact; empty text clears, tags and metadata are replaced."""
    return await command_answer(ctx, contacts.update_contact(ctx, contact_id, body), SINGLE)


@routes.delete("/api/crm/contacts/{contact_id}", response_model=Success, tags=["Contacts"])
async def delete_contact(ctx: Caller, contact_id: UUID) -> Response:
    """Delete a contact; its conversations and deals stay. Deleting what is not there succeeds too."""
    return await forgiving_delete(contacts.delete_contact(ctx, contact_id))


@routes.get("/api/crm/contacts/{contact_id}/conversations", response_model=ContactConversations, tags=["Contacts"])
async def contact_conversations(ctx: Caller, contact_id: UUID, query: Annotated[LastConversations, Query()]) -> Response:
    """Get a contact with its last conversations, newest first."""
    rows = await contacts.get_contact(ctx, contact_id)
    return Printed(await one_body(ctx, rows, WITH_CONVERSATIONS, limit=min(query.limit, MOST_CONVERSATIONS)))
