"""What one subscription is told: for each event that it asked for, one statement's answer, for whoever still may see it."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

import orjson
import structlog
from graphql.execution.values import VariableValues

from models.columns import now
from models.filters import Compare, Condition
from models.rows import Rows
from resolvers.ctx import Ctx, Spending
from resolvers.errors import BadRequest, ParleyError, RateLimited, Timeout, Unauthenticated, Unavailable
from resolvers.event_log import BEGINNING, BadPlaceError, Cursor, Recorded, read_cursor
from resolvers.faults import DATABASE_FAULTS, MASKED, known
from resolvers.listing import EVERYTHING, Listing, listed
from resolvers.principal import Principal
from schema.engine import Engine, Prepared, printed
from schema.errors import as_json
from schema.listings import listing_of
from schema.live.hub import Hub
from schema.live.subscriber import PAUSE, Gap, Subscriber
from schema.planner.arguments import read_arguments
from schema.planner.plan import LivePlan, Operation

Credential = Callable[[], Awaitable[Principal]]
log = structlog.get_logger(__name__)


class Authenticator(Protocol):
    """Turns a token into the caller it stands for."""

    def cached(self, token: str) -> Principal | None:
        """Without waiting; None when it has to be verified."""

    def __call__(self, token: str) -> Awaitable[Principal]:
        """Verify; raises `Unauthenticated`."""


# A statement that takes too long is tried this often before its event ends the subscription.
MOST_TRIES = 3
WAITED_FOR: tuple[type[Exception], ...] = (Unavailable, *DATABASE_FAULTS)
# Stands for any event while a subscription is only checked.
TRIAL = Recorded(BEGINNING, UUID(int=0), "", "", UUID(int=0), None, {}, now())


@dataclass(frozen=True, slots=True)
class Listening:
    """What subscriptions stand on: the hub, the making of contexts, how a token is verified, how many days the log is kept."""

    hub: Hub
    context: Callable[[Principal], Ctx]
    authenticate: Authenticator
    days: int
    connected: Counter[UUID] = field(default_factory=Counter)

    @contextmanager
    def place(self, company_id: UUID, most: int) -> Iterator[None]:
        """One of the company's connections, of which there are at most so many; raises `RateLimited`."""
        if self.connected[company_id] >= most:
            raise RateLimited(f"The company has {most} live connections open; close one first", headers={"Retry-After": "5"})
        self.connected[company_id] += 1
        try:
            yield
        finally:
            self.connected[company_id] -= 1
            if not self.connected[company_id]:
                del self.connected[company_id]

    def credential(self, token: str) -> Credential:
        """Verifies the token anew whenever it is asked: who may no longer listen is told nothing more."""

        async def principal() -> Principal:
            return self.authenticate.cached(token) or await self.authenticate(token)

        return principal


@dataclass(frozen=True, slots=True)
class Told:
    """One answer of a subscription, and the cursor that resumes after it."""

    body: bytes
    cursor: str


