"""What operations cost, for callers who want to know: `rateLimit` of this one, `estimateCost` of another."""

from datetime import datetime, timedelta
from typing import Any, Protocol

import strawberry

from models.columns import now
from resolvers.ctx import Ctx, Spending
from schema import scalars
from schema.declared import Fact, Parts, declare
from schema.signature import field_with

UNCHARGED = Spending(0, 0, 0, 0)


def _spending(ctx: Ctx) -> Spending:
    return ctx.spending or UNCHARGED


def _reset_at(ctx: Ctx) -> datetime:
    return now().replace(microsecond=0) + timedelta(seconds=_spending(ctx).reset_after)


def _fact(read: Any, returns: Any, said: str) -> Any:
    def resolve(info: strawberry.Info) -> Any:
        return read(info.context)

    return field_with(declare(resolve, Fact(read)), {}, returns, said)


@strawberry.type(description="The company's budget, as this operation found it.")
class RateLimit:
    """What `extensions.cost` says too, for clients that cannot read extensions."""

    cost = _fact(lambda ctx: _spending(ctx).cost, int, "What this operation may cost; what it does not take is given back.")
    limit = _fact(lambda ctx: _spending(ctx).limit, int, "The whole budget.")
    remaining = _fact(lambda ctx: _spending(ctx).remaining, int, "What is left of it.")
    reset_at = _fact(_reset_at, scalars.DateTime, "When there is more.")


@strawberry.type(description="What an operation may cost.")
class CostEstimate:
    """Nothing of the operation was run."""

    requested: int = strawberry.field(description="What it may cost at the most.")
    limit: int = strawberry.field(description="What one operation may cost here.")
    remaining: int = strawberry.field(description="What is left of the company's budget.")


class Estimates(Protocol):
    """What the door gives the executor as its root value."""

    def estimate(self, document: str, variables: dict[str, Any]) -> tuple[int, int]:
        """What a document's operation may cost, and what one may cost at the most."""


def _rate_limit(info: strawberry.Info) -> Any:
    return RateLimit()


def _estimate(info: strawberry.Info, **given: Any) -> Any:
    door: Estimates = info.root_value
    requested, limit = door.estimate(given["document"], given.get("variables") or {})
    return CostEstimate(requested=requested, limit=limit, remaining=_spending(info.context).remaining)


QUERIES = {
    "rate_limit": field_with(declare(_rate_limit, Parts()), {}, RateLimit, "What this operation costs, and what is left."),
    "estimate_cost": field_with(
        _estimate,
        {
            "document": (str, "A GraphQL document with one operation."),
            "variables": (scalars.JSON | None, "Its variables, as an object."),
        },
        CostEstimate | None,
        "What a document would cost; it is not run.",
    ),
}
