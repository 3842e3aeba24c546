"""Who asks: every role of both companies, tokens that allow less, and a user who is gone."""

from dataclasses import dataclass
from uuid import UUID

from hypothesis import strategies as st

from models.db import Database
from resolvers.ctx import Ctx
from resolvers.principal import ROLE_SCOPES, Principal, Role, scopes_of
from tests.differential.world import Company

ROLES: tuple[Role, ...] = tuple(ROLE_SCOPES)
NOBODY = UUID("00000000-0000-4000-8000-000000000000")
READ = tuple(sorted(scope for scope in frozenset().union(*ROLE_SCOPES.values()) if scope.endswith(":read")))


@dataclass(frozen=True)
class Caller:
    """One user of one company, with all the scopes of the role or those that a token leaves."""

    company: Company
    role: Role
    scopes: tuple[str, ...] | None = None
    gone: bool = False

    def ctx(self, database: Database) -> Ctx:
        """A new context, as a door makes one for each request."""
        user_id = NOBODY if self.gone else self.company.users[self.role]
        principal = Principal(self.company.id, user_id, f"{self.role}@example.com", self.role, scopes_of(self.role, self.scopes))
        return Ctx(principal, database.session(self.company.id))

    def __repr__(self) -> str:
        allowed = "" if self.scopes is None else f" with {', '.join(self.scopes) or 'no scope'}"
        return f"<{'a user who is gone' if self.gone else self.role} of {self.company.mark}{allowed}>"


def callers(company: Company) -> st.SearchStrategy[Caller]:
    """Somebody with all the scopes of a role mostly; else with any part of those that reading takes, or somebody who is gone."""
    role = st.sampled_from(ROLES)
    narrowed = st.lists(st.sampled_from(READ), unique=True).map(lambda scopes: tuple(sorted(scopes)))
    lessened = st.sampled_from([tuple(each for each in READ if each != less) for less in READ])
    whole = st.builds(Caller, st.just(company), role)
    partly = st.builds(Caller, st.just(company), role, narrowed | lessened)
    gone = st.builds(Caller, st.just(company), st.just("user"), st.just(None), st.just(True))
    return st.integers(0, 9).flatmap(lambda kind: whole if kind < 6 else partly if kind < 9 else gone)


def several(company: Company) -> list[Caller]:
    """A caller of each kind."""
    lesser = [Caller(company, "owner", tuple(each for each in READ if each != less)) for less in READ]
    return [*(Caller(company, role) for role in ROLES), *lesser, Caller(company, "admin", ()), Caller(company, "user", gone=True)]
