"""The event log as its readers see it: in an order in which no event ever appears before a place that was read already.

Transactions take their ids when they begin to write and commit in any order. An event is settled once every transaction
with a lower id has ended; readers get settled events alone, sorted by transaction and number, so none is skipped because it
committed late.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import BigInteger, Text, bindparam, cast, func, literal_column, select, tuple_

from models.columns import now
from models.event import EVENTS, Xid8
from resolvers.ctx import Ctx

BATCH = 200
MARK = "event"
SETTLED = "txid < pg_snapshot_xmin(pg_current_snapshot())"
# 64 bits, as PostgreSQL has them.
LARGEST = 2**63 - 1


class BadPlaceError(ValueError):
    """The text is not a place in the event log."""


class Place(NamedTuple):
    """Where a reader stands: everything up to this transaction and number is read. Places are ordered as events are."""

    txid: int
    seq: int

    def cursor(self, at: datetime) -> str:
        """Opaque text for the place; `at` tells later how old it is."""
        printed = orjson.dumps([MARK, self.txid, self.seq, int(at.timestamp())])
        return base64.urlsafe_b64encode(printed).decode().rstrip("=")


class Cursor(NamedTuple):
    """A place that a reader came back with."""

    place: Place
    at: datetime

    def older_than(self, days: int) -> bool:
        """Whether the log may have been pruned behind it."""
        return self.at < now() - timedelta(days=days)


def read_place(text: str) -> Cursor:
    """The place that a cursor names; raises `BadPlaceError` for any other text."""
    try:
        found = orjson.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
        mark, txid, seq, at = found
        numbers = all(isinstance(each, int) and not isinstance(each, bool) and 0 <= each <= LARGEST for each in (txid, seq, at))
        if mark == MARK and numbers:
            return Cursor(Place(txid, seq), datetime.fromtimestamp(at, UTC))
    except (binascii.Error, ValueError, TypeError, OverflowError, OSError):
        raise BadPlaceError from None
    raise BadPlaceError


@dataclass(frozen=True, slots=True)
class Recorded:
    """One event of the log."""

    place: Place
    id: UUID
    type: str
    entity: str
    entity_id: UUID
    actor_id: UUID | None
    payload: dict[str, Any]
    created_at: datetime

    @property
    def cursor(self) -> str:
        """Resumes after this event."""
        return self.place.cursor(self.created_at)


class Batch(NamedTuple):
    """Settled events after a place; `pending` tells that more are written, which wait for older transactions to end."""

    events: Sequence[Recorded]
    pending: bool


async def read_events(ctx: Ctx, after: Place, most: int = BATCH) -> Batch:
    """The company's next events."""
    columns = (EVENTS.c.seq, EVENTS.c.id, EVENTS.c.type, EVENTS.c.entity, EVENTS.c.entity_id, EVENTS.c.actor_id)
    chosen = select(literal_column("txid::text::bigint"), *columns, EVENTS.c.payload, EVENTS.c.created_at, literal_column(SETTLED))
    chosen = chosen.where(_behind(after)).order_by(EVENTS.c.txid, EVENTS.c.seq).limit(most)
    found: list[Recorded] = []
    for txid, seq, *values, settled in await ctx.db.records(chosen):
        if not settled:
            return Batch(found, pending=True)
        found.append(Recorded(Place(txid, seq), *values))
    return Batch(found, pending=False)


async def events_behind(ctx: Ctx, after: Place, most: int) -> int:
    """How many events follow a place, counted up to `most`."""
    following = select(EVENTS.c.id).where(_behind(after)).limit(most).subquery("following")
    records = await ctx.db.records(select(func.count()).select_from(following))
    return int(records[0][0])


async def newest_place(ctx: Ctx) -> Place:
    """The place of the company's newest settled event: from there on a reader sees everything that settles from now on.

    It is an event's, hence flushed: ids of transactions that wrote nothing are given out again after a crash.
    """
    newest = select(literal_column("txid::text::bigint"), EVENTS.c.seq).where(literal_column(SETTLED))
    records = await ctx.db.records(newest.order_by(EVENTS.c.txid.desc(), EVENTS.c.seq.desc()).limit(1))
    return Place(*records[0]) if records else Place(0, 0)


def _behind(after: Place) -> Any:
    txid = cast(cast(bindparam("txid", str(after.txid), type_=Text()), Text), Xid8)
    return tuple_(EVENTS.c.txid, EVENTS.c.seq) > tuple_(txid, bindparam("seq", after.seq, type_=BigInteger()))
