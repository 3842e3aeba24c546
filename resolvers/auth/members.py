"""From a verified token to a principal: the company comes from membership, never from a claim."""

import asyncio
import time
from collections.abc import Callable
from typing import Protocol
from uuid import UUID

from models.member import Member
from resolvers.auth.claims import Claims
from resolvers.auth.remembered import Remembered
from resolvers.errors import Forbidden
from resolvers.principal import Principal, scopes_of
from settings import Settings

MOST_REMEMBERED = 10_000


class MemberStore(Protocol):
    """Where memberships are kept."""

    async def find(self, user_id: UUID) -> Member | None:
        """The user's membership, None for an unknown user."""

    async def create(self, user_id: UUID, email: str) -> Member:
        """Make the user's company (`company_name(email)`) with the user as owner; if another process was first, its member."""


class Known:
    """A membership, and the principal that was last made of it: a user's tokens mostly narrow it alike, or not at all."""

    __slots__ = ("_made", "_member", "_narrowed_to")

    def __init__(self, member: Member) -> None:
        self._member = member
        self._narrowed_to: tuple[str, ...] | None = None
        self._made: Principal | None = None

    def principal(self, scopes: tuple[str, ...] | None) -> Principal:
        """The member as a caller whose token has that `scope` claim."""
        if self._made is None or scopes != self._narrowed_to:
            member = self._member
            self._made = Principal(member.company_id, member.user_id, member.email, member.role, scopes_of(member.role, scopes))
            self._narrowed_to = scopes
        return self._made


class Members:
    """Resolves principals and remembers memberships for `settings.membership_ttl`; `timer` gives seconds that never jump."""

    def __init__(self, store: MemberStore, settings: Settings, *, timer: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._create = settings.create_company
        self._ttl = settings.membership_ttl
        self._timer = timer
        # By the id's number: the hash of a UUID is computed in Python.
        self._remembered: Remembered[int, Known] = Remembered(MOST_REMEMBERED, timer)
        self._looking: dict[UUID, asyncio.Task[Member]] = {}

    def cached(self, claims: Claims) -> Principal | None:
        """The principal if the membership is remembered; nothing is awaited."""
        known = self._remembered.get(claims.sub.int)
        return known.principal(claims.scopes) if known else None

    async def principal(self, claims: Claims) -> Principal:
        """The principal of a verified token; raises `Forbidden` for a user without a company when none may be made."""
        return self.cached(claims) or Known(await self._shared_look(claims)).principal(claims.scopes)

    def forget(self, user_id: UUID) -> None:
        """Look the membership up again at the next request: a role was changed or a user removed."""
        self._remembered.forget(user_id.int)
        # A look that began before the change may carry the old role; its result is not for later requests.
        self._looking.pop(user_id, None)

    async def _shared_look(self, claims: Claims) -> Member:
        task = self._looking.get(claims.sub)
        if task is None:
            task = self._looking[claims.sub] = asyncio.create_task(self._look(claims))
            task.add_done_callback(lambda done: self._finish(claims.sub, done))
        # The look is shared: a caller that goes away must not end it for the others.
        return await asyncio.shield(task)

    def _finish(self, user_id: UUID, task: asyncio.Task[Member]) -> None:
        failed = task.cancelled() or task.exception() is not None
        if self._looking.get(user_id) is not task:
            return
        del self._looking[user_id]
        if not failed:
            self._remembered.put(user_id.int, Known(task.result()), self._timer() + self._ttl)

    async def _look(self, claims: Claims) -> Member:
        member = await self._store.find(claims.sub)
        if member is None and not self._create:
            raise Forbidden("No company for this user; ask an owner to invite you")
        return member or await self._store.create(claims.sub, claims.email)
