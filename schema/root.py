"""The schema: one line a noun."""

from typing import Any

import strawberry
from strawberry.schema.config import StrawberryConfig

from schema import agents, chunks, contacts, conversations, deals, documents, jobs, messages, node, rate_limit, search, threads, viewer
from schema.live import fields as live
from schema.scalars import SCALARS

NOUNS: tuple[Any, ...] = (
    viewer,
    node,
    rate_limit,
    live,
    agents,
    contacts,
    conversations,
    deals,
    documents,
    chunks,
    jobs,
    messages,
    search,
    threads,
)


def _root(name: str, attribute: str, description: str) -> Any:
    fields: dict[str, Any] = {}
    for noun in NOUNS:
        fields |= getattr(noun, attribute, {})
    return strawberry.type(type(name, (), fields), description=description)


def build_schema() -> strawberry.Schema:
    """The GraphQL schema, from the declarations of every noun."""
    return strawberry.Schema(
        query=_root("Query", "QUERIES", "Everything that can be read."),
        mutation=_root("Mutation", "MUTATIONS", "Everything that can be changed. Each field commits before the next begins."),
        subscription=_root("Subscription", "SUBSCRIPTIONS", "What happens, as it happens, over a socket or server-sent events."),
        types=[
            agents.Agent,
            chunks.Chunk,
            contacts.Contact,
            conversations.Conversation,
            deals.Deal,
            documents.Document,
            messages.Message,
            threads.Thread,
        ],
        config=StrawberryConfig(scalar_map=SCALARS),
    )


SCHEMA = build_schema()
