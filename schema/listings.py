"""From a field's arguments to the listing that a resolver takes; shared by the executor and the planner."""

from collections.abc import Mapping
from typing import Any

from models.catalogue import Entity, Order, complete
from models.cursor import BadCursorError, decode_cursor
from models.page import Keyset, Page
from resolvers.errors import BadRequest
from resolvers.listing import EVERYTHING, Listing
from schema.filters import condition
from schema.orders import order_keys

DEFAULT_PAGE = 20


def listing_of(entity: Entity, given: Mapping[str, Any], default: tuple[Order, ...]) -> Listing:
    """The listing that a connection's arguments ask for; `default` is a complete order.

    Raises `BadRequest` for filters and orders that go too far, contradictions and foreign cursors.
    """
    chosen, keys = given.get("filter"), order_keys(given.get("order_by"))
    order = complete(keys) if keys else default
    return Listing(EVERYTHING if chosen is None else condition(entity, chosen), order, _page(entity, order, given))


def _page(of: Entity, order: tuple[Order, ...], given: Mapping[str, Any]) -> Page:
    first, last = given.get("first"), given.get("last")
    if first is not None and last is not None:
        raise BadRequest.field("last", "give first or last, not both")
    limit = last if last is not None else first if first is not None else DEFAULT_PAGE
    return Page(limit, 0, _keyset("after", of, order, given), _keyset("before", of, order, given), last is not None)


def _keyset(name: str, of: Entity, order: tuple[Order, ...], given: Mapping[str, Any]) -> Keyset | None:
    text = given.get(name)
    if text is None:
        return None
    try:
        return decode_cursor(of, order, text)
    except BadCursorError:
        raise BadRequest.field(name, "is not a cursor of this list in this order; take one from pageInfo or edges") from None
