"""The one reader of a process: follows the event log of each company that has subscribers here, and hands its events out.

What wakes it may be lost; what it reads cannot. A subscriber that falls behind, or comes back with a cursor, reads the log
itself until it has caught up, and is told when there is too much to catch up with.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from uuid import UUID

import structlog

from resolvers.ctx import Ctx
from resolvers.event_log import BATCH, Cursor, Place, Recorded, events_behind, newest_place, read_events
from resolvers.faults import DATABASE_FAULTS
from resolvers.principal import Principal

# Events that wait in memory for one subscriber.
MOST_WAITING = 256
# Events that a subscriber may catch up with.
MOST_BEHIND = 10_000
# Without a word from the database everything is looked at this often, in seconds.
LOOK_EVERY = 2.0
# How long an event whose transaction is not settled is waited for before the next look, in seconds.
SETTLING, LONGEST_SETTLING = 0.01, 0.25
PAUSE = 0.5

log = structlog.get_logger(__name__)
Listen = Callable[[Callable[[UUID | None], None]], Awaitable[None]]


class Gap:
    """Events were left out: there were too many, or the log does not reach back that far. `place` is where it goes on."""

    def __init__(self, place: Place) -> None:
        self.place = place


@dataclass(eq=False, slots=True)
class Company:
    """The log of one company, read up to `place`."""

    ctx: Callable[[], Ctx]
    place: Place
    subscribers: "set[Subscriber]" = field(default_factory=set)
    settling: float = SETTLING


@dataclass(eq=False, slots=True)
class Subscriber:
    """One reader of a company's events, in order, each once. `behind` says that it has to read the log itself."""

    company: Company
    place: Place
    behind: bool
    expired: bool = False
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
        newest = await newest_place(ctx)
        # A place ahead of the log is of another cluster, from which the database was restored.
        lost = self.expired or self.place > newest
        if lost or await events_behind(ctx, self.place, MOST_BEHIND + 1) > MOST_BEHIND:
            self.place, self.expired = newest, False
            yield Gap(newest)
        while True:
            # What the hub hands out from here on is kept, so that nothing falls between the last look and the first push.
            self.behind = False
            batch = await read_events(ctx, self.place)
            for event in batch.events:
                self.place = event.place
                yield event
            if len(batch.events) < BATCH:
                return


class Hub:
    """Companies with subscribers in this process. It reads while there are any."""

    def __init__(self, listen: Listen, context: Callable[[Principal], Ctx]) -> None:
        """`listen` calls back when events were committed; `context` makes the context of a caller."""
        self._listen = listen
        self._context = context
        self._companies: dict[UUID, Company] = {}
        self._dirty: set[UUID] = set()
        self._woken = asyncio.Event()
        self._running: asyncio.Task[None] | None = None

    async def join(self, company_id: UUID, after: Cursor | None, days: int) -> Subscriber:
        """A new subscriber; from now on, or from where a cursor says. `days` is how long the log is kept."""
        company = self._companies.get(company_id)
        if company is None:
            made = Company(lambda: self._context(Principal.system(company_id)), Place(0, 0))
            made.place = await newest_place(made.ctx())
            # Another subscriber may have been as quick.
            company = self._companies.setdefault(company_id, made)
            # What was committed since that look was told to a hub that did not know the company yet.
            self._heard(company_id)
        expired = after is not None and after.older_than(days)
        subscriber = Subscriber(company, after.place if after else company.place, behind=after is not None, expired=expired)
        company.subscribers.add(subscriber)
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run())
        return subscriber

    def leave(self, subscriber: Subscriber) -> None:
        """Whoever joined leaves; a company without subscribers is no longer read."""
        subscriber.company.subscribers.discard(subscriber)
        for company_id, company in list(self._companies.items()):
            if company is subscriber.company and not company.subscribers:
                del self._companies[company_id]
        if not self._companies and self._running is not None:
            self._running.cancel()
            self._running = None

    async def close(self) -> None:
        """Stop reading."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.wait([self._running])

    def _heard(self, company_id: UUID | None) -> None:
        self._dirty.update(self._companies if company_id is None else {company_id} & self._companies.keys())
        if self._dirty:
            self._woken.set()

    async def _run(self) -> None:
        """Whatever breaks is logged, and begun again: subscribers' places are kept."""
        while True:
            try:
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(self._listening())
                    tasks.create_task(self._reading())
            except ExceptionGroup:
                log.exception("unhandled while following events")
                await asyncio.sleep(PAUSE)

    async def _listening(self) -> None:
        await self._listen(self._heard)

    async def _reading(self) -> None:
        while True:
            try:
                async with asyncio.timeout(LOOK_EVERY):
                    await self._woken.wait()
            except TimeoutError:
                self._heard(None)
            self._woken.clear()
            dirty, self._dirty = self._dirty, set()
            for company_id in dirty:
                company = self._companies.get(company_id)
                if company is not None:
                    await self._advance(company_id, company)

    async def _advance(self, company_id: UUID, company: Company) -> None:
        """Hand out what is new. A look that fails, or finds events that are not settled, is repeated a little later."""
        loop = asyncio.get_running_loop()
        try:
            batch = await read_events(company.ctx(), company.place)
        except DATABASE_FAULTS as error:
            log.warning("events are not read: the database is away", error=type(error).__name__)
            loop.call_later(PAUSE, self._heard, company_id)
            return
        for event in batch.events:
            for subscriber in company.subscribers:
                subscriber.push(event)
            company.place = event.place
        if len(batch.events) == BATCH:
            self._heard(company_id)
        elif batch.pending:
            loop.call_later(company.settling, self._heard, company_id)
            company.settling = min(LONGEST_SETTLING, company.settling * 2)
        else:
            company.settling = SETTLING
