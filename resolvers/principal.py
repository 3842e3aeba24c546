"""Who is calling: a company, a kind of credential, and scopes."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from resolvers.errors import Forbidden

Role = Literal["owner", "admin", "user"]

EVERYONE = frozenset(
    f"{noun}:{verb}" for noun in ("agents", "contacts", "conversations", "deals", "documents", "messages") for verb in ("read", "write")
) | {"company:read"}
ROLE_SCOPES: dict[Role, frozenset[str]] = {
    "user": EVERYONE,
    "admin": EVERYONE | {"users:read", "events:read", "jobs:read", "jobs:write"},
    "owner": EVERYONE | {"users:read", "users:write", "events:read", "jobs:read", "jobs:write", "company:write"},
}


@dataclass(frozen=True, slots=True)
class Principal:
    """A verified caller. `company_id` comes from membership, never from a claim the caller can edit."""

    company_id: UUID
    user_id: UUID | None
    email: str
    role: Role | None
    scopes: frozenset[str]

    @classmethod
    def system(cls, company_id: UUID, *scopes: str) -> "Principal":
        """The system at work for one company, with just the scopes that its job takes."""
        return cls(company_id, None, "", None, frozenset(scopes))

    def require(self, scope: str) -> None:
        """Raise `Forbidden` unless the caller holds `scope`."""
        if scope not in self.scopes:
            raise Forbidden.scope(scope)


def scopes_of(role: Role, narrowed_to: Iterable[str] | None = None) -> frozenset[str]:
    """The role's scopes; a token's own `scope` claim can only take some away."""
    granted = ROLE_SCOPES[role]
    return granted if narrowed_to is None else granted & frozenset(narrowed_to)
