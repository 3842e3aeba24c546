"""A key's share of its budget that this process may hand out without asking anyone."""

import asyncio
from dataclasses import dataclass
from math import ceil

from limits import RateLimitItem

from web.ledger import Grant

LARGEST_LEASE = 200


@dataclass(frozen=True, slots=True)
class Verdict:
    """One decision: `reset_after` is whole seconds until the window turns or, for a refusal, until a request can pass."""

    allowed: bool
    limit: int
    remaining: int
    reset_after: int
    window: int


class Waiter:
    """A request that waits for the lease its key is taking."""

    __slots__ = ("verdict",)

    def __init__(self) -> None:
        self.verdict: Verdict | None = None


class Bucket:
    """What is left of a key's lease, and who waits for the next one. Moments are read from the limiter's clock."""

    __slots__ = ("amount", "batch", "blocked_until", "every", "filling", "key", "last", "limit", "queue", "remaining", "tokens", "turns_at")

    def __init__(self, limit: RateLimitItem, key: str) -> None:
        self.limit, self.key = limit, key
        self.amount, self.every = limit.amount, limit.get_expiry()
        self.tokens = self.remaining = 0
        self.turns_at = self.blocked_until = 0.0
        self.batch = 1
        self.queue: list[Waiter] = []
        self.last: tuple[Grant, float] | None = None
        self.filling: asyncio.Task[None] | None = None

    def spend(self, now: float) -> Verdict | None:
        """Decide from what is in hand; None when the ledger must be asked."""
        if self.tokens and now < self.turns_at:
            self.tokens -= 1
            return Verdict(True, self.amount, self.remaining + self.tokens, ceil(self.turns_at - now), self.every)
        return self._refusal(now) if now < self.blocked_until else None

    def used(self, now: float) -> int:
        """Units spent by all processes, as far as Redis told; 0 when it was not Redis that counted last."""
        if self.last is None or not self.last[0].shared:
            return 0
        grant, granted_at = self.last
        return grant.window.spent(now - granted_at)

    def wanted(self, now: float) -> int:
        """Units to lease: one for each waiter, and a reserve that doubles while the key stays busy within a window."""
        largest = max(1, min(LARGEST_LEASE, self.amount // 50))
        self.batch = min(self.batch * 2, largest) if now < self.turns_at else 1
        return len(self.queue) + self.batch - 1

    def receive(self, grant: Grant, now: float) -> None:
        """Serve the waiters in order from a new lease; when nothing more is to be had, refuse the rest."""
        self.last = grant, now
        self.tokens, self.remaining = grant.units, grant.window.remaining
        self.turns_at = now + grant.window.turns_in
        self.blocked_until = now + grant.window.retry_in
        waiting, self.queue = self.queue, []
        for waiter in waiting:
            waiter.verdict = self.spend(now) or (None if grant.units else self._refusal(now))
            if waiter.verdict is None:
                self.queue.append(waiter)

    def _refusal(self, now: float) -> Verdict:
        return Verdict(False, self.amount, 0, max(1, ceil(self.blocked_until - now)), self.every)
