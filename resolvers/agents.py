"""What can be done with agents."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import AnyHttpUrl, Field, StringConstraints, TypeAdapter, field_validator
from sqlalchemy import func, select

from models.agent import AGENT, Agent
from models.db.row import Row
from models.ids import new_id
from models.rows import Rows
from resolvers.ctx import Ctx, command, query
from resolvers.events import created, deleted, updated
from resolvers.inputs import Input, Patch
from resolvers.listing import Listing, by_id, found, listed
from resolvers.logic.slugs import free_slug, kebab

Name = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Description = Annotated[str, StringConstraints(max_length=500)]
Prompt = Annotated[str, StringConstraints(min_length=10, max_length=10_000)]
Model = Annotated[str, StringConstraints(min_length=1, max_length=100)]
Temperature = Annotated[float, Field(ge=0, le=2, description="Sampling temperature, 0 to 2.")]
MaxTokens = Annotated[int, Field(ge=100, le=4000, description="Longest answer in tokens, 100 to 4000.")]

WORDS = {
    ("name", "missing"): "Name is required",
    ("name", "string_too_short"): "Name is required",
    ("name", "string_too_long"): "Name too long",
    ("system_prompt", "string_too_short"): "System prompt must be at least 10 characters",
}
ADDRESS = TypeAdapter(AnyHttpUrl)


def http_address(text: str | None) -> str | None:
    """An absolute http(s) address, kept as it was written."""
    if text is not None:
        ADDRESS.validate_python(text)
    return text


class NewAgent(Input):
    """An agent to be made."""

    words = WORDS

    name: Name = Field(description="Name shown to customers, 1 to 100 characters.")
    system_prompt: Prompt = Field(description="Instructions the model is given, 10 to 10,000 characters.")
    description: Description | None = Field(None, description="What the agent is for, at most 500 characters.")
    model: Model = Field("gpt-4o-mini", description="Chat model that answers.")
    temperature: Temperature = 0.7
    max_tokens: MaxTokens = 800
    enabled: bool = Field(True, description="Whether the agent answers.")
    voice_settings: dict[str, Any] = Field({}, description="Voice, language and speech settings.")
    avatar_url: str | None = Field(None, description="Address of a picture.", max_length=2000)

    _address = field_validator("avatar_url")(http_address)


class AgentPatch(Patch):
    """What to change of an agent; only what is sent is touched."""

    words = WORDS

    name: Name = Field("", description="Name shown to customers, 1 to 100 characters.")
    system_prompt: Prompt = Field("", description="Instructions the model is given, 10 to 10,000 characters.")
    description: Description | None = Field(None, description="What the agent is for, at most 500 characters.")
    model: Model = Field("", description="Chat model that answers.")
    temperature: Temperature = 0.0
    max_tokens: MaxTokens = 0
    enabled: bool = Field(False, description="Whether the agent answers.")
    voice_settings: dict[str, Any] = Field({}, description="Voice, language and speech settings.")
    avatar_url: str | None = Field(None, description="Address of a picture.", max_length=2000)

    _address = field_validator("avatar_url")(http_address)


@query("agents:read")
async def list_agents(ctx: Ctx, listing: Listing) -> Rows[Agent]:
    """The company's agents."""
    return listed(ctx, AGENT, listing)


@query("agents:read")
async def get_agent(_: Ctx, agent_id: UUID) -> Rows[Agent]:
    """One agent."""
    return by_id(AGENT, agent_id)


@command("agents:write")
async def create_agent(ctx: Ctx, new: NewAgent) -> Row:
    """Make an agent: its id first, then the key and the slug that follow from it."""
    agent_id = new_id()
    values = new.model_dump() | {"id": agent_id, "slug": await _free_slug(ctx, new.name), "public_api_key": f"pub_key_{agent_id}"}
    agent = await ctx.db.insert(AGENT, values)
    ctx.emit(created(agent))
    return agent


@command("agents:write")
async def update_agent(ctx: Ctx, agent_id: UUID, patch: AgentPatch) -> Row:
    """Change what was sent of an agent; the slug stays, because addresses use it."""
    agent = found(await ctx.db.update(AGENT, agent_id, patch.sent()), AGENT)
    ctx.emit(updated(agent, patch.model_fields_set))
    return agent


@command("agents:write")
async def delete_agent(ctx: Ctx, agent_id: UUID) -> Row:
    """Remove an agent; its conversations stay, without it."""
    agent = found(await ctx.db.delete(AGENT, agent_id), AGENT)
    ctx.emit(deleted(agent))
    return agent


async def _free_slug(ctx: Ctx, name: str) -> str:
    """A slug no other agent of the company has; the lock keeps two new agents from choosing the same one."""
    base = kebab(name)
    await ctx.db.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"slug {ctx.principal.company_id}", 0))))
    slug = AGENT.table.c.slug
    taken = await ctx.db.records(select(slug).where(func.starts_with(slug, base)))
    return free_slug(base, {row[0] for row in taken})
