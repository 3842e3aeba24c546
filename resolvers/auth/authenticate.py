"""From a bearer token to a principal: verify the token, then look up the membership."""

from dataclasses import dataclass

from resolvers.auth.members import Members
from resolvers.auth.tokens import TokenVerifier
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
        """The principal; raises `Unauthenticated` for a bad token, `Forbidden` for a user without a company."""
        return await self.members.principal(await self.verifier.verify(token))
