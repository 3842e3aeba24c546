"""Contacts: the people a company talks to."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import SQLModel

from models.catalogue import declare, many
from models.columns import derived, grams, grams_index, identifier, maybe_words, metadata, moment, of_company, tags, tenant, tenant_key

# One lower-case text to search in; the unit separator keeps a term from matching across two fields.
SEARCHED = ("first_name", "last_name", "email", "company_name")
SEARCH_SQL = "lower(" + " || chr(31) || ".join(f"COALESCE({column}, ''::text)" for column in SEARCHED) + ")"


class ContactFields(SQLModel):
    """A person a company talks to."""

    id: UUID = identifier("Identifier (UUID).")
    email: str | None = maybe_words("E-mail address.", max_length=320)
    phone: str | None = maybe_words("Telephone number; a leading + is kept.", max_length=50)
    first_name: str | None = maybe_words("First name.", max_length=200)
    last_name: str | None = maybe_words("Last name.", max_length=200)
    company_name: str | None = maybe_words("Where the contact works.", max_length=200)
    tags: list[str] = tags("Labels.")
    meta: dict[str, Any] = metadata("Anything else, as JSON.")
    created_at: datetime = moment("When it was created.")
    updated_at: datetime = moment("When it last changed.")


class Contact(ContactFields, table=True):
    """The contacts table."""

    __tablename__ = "contacts"
    __table_args__ = (
        tenant_key(),
        of_company(),
        Index("ix_contacts_company_id_created_at_id", "company_id", "created_at", "id"),
        Index("ix_contacts_company_id_email", "company_id", "email"),
        grams_index("contacts"),
    )

    company_id: UUID = tenant()
    search: str = derived("Names, e-mail and employer in lower case.", SEARCH_SQL, unread=True)
    grams: Any = grams(SEARCH_SQL)


CONTACT = declare(
    Contact,
    ContactFields,
    scope="contacts",
    order="-created_at",
    orders=("created_at", "updated_at", "email", "first_name", "last_name", "company_name"),
    searched=("search",),
    edges=(
        many("conversations", "conversation", "contact_id", order="-started_at", description="Conversations with this contact."),
        many("deals", "deal", "contact_id", order="-created_at", description="Deals with this contact."),
    ),
)