@dataclass(frozen=True, slots=True)
class Begun:
    """A subscription that has begun: the cursor of where, and its answers from there on."""

    cursor: str
    answers: AsyncGenerator[Told, None]


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription that may begin: its plan, its test of events, the condition of its filter, where it starts."""

    engine: Engine
    operation: Operation
    plan: LivePlan
    variables: VariableValues
    wanted: Callable[[Recorded], bool]
    condition: Condition
    after: Cursor | None

    @classmethod
    async def of(cls, engine: Engine, prepared: Prepared, ctx: Ctx, resume: str | None = None) -> "Subscription":
        """Read and check what was asked; `resume` is a cursor that came beside it, and newer. Raises `ParleyError` for what is wrong."""
        operation, plan, variables = engine.live(prepared, ctx)
        given = read_arguments(plan.facts.definition, plan.nodes[0], variables)
        ctx.require({plan.live.scope})
        engine.meter.check(operation.cost.requested(variables.coerced))
        condition: Condition = EVERYTHING
        subject = plan.live.subject
        if subject is not None and given.get("filter") is not None:
            condition = listing_of(subject, {"filter": given["filter"]}, subject.order).where
        after = _cursor(given.get("after") if resume is None else resume)
        made = cls(engine, operation, plan, variables, plan.live.takes(given), condition, after)
        trial = Ctx(ctx.principal, ctx.db, ctx.knowledge, event=TRIAL)
        await engine.runner.fillers(plan.payload, trial, variables, made.subject(trial))
        return made

    @asynccontextmanager
    async def begun(self, listening: Listening, credential: Credential) -> AsyncIterator[Begun]:
        """The answers to everything that happens from here on, until the caller may no longer listen: then `ParleyError` is raised."""
        company_id = (await credential()).company_id
        subscriber = await listening.hub.join(company_id, self.after, listening.days)
        told = self._told(subscriber, listening, credential, company_id)
        try:
            yield Begun(self.after.text if self.after else subscriber.place.cursor(now()), told)
        finally:
            await told.aclose()
            listening.hub.leave(subscriber)

    async def _told(
        self, subscriber: Subscriber, listening: Listening, credential: Credential, company_id: UUID
    ) -> AsyncGenerator[Told, None]:
        async for event in subscriber.events():
            if isinstance(event, Gap):
                yield _gap(event)
            elif self.wanted(event):
                answer = await self._patiently(event, listening, credential, company_id)
                if answer is not None:
                    yield Told(answer, event.cursor)

    async def _patiently(self, event: Recorded, listening: Listening, credential: Credential, company_id: UUID) -> bytes | None:
        """The answer to an event, which is charged once. Servers that are away are waited for; a statement is given three tries."""
        spent: Spending | None = None
        tries = 0
        while True:
            try:
                ctx = listening.context(await credential())
                if ctx.principal.company_id != company_id:
                    raise Unauthenticated("The token stands for another company now; connect again")
                ctx.event = event
                if spent is None:
                    await self.engine.meter.charge(ctx, self.operation.cost.requested(self.variables.coerced))
                    spent = ctx.spending
                ctx.spending = spent
                return await self._answer(ctx)
            except WAITED_FOR as error:
                meaning = known(error)
                tries += isinstance(meaning, Timeout)
                if meaning is not None and (not isinstance(meaning, Unavailable) or tries == MOST_TRIES):
                    raise meaning from error
            await asyncio.sleep(PAUSE)

    async def _answer(self, ctx: Ctx) -> bytes | None:
        """The answer to the context's event; None when its row does not meet the filter."""
        plan = self.operation.plan_for(ctx.principal.scopes)
        if not isinstance(plan, LivePlan):
            log.error("a subscription can no longer be planned", reason=self.operation.reason)
            raise ParleyError(MASKED)
        ctx.require({plan.live.scope})
        fillers = await self.engine.runner.fillers(plan.payload, ctx, self.variables, self.subject(ctx))
        answer = await self.engine.runner.printed(plan.payload, ctx, fillers)
        if answer is None:
            self.engine.meter.settle(ctx, 0)
            return None
        assert ctx.event is not None
        return printed(answer, self.engine.extensions(ctx, answer.cost) | {"cursor": ctx.event.cursor})

    def subject(self, ctx: Ctx) -> Rows[Any] | None:
        """The row that the context's event is about, if it meets the filter."""
        entity, event = self.plan.live.subject, ctx.event
        if entity is None or event is None:
            return None
        return listed(ctx, entity, Listing(self.condition), Compare("id", "eq", event.entity_id))


def _cursor(text: str | None) -> Cursor | None:
    if text is None:
        return None
    try:
        return read_cursor(text)
    except BadPlaceError:
        said = "is not a cursor of an event; take one from an event's `cursor` or from `eventCursor`, or query anew and leave it out"
        raise BadRequest.field("after", said) from None


def _gap(gap: Gap) -> Told:
    cursor = gap.place.cursor(now())
    said = "Events were left out, because there were too many or the log does not reach back that far; query what you show anew"
    error = {"message": said, "extensions": {"code": "EVENTS_GAP", "cursor": cursor}}
    return Told(orjson.dumps({"data": None, "errors": [error], "extensions": {"cursor": cursor}}), cursor)


def refused(error: ParleyError) -> bytes:
    """The answer with which a subscription ends that is refused in its course."""
    return orjson.dumps({"data": None, "errors": [as_json(error)]}, default=str)
