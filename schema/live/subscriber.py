"""One reader of a company's events: told by the hub while it keeps up, and reading the log itself while it does not."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from uuid import UUID

import structlog

from resolvers.ctx import Ctx
from resolvers.event_log import BATCH, Place, Recorded, events_behind, newest_place, place_of, read_events
from resolvers.faults import DATABASE_FAULTS

# Events that wait in memory for one subscriber.
MOST_WAITING = 256
# Events that a subscriber may catch up with.
MOST_BEHIND = 10_000
# How long the database is waited for before the next try, in seconds.
PAUSE = 0.5

log = structlog.get_logger(__name__)


class Gap:
    """Events were left out: there were too many, or the log does not reach back that far. `place` is where it goes on."""

    def __init__(self, place: Place) -> None:
        self.place = place


@dataclass(eq=False, slots=True)
class Company:
    """The log of one company, read up to `place`; `waits_since` is when the next event began to wait for older transactions."""

    ctx: Callable[[], Ctx]
    place: Place
    subscribers: "set[Subscriber]" = field(default_factory=set)
    settling: float = 0.0
    waits_since: float | None = None


@dataclass(eq=False, slots=True)
class Subscriber:
    """One reader of a company's events, in order, each once.

    `behind` says that it has to read the log itself, `after` which event it was told last, until that is looked up, and
    `lost` that the log no longer has what follows it.
    """

    company: Company
    place: Place
    after: UUID | None = None
    lost: bool = False
    behind: bool = False
    waiting: "deque[Recorded]" = field(default_factory=deque)
    woken: asyncio.Event = field(default_factory=asyncio.Event)

    def push(self, event: Recorded) -> None:
        """Take an event; when too many wait, they are dropped, to be read from the log later."""
        if self.behind:
            return
        if len(self.waiting) >= MOST_WAITING:
            self.waiting.clear()
            self.behind = True
        else:
            self.waiting.append(event)
        self.woken.set()

    async def events(self) -> AsyncIterator[Recorded | Gap]:
        """Everything from where it stands, for ever."""
        while True:
            if self.behind:
                try:
                    async for event in self._catch_up():
                        yield event
                except DATABASE_FAULTS as error:
                    log.warning("a subscriber cannot catch up: the database is away", error=type(error).__name__)
                    self.behind = True
                    await asyncio.sleep(PAUSE)
            elif self.waiting:
                event = self.waiting.popleft()
                if event.place > self.place:
                    self.place = event.place
                    yield event
            else:
                self.woken.clear()
                await self.woken.wait()

    async def _catch_up(self) -> AsyncIterator[Recorded | Gap]:
        ctx = self.company.ctx()
        if self.after is not None:
            found = await place_of(ctx, self.after)
            self.after, self.place, self.lost = None, found or self.place, self.lost or found is None
        if self.lost or await events_behind(ctx, self.place, MOST_BEHIND + 1) > MOST_BEHIND:
            self.place, self.lost = await newest_place(ctx), False
            yield Gap(self.place)
        while True:
            # What the hub hands out from here on is kept, so that nothing falls between the last look and the first push.
            self.behind = False
            batch = await read_events(ctx, self.place)
            for event in batch.events:
                self.place = event.place
                yield event
            if len(batch.events) < BATCH:
                return
