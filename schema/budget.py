"""What an operation may cost: refused above the budget before any SQL, charged to the company, given back when it took less."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from resolvers.ctx import Ctx, Spending
from resolvers.errors import RateLimited
from resolvers.principal import Principal
from schema.errors import RequestError


class Verdict(Protocol):
    """The limiter's answer; `reset_after` in seconds."""

    @property
    def allowed(self) -> bool:
        """Whether it may run."""

    @property
    def limit(self) -> int:
        """The whole budget."""

    @property
    def remaining(self) -> int:
        """What is left of it."""

    @property
    def reset_after(self) -> int:
        """When there is enough again."""


class CostBudget(Protocol):
    """Each company's budget; `take_cost` decides at once or not at all, `hit_cost` may wait for the shared count."""

    def take_cost(self, company_id: UUID, units: int) -> Verdict | None:
        """A verdict, or None when `hit_cost` has to be awaited."""

    async def hit_cost(self, company_id: UUID, units: int) -> Verdict:
        """A verdict."""

    async def charge(self, scope: Any, principal: Principal | None) -> Verdict:
        """Count one request, or one operation of several that came together."""

    def refund_cost(self, company_id: UUID, units: int) -> None:
        """Give back what was not used."""


@dataclass(frozen=True, slots=True)
class Meter:
    """Charges operations. `most` is what one operation may cost."""

    budget: CostBudget
    most: int

    def check(self, cost: int) -> None:
        """Raise `RequestError` for more than one operation may cost."""
        if cost > self.most:
            said = f"The operation may cost {cost}, at most {self.most} is taken; ask for fewer rows at once, with a smaller `first`"
            raise RequestError(said, "QUERY_TOO_EXPENSIVE", details={"cost": {"requested": cost, "limit": self.most}})

    async def charge(self, ctx: Ctx, cost: int) -> None:
        """Take the cost from the company's budget; raises `RequestError` or `RateLimited` and says what would do."""
        self.check(cost)
        company_id = ctx.principal.company_id
        verdict = self.budget.take_cost(company_id, cost) or await self.budget.hit_cost(company_id, cost)
        if not verdict.allowed:
            said = f"The company's budget has not enough left for a cost of {cost}; wait {verdict.reset_after} s, or ask for fewer rows"
            details = {"cost": {"requested": cost, "remaining": verdict.remaining, "limit": verdict.limit}}
            raise RateLimited(said, details=details, headers={"Retry-After": str(verdict.reset_after)})
        ctx.spending = Spending(cost, verdict.limit, verdict.remaining, verdict.reset_after)

    def settle(self, ctx: Ctx, actual: int) -> Mapping[str, int]:
        """Give back what the operation did not take; `extensions.cost` of its answer."""
        spending = ctx.spending
        if spending is None:
            return {}
        unused = max(0, spending.cost - actual)
        if unused:
            self.budget.refund_cost(ctx.principal.company_id, unused)
        return {"requested": spending.cost, "actual": actual, "remaining": spending.remaining + unused}
