"""Companies: the tenants. Every other row belongs to exactly one."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import PrimaryKeyConstraint, Uuid
from sqlmodel import Field, SQLModel

from models.catalogue import declare
from models.columns import moment, one_of, words


class Tier(StrEnum):
    """Subscription tiers."""

    STARTER = "starter"
    PROFESSIONAL = "professional"
    ENTERPRISE = "enterprise"


class CompanyFields(SQLModel):
    """A company that talks to its customers through agents."""

    id: UUID = Field(description="Identifier (UUID).", sa_type=Uuid, nullable=False)
    name: str = words("Name shown to its users.", min_length=1, max_length=200)
    subscription_tier: Tier = words("What the company pays for.", default=Tier.STARTER)
    created_at: datetime = moment("When it was created.")
    updated_at: datetime = moment("When it last changed.")


class Company(CompanyFields, table=True):
    """The tenant table itself; its policy compares `id`."""

    __tablename__ = "companies"
    __table_args__ = (PrimaryKeyConstraint("id"), one_of("subscription_tier", Tier))


COMPANY = declare(Company, CompanyFields, scope="company", order="created_at", orders=("created_at",), searched=("name",))
