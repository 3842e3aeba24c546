"""DataLoaders, derived from the edges' declarations: one statement for all parents of a request, however many there are."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, column, func, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from strawberry.dataloader import DataLoader

from models.catalogue import Edge, Entity
from models.db.row import Row, rows_of
from models.filters import Binder, Compare
from models.rows import Rows
from resolvers.ctx import Ctx
from resolvers.listing import Listing, listed

Batch = Callable[[list[UUID]], Any]


def loader(ctx: Ctx, key: Hashable, batch: Batch) -> "DataLoader[UUID, Any]":
    """The request's loader of that key, made when first needed."""
    made = ctx.loaders.get(key)
    if made is None:
        made = ctx.loaders[key] = DataLoader(load_fn=batch, max_batch_size=1000)
    return made


def one_loader(ctx: Ctx, entity: Entity) -> "DataLoader[UUID, Row | None]":
    """Rows of an entity by their ids."""

    async def batch(ids: list[UUID]) -> list[Row | None]:
        rows: Rows[Any] = Rows.of(entity).where(Compare("id", "in", ids))
        found = {row.id: row for row in await ctx.db.all(rows)}
        return [found.get(row_id) for row_id in ids]

    return loader(ctx, ("one", entity.name), batch)


def many_loader(ctx: Ctx, edge: Edge, listing: Listing, ahead: int) -> "DataLoader[UUID, list[Row]]":
    """The page of rows at the far end of an edge, by the parent's id; `ahead` more tell whether a further page exists."""

    async def batch(ids: list[UUID]) -> list[list[Row]]:
        return _grouped(ids, edge, await ctx.db.records(_lateral(ctx, edge, listing, ids, ahead)))

    return loader(ctx, ("many", edge, listing), batch)


def count_loader(ctx: Ctx, edge: Edge, listing: Listing) -> "DataLoader[UUID, int]":
    """How many rows an edge leads to, by the parent's id."""

    async def batch(ids: list[UUID]) -> list[int]:
        rows = listed(ctx, edge.target, listing).where(Compare(edge.key, "in", ids))
        key = edge.target.table.c[edge.key]
        counted = rows.chosen(Binder()).with_only_columns(key, func.count(), maintain_column_froms=True).group_by(key)
        found = {record[0]: record[1] for record in await ctx.db.records(counted)}
        return [found.get(row_id, 0) for row_id in ids]

    return loader(ctx, ("count", edge, listing.where), batch)


def _lateral(ctx: Ctx, edge: Edge, listing: Listing, ids: list[UUID], ahead: int) -> Any:
    parents = func.unnest(bindparam("parents", ids, type_=ARRAY(Uuid))).table_valued(column("id", Uuid)).render_derived(name="parents")
    rows = listed(ctx, edge.target, listing).hung_on(edge.key, "parents.id")
    inner = rows.statement(Binder(), ahead).lateral("found")
    return select(inner).select_from(parents.join(inner, true())).order_by(*rows.sort_keys(inner))


def _grouped(ids: Sequence[UUID], edge: Edge, records: Sequence[Sequence[Any]]) -> list[list[Row]]:
    groups: dict[UUID, list[Row]] = defaultdict(list)
    for row in rows_of(edge.target.table, records):
        groups[getattr(row, edge.key)].append(row)
    return [groups[row_id] for row_id in ids]
