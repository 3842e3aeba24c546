"""What all nouns share: an id, a type made from the catalogue, edges to others, a payload."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import strawberry

from models.catalogue import Edge, Entity
from models.db.row import Row
from resolvers.ctx import Ctx
from schema.connection import connection_type, edge_connection
from schema.declared import Root, declare
from schema.fields import add_columns
from schema.ids import read_id
from schema.loaders import one_loader
from schema.mutations import PAYLOADS
from schema.naming import type_named
from schema.signature import field_with


@strawberry.interface(description="Anything with an id.")
class Node:
    """Relay's object identification."""

    id: strawberry.ID = strawberry.field(description="Identifier (UUID), the same over REST.")


def node_type(of: Entity) -> Any:
    """The GraphQL type of an entity: its public fields, and a field for each edge."""

    def is_type_of(value: Any, _info: Any) -> bool:
        return isinstance(value, Row) and value.table is of.table

    made = type(of.name.title(), (Node,), {"__module__": f"schema.{of.table.name}", "__annotations__": {}})
    add_columns(made, of)
    for edge in of.edges.values():
        setattr(made, edge.name, edge_connection(edge) if edge.kind == "many" else edge_to_one(edge))
    made.is_type_of = staticmethod(is_type_of)  # type: ignore[attr-defined]  # how strawberry tells rows apart
    return strawberry.type(made, description=(of.fields.__doc__ or "").strip())


def edge_to_one(edge: Edge) -> Any:
    """A field that leads to one row, for all rows of the request in one statement."""

    async def resolve(root: Any, info: strawberry.Info) -> Any:
        ctx: Ctx = info.context
        ctx.principal.require(edge.target.read_scope)
        key = getattr(root, edge.key)
        return None if key is None else await one_loader(ctx, edge.target).load(key)

    return field_with(resolve, {}, type_named(edge.to) | None, edge.description)


def expose(of: Entity) -> tuple[Any, Any, Any]:
    """A noun's types: itself, its connection, its payload."""
    node = node_type(of)
    payload = PAYLOADS[of.name] = payload_type(of, node)
    return node, connection_type(of, node), payload


def singular(of: Entity, getter: Callable[[Ctx, UUID], Awaitable[Any]]) -> Any:
    """A root field that reads one row through its resolver; null when it is not there."""

    async def resolve(info: strawberry.Info, **given: Any) -> Any:
        ctx: Ctx = info.context
        ctx.principal.require(of.read_scope)
        return await ctx.db.one(await getter(ctx, read_id(given["id"], "id")))

    said = f"One {of.name}; null when it is not there."
    declare(resolve, Root(of, getter, single=True))
    return field_with(resolve, {"id": (strawberry.ID, "Its id.")}, type_named(of.name) | None, said)


def payload_type(of: Entity, node: type) -> Any:
    """What a command on the noun answers."""
    members = {
        "__annotations__": {of.name: node},
        "__module__": node.__module__,
        of.name: strawberry.field(description=f"The {of.name} as it is now."),
    }
    return strawberry.type(type(f"{of.name.title()}Payload", (), members), description=f"The {of.name} that a mutation changed.")
