"""Deals: what a company hopes to sell, and how far it has come."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from models.catalogue import declare, one
from models.columns import (
    amount,
    belongs_to,
    count,
    identifier,
    metadata,
    moment,
    of_company,
    one_of,
    reference,
    tenant,
    tenant_key,
    words,
)


class Stage(StrEnum):
    """How far a deal has come."""

    LEAD = "lead"
    QUALIFIED = "qualified"
    PROPOSAL = "proposal"
    NEGOTIATION = "negotiation"
    CLOSED_WON = "closed-won"
    CLOSED_LOST = "closed-lost"


class DealFields(SQLModel):
    """A sale in progress."""

    id: UUID = identifier("Identifier (UUID).")
    contact_id: UUID | None = reference("Who would buy.")
    title: str = words("What is sold.", min_length=1, max_length=255)
    value: Decimal | None = amount("What it would bring in, in the company's currency.", 12, 2)
    stage: Stage = words("How far it has come.", default=Stage.LEAD)
    probability: int = count("How likely it is, 0 to 100 percent.")
    expected_close_date: date | None = Field(default=None, description="When it should be decided.", nullable=True)
    meta: dict[str, Any] = metadata("Anything else, as JSON.")
    created_at: datetime = moment("When it was created.")
    updated_at: datetime = moment("When it last changed.")


class Deal(DealFields, table=True):
    """The deals table."""

    __tablename__ = "deals"
    __table_args__ = (
        tenant_key(),
        of_company(),
        belongs_to("contacts", "contact_id", on_delete="SET NULL"),
        one_of("stage", Stage),
        CheckConstraint("probability BETWEEN 0 AND 100", name="probability"),
        Index("ix_deals_company_id_created_at_id", "company_id", "created_at", "id"),
        Index("ix_deals_company_id_stage_created_at_id", "company_id", "stage", "created_at", "id"),
        Index("ix_deals_company_id_contact_id_created_at_id", "company_id", "contact_id", "created_at", "id"),
    )

    company_id: UUID = tenant()


DEAL = declare(
    Deal,
    DealFields,
    scope="deals",
    order="-created_at",
    orders=("created_at", "updated_at", "title", "value", "probability", "expected_close_date", "stage"),
    searched=("title",),
    edges=(one("contact", "contact", "contact_id", description="Who would buy."),),
)
