"""From a field's arguments to the listing that a resolver takes; shared by the executor and the planner."""

from dataclasses import dataclass
from typing import Any

from models.catalogue import Entity, Order, complete
from models.cursor import BadCursorError, decode_cursor
from models.page import Keyset, Page
from resolvers.errors import BadRequest
from resolvers.listing import EVERYTHING, Listing
from schema.filters import condition
from schema.orders import order_keys

DEFAULT_PAGE = 20


@dataclass(frozen=True, slots=True)
class Paged:
    """The arguments of a connection as they came."""

    first: int | None = None
    after: str | None = None
    last: int | None = None
    before: str | None = None

    def page(self, of: Entity, order: tuple[Order, ...]) -> Page:
        """The page they name; raises `BadRequest` for contradictions and foreign cursors."""
        if self.first is not None and self.last is not None:
            raise BadRequest.field("last", "give first or last, not both")
        backwards = self.last is not None
        limit = self.last if self.last is not None else self.first if self.first is not None else DEFAULT_PAGE
        return Page(limit, 0, self._keyset("after", of, order), self._keyset("before", of, order), backwards)

    def _keyset(self, name: str, of: Entity, order: tuple[Order, ...]) -> Keyset | None:
        text = self.after if name == "after" else self.before
        if text is None:
            return None
        try:
            return decode_cursor(of, order, text)
        except BadCursorError:
            raise BadRequest.field(name, "is not a cursor of this list in this order; take one from pageInfo or edges") from None


def listing_of(entity: Entity, given: dict[str, Any], default: tuple[Order, ...]) -> Listing:
    """The listing that a connection's arguments ask for."""
    chosen = given.get("filter")
    where = condition(entity, chosen) if chosen is not None else EVERYTHING
    order = complete(order_keys(given.get("order_by")) or default)
    paged = Paged(*(given.get(name) for name in ("first", "after", "last", "before")))
    return Listing(where, order, paged.page(entity, order))
