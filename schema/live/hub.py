"""The one reader of a process: follows the event log of each company that has subscribers here, and hands its events out.

What wakes it may be lost; what it reads cannot. A subscriber that falls behind, or comes back with a cursor, reads the log
itself until it has caught up, and is told when there is too much to catch up with.
"""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID
from weakref import WeakValueDictionary

import structlog

from resolvers.ctx import Ctx
from resolvers.event_log import BATCH, Cursor, holder, newest_place, read_events
from resolvers.faults import DATABASE_FAULTS
from resolvers.principal import Principal
from schema.live.subscriber import PAUSE, Company, Subscriber

# Without a word from the database everything is looked at this often, in seconds.
LOOK_EVERY = 2.0
# How long an event whose transaction is not settled is waited for before the next look, in seconds.
SETTLING, LONGEST_SETTLING = 0.01, 0.25
# From when on such waiting is said in the log, and how often, in seconds.
SAID_AFTER, SAID_EVERY = 3.0, 10.0

log = structlog.get_logger(__name__)
Listen = Callable[[Callable[[UUID | None], None]], Awaitable[None]]


class Hub:
    """Companies with subscribers in this process. It reads while there are any."""

    def __init__(self, listen: Listen, context: Callable[[Principal], Ctx]) -> None:
        """`listen` calls back when events were committed; `context` makes the context of a caller."""
        self._listen = listen
        self._context = context
        self._companies: dict[UUID, Company] = {}
        self._looking: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()
        self._dirty: set[UUID] = set()
        self._woken = asyncio.Event()
        self._running: asyncio.Task[None] | None = None
        self._said_at = -SAID_EVERY

    async def join(self, company_id: UUID, after: Cursor | None, days: int) -> Subscriber:
        """A new subscriber; from now on, or from where a cursor says. `days` is how long the log is kept.

        Whoever comes while the database is away waits for it.
        """
        # Of those who come together to a company that nobody followed, one looks where its log stands.
        looking = self._looking.setdefault(company_id, asyncio.Lock())
        async with looking:
            company = self._companies.get(company_id) or await self._followed(company_id)
            subscriber = Subscriber(company, company.place)
            expired = after is not None and after.older_than(days)
            # Whoever was told what this process read last has missed nothing.
            if after is not None and (expired or after.event_id != company.place.event_id):
                subscriber.after, subscriber.behind, subscriber.lost = after.event_id, True, expired
            company.subscribers.add(subscriber)
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run())
        return subscriber

    async def _followed(self, company_id: UUID) -> Company:
        def ctx() -> Ctx:
            return self._context(Principal.system(company_id))

        while True:
            try:
                made = self._companies[company_id] = Company(ctx, await newest_place(ctx()), settling=SETTLING)
            except DATABASE_FAULTS as error:
                log.warning("a subscriber waits to begin: the database is away", error=type(error).__name__)
                await asyncio.sleep(PAUSE)
            else:
                # What was committed since that look was told to a hub that did not know the company yet.
                self._heard(company_id)
                return made

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
                    await self._look(company_id, company)

    async def _look(self, company_id: UUID, company: Company) -> None:
        """Hand out what is new; a look that fails is repeated a little later."""
        try:
            await self._advance(company_id, company)
        except DATABASE_FAULTS as error:
            log.warning("events are not read: the database is away", error=type(error).__name__)
            asyncio.get_running_loop().call_later(PAUSE, self._heard, company_id)

    async def _advance(self, company_id: UUID, company: Company) -> None:
        batch = await read_events(company.ctx(), company.place)
        for event in batch.events:
            for subscriber in company.subscribers:
                subscriber.push(event)
            company.place = event.place
        if batch.events or not batch.pending:
            company.waits_since = None
        if len(batch.events) == BATCH:
            self._heard(company_id)
        elif batch.pending:
            asyncio.get_running_loop().call_later(company.settling, self._heard, company_id)
            company.settling = min(LONGEST_SETTLING, company.settling * 2)
            await self._say_waiting(company)
        else:
            company.settling = SETTLING

    async def _say_waiting(self, company: Company) -> None:
        """Any transaction of the cluster that wrote and stays open holds up everybody's events: whose it is has to be known."""
        now = asyncio.get_running_loop().time()
        waited = now - (company.waits_since or now)
        company.waits_since = company.waits_since or now
        if waited < SAID_AFTER or now - self._said_at < SAID_EVERY:
            return
        self._said_at = now
        found = await holder(company.ctx())
        if found is not None:
            log.warning("events wait for a transaction that stays open", seconds=round(waited, 1), **found._asdict())
