"""What can be done with contacts."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from models.contact import CONTACT, Contact
from models.db.row import Row
from models.ids import new_id
from models.rows import Rows
from resolvers.ctx import Ctx, command, query
from resolvers.events import created, deleted, updated
from resolvers.inputs import Input, Patch
from resolvers.listing import Listing, by_id, found, listed

Words = Annotated[str, StringConstraints(max_length=200)]
Tag = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Tags = Annotated[list[Tag], Field(max_length=100)]


class NewContact(Input):
    """A contact to be made; everything is optional."""

    email: Annotated[str, StringConstraints(max_length=320)] | None = Field(None, description="E-mail address.")
    phone: Annotated[str, StringConstraints(max_length=50)] | None = Field(None, description="Telephone number.")
    first_name: Words | None = Field(None, description="First name.")
    last_name: Words | None = Field(None, description="Last name.")
    company_name: Words | None = Field(None, description="Where the contact works.")
    tags: Tags = Field([], description="Labels, at most 100.")
    meta: dict[str, Any] = Field({}, alias="metadata", description="Anything else, as JSON.")


class ContactPatch(Patch, NewContact):
    """What to change of a contact; only what is sent is touched, tags and metadata are replaced, empty text clears."""

    def sent(self) -> dict[str, Any]:
        """Empty text means null."""
        return {column: None if value == "" else value for column, value in super().sent().items()}


@query("contacts:read")
async def list_contacts(ctx: Ctx, listing: Listing) -> Rows[Contact]:
    """The company's contacts."""
    return listed(ctx, CONTACT, listing)


@query("contacts:read")
async def get_contact(_: Ctx, contact_id: UUID) -> Rows[Contact]:
    """One contact."""
    return by_id(CONTACT, contact_id)


@command("contacts:write")
async def create_contact(ctx: Ctx, new: NewContact, source: str = "api") -> Row:
    """Add a contact; `source` tells listeners where it came from."""
    contact = await ctx.db.insert(CONTACT, {"id": new_id(), **new.sent()})
    ctx.emit(created(contact, source=source))
    return contact


@command("contacts:write")
async def update_contact(ctx: Ctx, contact_id: UUID, patch: ContactPatch) -> Row:
    """Change what was sent of a contact."""
    contact = found(await ctx.db.update(CONTACT, contact_id, patch.sent()), CONTACT)
    ctx.emit(updated(contact, patch.model_fields_set))
    return contact


@command("contacts:write")
async def delete_contact(ctx: Ctx, contact_id: UUID) -> Row:
    """Remove a contact; its conversations and deals stay, without it."""
    contact = found(await ctx.db.delete(CONTACT, contact_id), CONTACT)
    ctx.emit(deleted(contact))
    return contact
