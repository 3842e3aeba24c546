"""Agents over REST: `/api/agents`."""

from uuid import UUID

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from models.agent import AGENT, AgentFields
from models.page import LARGEST_PAGE, Page
from models.shape import Object, leaves, list_shape, one_shape
from resolvers import agents
from resolvers.agents import AgentPatch, NewAgent
from resolvers.listing import Listing
from rest_compat.answers import command_answer, list_answer, single_answer
from rest_compat.examples import AGENT_BODY, AGENT_PATCH, body_example
from rest_compat.route import Caller, router

ITEM = Object(AGENT, leaves(AGENT, also={"company_id": "company_id"}))
LIST = list_shape(ITEM, "agents", total=False, echoed=())
SINGLE = one_shape(ITEM)

# The documented list has no pages; this many agents is far above what companies have.
MOST_AGENTS = LARGEST_PAGE * 10


class AgentRead(AgentFields):
    """An agent."""

    company_id: UUID


class AgentList(BaseModel):
    """The company's agents, newest first."""

    agents: list[AgentRead]


routes = router()


@routes.get("/api/agents", response_model=AgentList, tags=["Agents"])
async def list_agents(ctx: Caller) -> Response:
    """List the company's agents, newest first."""
    rows = await agents.list_agents(ctx, Listing(page=Page(MOST_AGENTS)))
    return await list_answer(ctx, rows, LIST)


@routes.post("/api/agents", status_code=201, response_model=AgentRead, tags=["Agents"], openapi_extra=body_example(AGENT_BODY))
async def create_agent(ctx: Caller, body: NewAgent) -> Response:
    """Create an agent."""
    return await command_answer(ctx, agents.create_agent(ctx, body), SINGLE, 201)


@routes.get("/api/agents/{agent_id}", response_model=AgentRead, tags=["Agents"])
async def get_agent(request: Request, ctx: Caller, agent_id: UUID) -> Response:
    """Get one agent."""
    return await single_answer(request, await agents.get_agent(ctx, agent_id), SINGLE)


@routes.patch("/api/agents/{agent_id}", response_model=AgentRead, tags=["Agents"], openapi_extra=body_example(AGENT_PATCH))
async def update_agent(ctx: Caller, agent_id: UUID, body: AgentPatch) -> Response:
    """Change what is sent of an agent."""
    return await command_answer(ctx, agents.update_agent(ctx, agent_id, body), SINGLE)


@routes.delete("/api/agents/{agent_id}", status_code=204, response_model=None, tags=["Agents"])
async def delete_agent(ctx: Caller, agent_id: UUID) -> Response:
    """Delete an agent; its conversations stay."""
    await agents.delete_agent(ctx, agent_id)
    return Response(status_code=204)
