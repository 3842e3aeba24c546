"""Users: people of a company, known by the subject of their token."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import SQLModel

from models.catalogue import declare
from models.columns import identifier, maybe_words, moment, of_company, one_of, tenant, tenant_key, unique_in_company, words


class UserRole(StrEnum):
    """What a user may do in the company."""

    OWNER = "owner"
    ADMIN = "admin"
    USER = "user"


class UserFields(SQLModel):
    """A person who works for a company."""

    id: UUID = identifier("Identifier (UUID), the subject of the user's tokens.")
    email: str = words("E-mail address.", max_length=320)
    name: str | None = maybe_words("Full name.", max_length=200)
    avatar_url: str | None = maybe_words("Address of a picture.")
    role: UserRole = words("What the user may do.", default=UserRole.USER)
    created_at: datetime = moment("When the user joined.")
    updated_at: datetime = moment("When the user last changed.")


class User(UserFields, table=True):
    """A user's membership of one company; the look-up by subject goes through `models.system`."""

    __tablename__ = "users"
    __table_args__ = (tenant_key(), of_company(), one_of("role", UserRole), unique_in_company("email"), Index("ix_users_id", "id"))

    company_id: UUID = tenant()


USER = declare(User, UserFields, scope="users", order="created_at", orders=("created_at", "email", "name"), searched=("name", "email"))
