"""Who pays for a request, and for what a GraphQL operation costs."""

from uuid import UUID

from starlette.types import Scope

from resolvers.principal import Principal
from settings import Settings
from web.address import ClientAddress
from web.limits import Limiter, Verdict, parse_limit


class Budgets:
    """A verified user pays from their own budget over all doors, credentials and addresses; everyone else from their address's.

    What GraphQL operations cost is paid from their company's budget, before they run.
    """

    def __init__(self, limiter: Limiter, settings: Settings) -> None:
        """Raises `SettingsError` for limits or proxies that can't be understood."""
        self._limiter = limiter
        self._user = parse_limit("PARLEY_LIMIT_USER", settings.limit_user)
        self._anonymous = parse_limit("PARLEY_LIMIT_ANONYMOUS", settings.limit_anonymous)
        self._cost = parse_limit("PARLEY_LIMIT_COST", settings.limit_cost)
        self._address = ClientAddress(settings.trusted_proxies)

    async def charge(self, scope: Scope, principal: Principal | None) -> Verdict:
        """Count one request, or one operation on a socket."""
        if principal is None:
            limit, key = self._anonymous, f"ip:{self._address(scope)}"
        else:
            limit, key = self._user, f"user:{principal.user_id}"
        return self._limiter.take(limit, key) or await self._limiter.hit(limit, key)

    def take_cost(self, company_id: UUID, units: int) -> Verdict | None:
        """Pay for an operation at once, all of it or nothing; None when `hit_cost` has to be awaited."""
        return self._limiter.take(self._cost, _payer(company_id), units)

    async def hit_cost(self, company_id: UUID, units: int) -> Verdict:
        """Like `take_cost`, and asks Redis when it must."""
        return await self._limiter.hit(self._cost, _payer(company_id), units)

    def refund_cost(self, company_id: UUID, units: int) -> None:
        """Give back what an operation was charged and did not cost, while the window lasts."""
        self._limiter.give_back(self._cost, _payer(company_id), units)

    async def cost_state(self, company_id: UUID) -> Verdict:
        """What is left of a company's budget; spends nothing, is always allowed, and asks Redis each time."""
        return await self._limiter.state(self._cost, _payer(company_id))


def _payer(company_id: UUID) -> str:
    return f"cost:{company_id}"
