"""What one subscription is told: for each event that it asked for, one statement's answer, for whoever still may see it."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

import orjson
from graphql.execution.values import VariableValues

from models.columns import now
from models.filters import Compare, Condition
from models.rows import Rows
from resolvers.ctx import Ctx
from resolvers.errors import BadRequest, ParleyError
from resolvers.event_log import BadPlaceError, Cursor, Place, Recorded, read_place
from resolvers.faults import DATABASE_FAULTS, as_parley, known
from resolvers.listing import EVERYTHING, Listing, listed
from resolvers.principal import Principal
from schema.engine import Engine, Prepared, printed
from schema.errors import as_json
from schema.listings import listing_of
from schema.live.hub import PAUSE, Gap, Hub
from schema.planner.arguments import read_arguments
from schema.planner.plan import LivePlan, Operation

Credential = Callable[[], Awaitable[Principal]]


class Authenticator(Protocol):
    """Turns a token into the caller it stands for."""

    def cached(self, token: str) -> Principal | None:
        """Without waiting; None when it has to be verified."""

    def __call__(self, token: str) -> Awaitable[Principal]:
        """Verify; raises `Unauthenticated`."""


# Stands for any event while a subscription is only checked.
TRIAL = Recorded(Place(0, 0), UUID(int=0), "", "", UUID(int=0), None, {}, now())


@dataclass(frozen=True, slots=True)
class Listening:
    """What subscriptions stand on: the hub, the making of contexts, how a token is verified, how many days the log is kept."""

    hub: Hub
    context: Callable[[Principal], Ctx]
    authenticate: Authenticator
    days: int

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
        """Read and check what was asked; `resume` is a cursor that came beside it. Raises `ParleyError` for what is wrong."""
        operation, plan, variables = engine.live(prepared, ctx)
        given = read_arguments(plan.facts.definition, plan.nodes[0], variables)
        ctx.require({plan.live.scope})
        condition: Condition = EVERYTHING
        subject = plan.live.subject
        if subject is not None and given.get("filter") is not None:
            condition = listing_of(subject, {"filter": given["filter"]}, subject.order).where
        after = _cursor(resume if given.get("after") is None else given["after"])
        made = cls(engine, operation, plan, variables, plan.live.takes(given), condition, after)
        trial = Ctx(ctx.principal, ctx.db, event=TRIAL)
        await engine.runner.fillers(plan.payload, trial, variables, made.subject(trial))
        return made

    async def told(self, listening: Listening, credential: Credential) -> AsyncGenerator[Told, None]:
        """Answers, until the caller may no longer listen: then `ParleyError` is raised. A database that is away is waited for."""
        first = await credential()
        subscriber = await listening.hub.join(first.company_id, self.after, listening.days)
        try:
            async for event in subscriber.events():
                if isinstance(event, Gap):
                    yield _gap(event)
                elif self.wanted(event):
                    answer = await self._patiently(event, listening, credential)
                    if answer is not None:
                        yield Told(answer, event.cursor)
        finally:
            listening.hub.leave(subscriber)

    async def _patiently(self, event: Recorded, listening: Listening, credential: Credential) -> bytes | None:
        while True:
            ctx = listening.context(await credential())
            ctx.event = event
            try:
                return await self._answer(ctx)
            except DATABASE_FAULTS as error:
                if known(error) is None or isinstance(known(error), BadRequest):
                    raise
                await asyncio.sleep(PAUSE)

    async def _answer(self, ctx: Ctx) -> bytes | None:
        """The answer to the context's event; None when its row does not meet the filter."""
        plan = self.operation.plan_for(ctx.principal.scopes)
        if not isinstance(plan, LivePlan):
            raise as_parley(RuntimeError("the subscription can no longer be planned"))
        ctx.require({plan.live.scope})
        await self.engine.meter.charge(ctx, self.operation.cost.requested(self.variables.coerced))
        fillers = await self.engine.runner.fillers(plan.payload, ctx, self.variables, self.subject(ctx))
        answer = await self.engine.runner.try_printing(plan.payload, ctx, fillers)
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
        return read_place(text)
    except BadPlaceError:
        raise BadRequest.field("after", "is not a cursor of an event; take one from an event's `cursor`") from None


def _gap(gap: Gap) -> Told:
    cursor = gap.place.cursor(now())
    said = "Events were left out, because there were too many or the log does not reach back that far; query what you show anew"
    error = {"message": said, "extensions": {"code": "EVENTS_GAP", "cursor": cursor}}
    return Told(orjson.dumps({"data": None, "errors": [error], "extensions": {"cursor": cursor}}), cursor)


def refused(error: ParleyError) -> bytes:
    """The answer with which a subscription ends that is refused in its course."""
    return orjson.dumps({"data": None, "errors": [as_json(error)]}, default=str)
