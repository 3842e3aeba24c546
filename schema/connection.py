"""Relay connections: a page of rows, fetched once however many of its fields are asked for."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import strawberry

from models.catalogue import Edge, Entity, Order
from models.cursor import encode_cursor
from models.db.row import Row
from models.page import Page
from resolvers.ctx import Ctx
from resolvers.listing import Listing
from schema.cost import FREE, SIZED, TOTAL
from schema.declared import Root, declare
from schema.filters import filter_name
from schema.listings import DEFAULT_PAGE, listing_of
from schema.loaders import count_loader, many_loader
from schema.naming import list_of, type_named
from schema.orders import order_name
from schema.scalars import PageSize
from schema.signature import field_with


class Window(NamedTuple):
    """The rows of a page, and whether there are more on either side."""

    rows: list[Row]
    has_previous: bool
    has_next: bool


@dataclass(eq=False)
class Listed:
    """What the connection types resolve from: a listing, and how to fetch its rows and its total."""

    order: tuple[Order, ...]
    page: Page
    fetch: Callable[[], Awaitable[list[Row]]]
    count: Callable[[], Awaitable[int]]
    _window: "asyncio.Future[Window] | None" = field(default=None, init=False)

    async def window(self) -> Window:
        """The page; fields of one connection that resolve side by side share one fetch."""
        if self._window is None:
            self._window = asyncio.ensure_future(self._load())
        return await self._window

    async def _load(self) -> Window:
        rows, page = await self.fetch(), self.page
        more = len(rows) > page.limit
        if page.backwards:
            return Window(rows[1:] if more else rows, more, page.before is not None)
        return Window(rows[: page.limit], page.after is not None, more)

    def cursor(self, row: Row) -> str:
        """The row's place in this order."""
        return encode_cursor(self.order, [getattr(row, key.column) for key in self.order])


Lister = Callable[[Ctx, Listing], Awaitable[Any]]


def root_connection(entity: Entity, lister: Lister) -> Any:
    """A root field that lists a noun through its resolver."""

    async def resolve(info: strawberry.Info, **given: Any) -> Any:
        ctx: Ctx = info.context
        ctx.principal.require(entity.read_scope)
        listing = listing_of(entity, given, entity.order)
        rows = await lister(ctx, listing)
        return Listed(rows.order, rows.page, lambda: ctx.db.all(rows, ahead=1), lambda: ctx.db.total(rows))

    return _connection_field(declare(resolve, Root(entity, lister, single=False)), entity, f"The company's {entity.table.name}.")


def edge_connection(edge: Edge) -> Any:
    """A field that lists the far end of an edge, for all parents of the request in one statement."""

    async def resolve(root: Any, info: strawberry.Info, **given: Any) -> Any:
        ctx: Ctx = info.context
        ctx.principal.require(edge.target.read_scope)
        listing = listing_of(edge.target, given, edge.order)
        return Listed(
            listing.order,
            listing.page or Page(DEFAULT_PAGE),
            lambda: many_loader(ctx, edge, listing, 1).load(root.id),
            lambda: count_loader(ctx, edge, listing).load(root.id),
        )

    return _connection_field(resolve, edge.target, edge.description)


def _connection_field(resolve: Callable[..., Any], of: Entity, description: str) -> Any:
    arguments = {
        "first": (PageSize | None, "How many from the start; 20 unless said."),
        "after": (str | None, "Only those after this cursor."),
        "last": (PageSize | None, "How many from the end."),
        "before": (str | None, "Only those before this cursor."),
        "filter": (filter_name(of.name) | None, "Only those that match."),
        "order_by": (list_of(order_name(of.name)) | None, "In this order; the first key counts most."),
    }
    return field_with(resolve, arguments, type_named(of.name, "Connection") | None, description, (SIZED,))


@strawberry.type(description="Where a page begins and ends, and whether there is more.", directives=(FREE,))
class PageInfo:
    """Relay's page information."""

    has_next_page: bool = strawberry.field(description="Whether more rows follow.")
    has_previous_page: bool = strawberry.field(description="Whether rows come before.")
    start_cursor: str | None = strawberry.field(description="The first row's cursor; null on an empty page.")
    end_cursor: str | None = strawberry.field(description="The last row's cursor; null on an empty page.")


def connection_type(of: Entity, node: type) -> Any:
    """`ContactConnection` and its `ContactEdge`."""
    title = of.name.title()
    edge = _edge_type(of, node)

    async def edges(root: Any) -> Any:
        window = await root.window()
        return [_EdgeRow(root.cursor(row), row) for row in window.rows]

    async def nodes(root: Any) -> Any:
        return (await root.window()).rows

    async def page_info(root: Any) -> Any:
        window = await root.window()
        ends = (root.cursor(window.rows[0]), root.cursor(window.rows[-1])) if window.rows else (None, None)
        return PageInfo(has_next_page=window.has_next, has_previous_page=window.has_previous, start_cursor=ends[0], end_cursor=ends[1])

    async def total_count(root: Any) -> Any:
        return await root.count()

    members = {
        "edges": field_with(edges, {}, list_of(edge), "The rows with their cursors."),
        "nodes": field_with(nodes, {}, list_of(node), "The rows alone."),
        "page_info": field_with(page_info, {}, PageInfo, "Where the page begins and ends."),
        "total_count": field_with(total_count, {}, int, "How many there are on all pages; counted only when asked for.", (TOTAL,)),
    }
    made = type(f"{title}Connection", (), members | {"__module__": node.__module__})
    return strawberry.type(made, description=f"A page of {of.table.name}.")


class _EdgeRow(NamedTuple):
    cursor: str
    node: Row


def _edge_type(of: Entity, node: type) -> Any:
    members = {
        "__annotations__": {"cursor": str, "node": node},
        "__module__": node.__module__,
        "cursor": strawberry.field(description="The row's place in this order."),
        "node": strawberry.field(description="The row."),
    }
    made = type(f"{of.name.title()}Edge", (), members)
    return strawberry.type(made, description=f"One of a page of {of.table.name}.", directives=(FREE,))
