"""A key's share of its budget that this process may hand out without asking anyone."""

import asyncio
from math import ceil
from typing import NamedTuple

from limits import RateLimitItem

from web.ledger import Grant
from web.window import Window

REQUESTS = 200  # a lease is worth at most so many requests
SHARE = 50  # and at most this part of the limit
BUSY = 64  # a key whose leases have grown to so many requests takes the next one before it needs it


class Verdict(NamedTuple):
    """One decision: `reset_after` is whole seconds until the window turns or, for a refusal, until such a request may pass.

    `remaining` counts the units that are left for everyone, with those that this process holds.
    """

    allowed: bool
    limit: int
    remaining: int
    reset_after: int
    window: int


class Waiter:
    """A request for so many units that waits for the lease its key is taking."""

    __slots__ = ("units", "verdict")

    def __init__(self, units: int) -> None:
        self.units = units
        self.verdict: Verdict | None = None


class Bucket:
    """What is left of a key's lease, and who waits for the next one. Moments are read from the limiter's clock."""

    __slots__ = (
        "amount",
        "asked",
        "batch",
        "blocked_until",
        "every",
        "filling",
        "grant",
        "granted_at",
        "held",
        "key",
        "leased",
        "limit",
        "low",
        "queue",
        "remaining",
        "reserve",
        "tokens",
        "turns_at",
    )

    def __init__(self, limit: RateLimitItem, key: str) -> None:
        self.limit, self.key = limit, key
        self.amount, self.every = limit.amount, limit.get_expiry()
        self.grant = Grant(0, Window(self.amount, self.every, 0, 0, 0, 0), shared=False)
        self.granted_at = self.turns_at = self.blocked_until = 0.0
        self.tokens = self.held = self.leased = self.remaining = 0
        self.batch, self.reserve, self.low = 1, 0, 0
        self.queue: list[Waiter] = []
        self.asked = 0
        self.filling: asyncio.Task[None] | None = None

    def spend(self, now: float, units: int) -> Verdict | None:
        """Decide from what is in hand; None when the ledger must be asked."""
        if units <= self.tokens and now < self.turns_at:
            self.tokens -= units
            return Verdict(True, self.amount, self.remaining + self.tokens, ceil(self.turns_at - now), self.every)
        wait = self._wait(now, units)
        return self._refusal(now, units, wait) if wait > 0 else None

    def give_back(self, units: int) -> None:
        """Put units in hand again, as far as they were spent in the running window; its turn drops them with the rest."""
        self.tokens += min(units, self.leased - self.tokens - self.held)

    def prepare(self, now: float) -> None:
        """Set aside what is in hand for those who wait, and size the reserve: it doubles while the key is busy within a window.

        With the request that asks, a lease is up to 200 requests of its size and at most 2 % of the limit.
        """
        self.batch = min(self.batch * 2, REQUESTS)
        if now >= self.turns_at:
            self._drop()
            self.batch = 1
        self.held, self.tokens = self.held + self.tokens, 0
        size = self.queue[-1].units
        self.reserve = max(0, min(self.batch * size, self.amount // SHARE) - size)

    def prepare_ahead(self, units: int) -> None:
        """Size the next lease for requests like the one that finds little in hand, which stays there to be spent meanwhile."""
        self.batch = min(self.batch * 2, REQUESTS)
        self.reserve = min(self.batch * units, self.amount // SHARE)
        self.asked = 0

    def wanted_ahead(self, remaining: int) -> int:
        """Units to lease of `remaining`: with what is in hand no more than one lease."""
        return max(0, min(self.reserve - self.tokens, remaining))

    def used(self, now: float) -> int:
        """Units spent by all processes, as far as Redis told; 0 when it was not Redis that counted last."""
        return self.grant.window.spent(now - self.granted_at) if self.grant.shared else 0

    def wanted(self, remaining: int) -> int:
        """Units to lease of `remaining`: for each waiter in order who can be served, and the reserve if there is one."""
        self.asked = len(self.queue)
        within, need = remaining + self.held, 0
        for waiter in self.queue:
            if need + waiter.units <= within:
                need += waiter.units
        return max(0, min(need + self.reserve, within) - self.held) if need else 0

    def receive(self, grant: Grant, now: float) -> None:
        """Serve the waiters in order from a new lease and refuse those it was asked for in vain; later ones may ask again."""
        turns_at = now + grant.window.turns_in
        if grant.shared is self.grant.shared and turns_at - self.turns_at > self.every / 2:
            self._drop()  # the window turned while the ledger was asked for what was missing
            self.asked = 0
        self.tokens, self.held = self.tokens + self.held + grant.units, 0
        self.leased += grant.units
        # A budget that gave less than it was asked for is nearly spent: then each request asks when it must.
        plenty = self.batch >= BUSY and grant.units > self.reserve // 2
        self.low = self.reserve // 4 if plenty else 0
        self.grant, self.granted_at = grant, now
        self.remaining, self.turns_at = grant.window.remaining, turns_at
        self.blocked_until = now + grant.window.retry_in(1)
        waiting, self.queue = self.queue, []
        for place, waiter in enumerate(waiting):
            waiter.verdict = self.spend(now, waiter.units) or (self._refusal(now, waiter.units, 1) if place < self.asked else None)
            if waiter.verdict is None:
                self.queue.append(waiter)

    def _drop(self) -> None:
        self.tokens = self.held = self.leased = 0

    def _wait(self, now: float, units: int) -> int:
        """Seconds until so many units may be free; 0 or less when the ledger might have what is missing."""
        if units > self.amount:
            return self.every
        in_hand = self._in_hand(now)
        if in_hand:
            wait = ceil(self.granted_at + self.grant.window.retry_in(units - in_hand) - now)
            if now + wait < self.turns_at:  # else the turn takes away what is in hand
                return wait
        free_at = self.blocked_until if units == 1 else self.granted_at + self.grant.window.retry_in(units)
        return ceil(free_at - now)

    def _refusal(self, now: float, units: int, wait: int) -> Verdict:
        left = 0 if units == 1 else self._in_hand(now) + max(0, self.amount - self.grant.window.spent(now - self.granted_at))
        return Verdict(False, self.amount, min(left, units - 1), wait, self.every)

    def _in_hand(self, now: float) -> int:
        return self.tokens + self.held if now < self.turns_at else 0
