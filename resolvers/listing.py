"""Lists and look-ups: what every noun's read resolvers share."""

from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select

from models.catalogue import Entity, Order, complete
from models.columns import readable
from models.db.row import Row, rows_of
from models.filters import All, Compare, Condition, edges_of
from models.page import Page
from models.rows import Rows
from resolvers.ctx import Ctx
from resolvers.errors import NotFound

EVERYTHING = All()


class Listing(NamedTuple):
    """Which rows, in which order, which part: what a door asks of a list."""

    where: Condition = EVERYTHING
    order: tuple[Order, ...] = ()
    page: Page | None = None


def listed(ctx: Ctx, entity: Entity, listing: Listing, *fixed: Condition) -> Rows[Any]:
    """The rows of a listing; a condition on another entity takes that entity's scope too."""
    conditions = fixed if listing.where is EVERYTHING else (*fixed, listing.where)
    for condition in conditions:
        reached = edges_of(condition)
        if reached:
            ctx.require(reached)
    return Rows(entity, conditions, complete(listing.order) if listing.order else entity.order, listing.page)


def by_id(entity: Entity, row_id: UUID | None) -> Rows[Any]:
    """The one row with that id, if this company has it."""
    return Rows(entity, (Compare("id", "eq", row_id),), ())


async def existing(ctx: Ctx, entity: Entity, row_id: UUID, path: str | None = None) -> Row:
    """The row with that id; raises `NotFound`, naming the input's field when an input named the row."""
    row = await ctx.db.one(by_id(entity, row_id))
    if row is None:
        raise NotFound.of(entity.name.capitalize(), path)
    return row


async def locked(ctx: Ctx, entity: Entity, row_id: UUID) -> Row:
    """The row with that id, which no other transaction changes until this one ends; raises `NotFound`."""
    table = entity.table
    rows = rows_of(table, await ctx.db.execute(select(*readable(table)).where(table.c.id == row_id).with_for_update()))
    return found(rows[0] if rows else None, entity)


def found(row: Row | None, entity: Entity) -> Row:
    """The row, or `NotFound`."""
    if row is None:
        raise NotFound.of(entity.name.capitalize())
    return row
