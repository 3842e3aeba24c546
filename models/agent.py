"""Agents: the AI personas that answer a company's customers."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from models.catalogue import declare, many
from models.columns import amount, document, identifier, maybe_words, moment, of_company, tenant, tenant_key, unique_in_company, words


class AgentFields(SQLModel):
    """An AI agent: how it introduces itself, what it is told, which model answers."""

    id: UUID = identifier("Identifier (UUID).")
    name: str = words("Name shown to customers.", min_length=1, max_length=100)
    slug: str = words("Name for addresses: kebab case, unique in the company.", max_length=120)
    description: str | None = maybe_words("What the agent is for.", max_length=500)
    system_prompt: str = words("Instructions the model is given.", min_length=10, max_length=10_000)
    model: str = words("Chat model that answers.", default="gpt-4o-mini", min_length=1, max_length=100)
    temperature: Decimal = amount("Sampling temperature, 0 to 2.", 3, 2, Decimal("0.7"))
    max_tokens: int = Field(
        description="Longest answer in tokens, 100 to 4000.", nullable=False, sa_column_kwargs={"server_default": "800"}
    )
    enabled: bool = Field(description="Whether the agent answers.", nullable=False, sa_column_kwargs={"server_default": "true"})
    voice_settings: dict[str, Any] = document("Voice, language and speech settings.")
    avatar_url: str | None = maybe_words("Address of a picture.", max_length=2000)
    public_api_key: str = words("Key that the company's web page uses for this agent alone.")
    created_at: datetime = moment("When it was created.")
    updated_at: datetime = moment("When it last changed.")


class Agent(AgentFields, table=True):
    """The agents table."""

    __tablename__ = "agents"
    __table_args__ = (
        tenant_key(),
        of_company(),
        unique_in_company("slug"),
        CheckConstraint("temperature BETWEEN 0 AND 2", name="temperature"),
        CheckConstraint("max_tokens BETWEEN 100 AND 4000", name="max_tokens"),
        Index("ix_agents_company_id_created_at_id", "company_id", "created_at", "id"),
    )

    company_id: UUID = tenant()


AGENT = declare(
    Agent,
    AgentFields,
    scope="agents",
    order="-created_at",
    orders=("created_at", "updated_at", "name"),
    searched=("name", "description"),
    edges=(many("conversations", "conversation", "agent_id", order="-started_at", description="Conversations this agent leads."),),
)
