"""The context of one request: who calls, the database held to their company, and what the command so far has to tell."""

from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, NamedTuple, ParamSpec, TypeVar

from sqlalchemy import insert

from models.db import Session
from models.event import EVENTS
from models.ids import new_id
from models.rows import Rows
from models.shape import Shape
from resolvers.events import Happened
from resolvers.principal import Principal

if TYPE_CHECKING:
    from resolvers.event_log import Recorded
    from resolvers.knowledge import Knowledge

P = ParamSpec("P")
R = TypeVar("R")


class Spending(NamedTuple):
    """What a GraphQL operation was charged, and what its company then had left; the reset in seconds from now."""

    cost: int
    limit: int
    remaining: int
    reset_after: int


@dataclass(slots=True)
class Ctx:
    """Made by a door for one request (or one event of a socket), thrown away after it.

    `knowledge` is the process's, for what reaches files and embeddings.

    `planned` is set by the GraphQL door when the planner answered, `spending` when it charged the operation, `event` when
    the operation is told of one.
    """

    principal: Principal
    db: Session
    knowledge: "Knowledge | None" = None
    loaders: dict[Any, Any] = field(default_factory=dict)
    pending: list[Happened] = field(default_factory=list)
    depth: int = 0
    planned: bool = False
    spending: Spending | None = None
    event: "Recorded | None" = None

    def emit(self, event: Happened) -> None:
        """Tell that something happened; stored when the outermost command commits."""
        self.pending.append(event)

    def require(self, scopes: Iterable[str]) -> None:
        """Raise `Forbidden` unless the caller holds every scope."""
        for scope in sorted(set(scopes) - self.principal.scopes):
            self.principal.require(scope)

    async def json(self, rows: Rows[Any], shape: Shape, **slots: Any) -> bytes | None:
        """The shape of the rows as JSON; `Forbidden` when the shape reaches what the caller may not read."""
        self.require(shape.scopes)
        return await self.db.json(rows, shape, **slots)


Resolver = Callable[Concatenate[Ctx, P], Coroutine[Any, Any, R]]


def query(scope: str) -> Callable[[Resolver[P, R]], Resolver[P, R]]:
    """Mark a read resolver: it runs only for callers who hold `scope`, and returns which rows."""

    def wrap(resolver: Resolver[P, R]) -> Resolver[P, R]:
        @wraps(resolver)
        async def checked(ctx: Ctx, /, *args: P.args, **kwargs: P.kwargs) -> R:
            ctx.principal.require(scope)
            return await resolver(ctx, *args, **kwargs)

        return checked

    return wrap


def command(scope: str) -> Callable[[Resolver[P, R]], Resolver[P, R]]:
    """Mark a write resolver: scope, transaction, events, commit. The only place that commits; a nested command joins."""

    def wrap(resolver: Resolver[P, R]) -> Resolver[P, R]:
        @wraps(resolver)
        async def committed(ctx: Ctx, /, *args: P.args, **kwargs: P.kwargs) -> R:
            ctx.principal.require(scope)
            ctx.depth += 1
            try:
                async with ctx.db.transaction():
                    result = await resolver(ctx, *args, **kwargs)
                    if ctx.depth == 1:
                        await store_events(ctx)
                    return result
            finally:
                ctx.depth -= 1
                if ctx.depth == 0:
                    ctx.pending.clear()

        return committed

    return wrap


async def store_events(ctx: Ctx) -> None:
    """Write what the command told into the event log, in one statement."""
    if not ctx.pending:
        return
    rows = [
        {
            "id": new_id(),
            "type": event.type,
            "entity": event.entity,
            "entity_id": event.entity_id,
            "actor_id": ctx.principal.user_id,
            "payload": event.payload,
        }
        for event in ctx.pending
    ]
    await ctx.db.execute(insert(EVENTS).values(rows).returning(EVENTS.c.seq))
    ctx.db.announce()
