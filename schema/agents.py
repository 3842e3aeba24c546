"""Agents in GraphQL."""

from models.agent import AGENT
from resolvers import agents
from resolvers.agents import AgentPatch, NewAgent
from schema.connection import root_connection
from schema.mutations import change, creation, deletion
from schema.nodes import expose, singular

Agent, AgentConnection, AgentPayload = expose(AGENT)

QUERIES = {
    "agents": root_connection(AGENT, agents.list_agents),
    "agent": singular(AGENT, agents.get_agent),
}
MUTATIONS = {
    "create_agent": creation(AGENT, agents.create_agent, NewAgent),
    "update_agent": change(AGENT, agents.update_agent, AgentPatch),
    "delete_agent": deletion(AGENT, agents.delete_agent),
}
