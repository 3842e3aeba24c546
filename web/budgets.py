"""Who pays for a request."""

from starlette.types import Scope

from resolvers.principal import Principal
from settings import Settings
from web.address import ClientAddress
from web.limits import Limiter, Verdict, parse_limit


class Budgets:
    """A verified user pays from their own budget over all doors, credentials and addresses; everyone else from their address's."""

    def __init__(self, limiter: Limiter, settings: Settings) -> None:
        """Raises `SettingsError` for limits or proxies that can't be understood."""
        self._limiter = limiter
        self._user = parse_limit("PARLEY_LIMIT_USER", settings.limit_user)
        self._anonymous = parse_limit("PARLEY_LIMIT_ANONYMOUS", settings.limit_anonymous)
        self._address = ClientAddress(settings.trusted_proxies)

    async def charge(self, scope: Scope, principal: Principal | None) -> Verdict:
        """Count one request, or one operation on a socket."""
        if principal is None:
            limit, key = self._anonymous, f"ip:{self._address(scope)}"
        else:
            limit, key = self._user, f"user:{principal.user_id}"
        return self._limiter.take(limit, key) or await self._limiter.hit(limit, key)
