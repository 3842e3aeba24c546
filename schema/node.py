"""Relay's `node` and `nodes`: anything by its id."""

from typing import Any
from uuid import UUID

import strawberry

from models.catalogue import entity
from resolvers.ctx import Ctx
from resolvers.errors import BadRequest
from resolvers.nodes import entities_of
from schema.cost import LISTED_IDS
from schema.declared import ById, declare
from schema.ids import read_id
from schema.loaders import one_loader
from schema.nodes import Node
from schema.signature import field_with

MOST_IDS = 100


async def _load(ctx: Ctx, ids: list[UUID]) -> list[Any]:
    kinds = await entities_of(ctx, ids)
    loads = {row_id: one_loader(ctx, entity(kind)).load(row_id) for row_id, kind in kinds.items()}
    return [await loads[row_id] if row_id in loads else None for row_id in ids]


def _one_id(given: dict[str, Any]) -> list[UUID]:
    return [read_id(given["id"], "id")]


def _all_ids(given: dict[str, Any]) -> list[UUID]:
    ids = given["ids"]
    if len(ids) > MOST_IDS:
        raise BadRequest.field("ids", f"has {len(ids)} elements; at most {MOST_IDS} are taken")
    return [read_id(each, f"ids.{index}") for index, each in enumerate(ids)]


async def _node(info: strawberry.Info, **given: Any) -> Any:
    return (await _load(info.context, _one_id(given)))[0]


async def _nodes(info: strawberry.Info, **given: Any) -> Any:
    return await _load(info.context, _all_ids(given))


declare(_node, ById(_one_id, many=False))
declare(_nodes, ById(_all_ids, many=True))

QUERIES = {
    "node": field_with(_node, {"id": (strawberry.ID, "Its id.")}, Node | None, "Anything by its id; null when it is not there."),
    "nodes": field_with(
        _nodes,
        {"ids": (list[strawberry.ID], "Their ids, at most 100.")},
        list[Node | None] | None,
        "Several by their ids, in that order; null where there is nothing.",
        (LISTED_IDS,),
    ),
}
