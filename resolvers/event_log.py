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

from sqlalchemy import BigInteger, ColumnClause, Text, bindparam, cast, func, literal_column, select, text, tuple_

from models.columns import now
from models.event import EVENTS, Xid8
from resolvers.ctx import Ctx

BATCH = 200
# The first byte of a cursor, then come the event's id and the seconds of its time.
MARK = b"\x01"
CURSOR_BYTES = 1 + 16 + 8
SETTLED = "txid < pg_snapshot_xmin(pg_current_snapshot())"
# PostgreSQL shows these columns to everybody; when a transaction began it shows to its own role alone.
HOLDERS = """(SELECT pid, usename::text AS login, application_name AS application, datname::text AS database
 FROM pg_stat_activity WHERE backend_xid = pg_snapshot_xmin(pg_current_snapshot())::xid
 UNION ALL SELECT NULL, owner::text, 'prepared: ' || gid, database::text
 FROM pg_prepared_xacts WHERE transaction = pg_snapshot_xmin(pg_current_snapshot())::xid) AS holders"""


class BadPlaceError(ValueError):
    """The text is not a place in the event log."""


class Cursor(NamedTuple):
    """The event that a reader was told last, and when that was. It names the event, not its place: transactions are nobody's business."""

    event_id: UUID
    at: datetime

    @property
    def text(self) -> str:
        """As readers keep it."""
        printed = MARK + self.event_id.bytes + int(self.at.timestamp()).to_bytes(8)
        return base64.urlsafe_b64encode(printed).decode().rstrip("=")

    def older_than(self, days: int) -> bool:
        """Whether the log may have been pruned behind it."""
        return self.at < now() - timedelta(days=days)


class Place(NamedTuple):
    """Where a reader stands: everything up to this transaction and number is read. Places are ordered as events are."""

    txid: int
    seq: int
    event_id: UUID

    def cursor(self, at: datetime) -> str:
        """Opaque text for the place; `at` tells later how old it is."""
        return Cursor(self.event_id, at).text


# Before every event.
BEGINNING = Place(0, 0, UUID(int=0))


def read_cursor(said: str) -> Cursor:
    """The cursor that a reader came back with; raises `BadPlaceError` for any other text."""
    try:
        printed = base64.b64decode(said + "=" * (-len(said) % 4), altchars=b"-_", validate=True)
        if len(printed) == CURSOR_BYTES and printed.startswith(MARK):
            return Cursor(UUID(bytes=printed[1:17]), datetime.fromtimestamp(int.from_bytes(printed[17:]), UTC))
    except (binascii.Error, ValueError, OverflowError, OSError):
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


class Holder(NamedTuple):
    """Who keeps the oldest transaction of the cluster open; a prepared one has no process."""

    pid: int | None
    login: str
    application: str
    database: str


async def read_events(ctx: Ctx, after: Place, most: int = BATCH) -> Batch:
    """The company's next events."""
    columns = (EVENTS.c.seq, EVENTS.c.id, EVENTS.c.type, EVENTS.c.entity, EVENTS.c.entity_id, EVENTS.c.actor_id)
    chosen = select(literal_column("txid::text::bigint"), *columns, EVENTS.c.payload, EVENTS.c.created_at, literal_column(SETTLED))
    chosen = chosen.where(_behind(after)).order_by(EVENTS.c.txid, EVENTS.c.seq).limit(most)
    found: list[Recorded] = []
    for txid, seq, event_id, *values, settled in await ctx.db.records(chosen):
        if not settled:
            return Batch(found, pending=True)
        found.append(Recorded(Place(txid, seq, event_id), event_id, *values))
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
    newest = select(literal_column("txid::text::bigint"), EVENTS.c.seq, EVENTS.c.id).where(literal_column(SETTLED))
    records = await ctx.db.records(newest.order_by(EVENTS.c.txid.desc(), EVENTS.c.seq.desc()).limit(1))
    return Place(*records[0]) if records else BEGINNING


async def place_of(ctx: Ctx, event_id: UUID) -> Place | None:
    """Where an event of the company stands; None when the log does not have it, or not any more."""
    if event_id == BEGINNING.event_id:
        return BEGINNING
    chosen = select(literal_column("txid::text::bigint"), EVENTS.c.seq, EVENTS.c.id).where(EVENTS.c.id == event_id)
    records = await ctx.db.records(chosen)
    return Place(*records[0]) if records else None


async def holder(ctx: Ctx) -> Holder | None:
    """Whose transaction is waited for, as far as PostgreSQL tells; None when it has just ended."""
    columns: list[ColumnClause[Any]] = [literal_column(name) for name in Holder._fields]
    records = await ctx.db.records(select(*columns).select_from(text(HOLDERS)))
    return Holder(*records[0]) if records else None


def _behind(after: Place) -> Any:
    txid = cast(cast(bindparam("txid", str(after.txid), type_=Text()), Text), Xid8)
    return tuple_(EVENTS.c.txid, EVENTS.c.seq) > tuple_(txid, bindparam("seq", after.seq, type_=BigInteger()))
