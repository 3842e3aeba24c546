"""From a bearer token to a principal: verify the token, then look up the membership."""

from dataclasses import dataclass

from resolvers.auth.members import Members
from resolvers.auth.tokens import TokenVerifier
from resolvers.faults import DATABASE_FAULTS, as_parley
from resolvers.principal import Principal


@dataclass(frozen=True, slots=True)
class Authenticate:
    """Callable with a token; `cached` answers without waiting when both steps are remembered."""

    verifier: TokenVerifier
    members: Members

    def cached(self, token: str) -> Principal | None:
        """The principal of a token seen a moment ago, or None."""
        claims = self.verifier.cached(token)
        return self.members.cached(claims) if claims else None

    async def __call__(self, token: str) -> Principal:
        """The principal; raises `Unauthenticated`, `Forbidden` for a user without a company, `Unavailable` without the database."""
        claims = await self.verifier.verify(token)
        try:
            return await self.members.principal(claims)
        except DATABASE_FAULTS as error:
            raise as_parley(error) from error
