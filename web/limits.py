"""Rate limits: budgets shared by all processes, decided locally from small leases."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable

from limits import RateLimitItem
from slowapi.util import get_remote_address
from slowapi.wrappers import LimitGroup

from settings import SettingsError
from web.leases import Bucket, Verdict, Waiter
from web.ledger import Ledger

KEYS = 50_000

__all__ = ["Limiter", "Verdict", "parse_limit"]


def parse_limit(setting: str, text: str) -> RateLimitItem:
    """One limit in slowapi's notation, such as `1000/hour`; raises `SettingsError` that names the setting."""
    group = LimitGroup(text, get_remote_address, None, False, None, None, None, 1, False)
    try:
        found = [each.limit for each in group]
    except ValueError:
        found = []
    if len(found) != 1 or found[0].amount < 1:
        raise SettingsError(f"{setting}={text!r} is not a limit; write one like 1000/hour or 10 per 5 minutes")
    return found[0]


class Limiter:
    """Exact within one process; each further process may hold back at most one lease and what its own requests gave back.

    A lease is worth up to 200 requests of the size last seen, and at most 2 % of the limit: at most 200 units where a
    request is one unit, and up to 100,000 of a budget of 5,000,000 where it is hundreds.
    A lease is counted as spent when it is taken, so several processes together never let more than the limit pass while
    Redis counts. While Redis is away each process counts for itself, from what Redis last told it.
    """

    def __init__(self, redis_url: str | None, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Without an address everything is counted in memory."""
        self._clock = clock
        self._ledger = Ledger(redis_url, clock=clock)
        self._buckets: OrderedDict[tuple[int, str], Bucket] = OrderedDict()

    @property
    def in_memory(self) -> bool:
        """Whether this process counts alone, because Redis is away or was never given."""
        return self._ledger.in_memory

    def take(self, limit: RateLimitItem, key: str, units: int = 1) -> Verdict | None:
        """Decide at once from the key's lease, or from a refusal that still holds; None when `hit` has to be awaited.

        `units` are spent all or not at all. More than the whole limit are always refused, with a window as `reset_after`.
        Raises `ValueError` for less than 0.
        """
        if units < 0:
            raise ValueError(f"{units} units cannot be spent")
        place = (id(limit), key)
        bucket = self._buckets.get(place)
        if bucket is None:
            return None if units <= limit.amount else Bucket(limit, key).spend(self._clock(), units)
        self._buckets.move_to_end(place)
        verdict = bucket.spend(self._clock(), units)
        if bucket.tokens < bucket.low and verdict is not None:
            self._take_ahead(bucket, units)
        return verdict

    async def hit(self, limit: RateLimitItem, key: str, units: int = 1) -> Verdict:
        """Like `take`, and asks the ledger when it must: waits at most for two of its answers, each bounded to 100 ms.

        Those who wait are served in order. A refused request leaves what is there to smaller ones.
        """
        return self.take(limit, key, units) or await self._ask(limit, key, units)

    def give_back(self, limit: RateLimitItem, key: str, units: int) -> None:
        """Put units that a request did not need into this process's lease; at most what was taken in the running window.

        So nothing comes back after the turn, until others take in the new window. Raises `ValueError` for less than 0.
        """
        if units < 0:
            raise ValueError(f"{units} units cannot be given back")
        bucket = self._buckets.get((id(limit), key))
        if bucket is not None:
            bucket.give_back(units)

    async def state(self, limit: RateLimitItem, key: str) -> Verdict:
        """What the ledger and this process have left of `key`, which spends nothing; always allowed."""
        return await self._ask(limit, key, 0)

    async def close(self) -> None:
        """Drop the connections to Redis; the limiter is not used afterwards."""
        await asyncio.gather(*(bucket.filling for bucket in self._buckets.values() if bucket.filling is not None))
        await self._ledger.close()

    async def _ask(self, limit: RateLimitItem, key: str, units: int) -> Verdict:
        bucket, waiter = self._bucket(limit, key), Waiter(units)
        bucket.queue.append(waiter)
        while waiter.verdict is None:
            if bucket.filling is None:
                bucket.filling = asyncio.create_task(self._fill(bucket))
            # shielded, because the lease is everyone's: one caller that leaves must not cancel it
            await asyncio.shield(bucket.filling)
        return waiter.verdict

    def _bucket(self, limit: RateLimitItem, key: str) -> Bucket:
        # by identity, which is quicker than limits' own hash; the bucket keeps the limit alive, so no id comes twice
        place = (id(limit), key)
        bucket = self._buckets.get(place)
        if bucket is None:
            bucket = self._buckets[place] = Bucket(limit, key)
            if len(self._buckets) > KEYS:
                self._buckets.popitem(last=False)
        return bucket

    def _take_ahead(self, bucket: Bucket, units: int) -> None:
        if bucket.filling is None:
            bucket.prepare_ahead(units)
            bucket.filling = asyncio.create_task(self._fill_ahead(bucket))

    async def _fill_ahead(self, bucket: Bucket) -> None:
        try:
            grant = await self._ledger.acquire(bucket.limit, bucket.key, bucket.wanted_ahead, bucket.used(self._clock()))
            bucket.receive(grant, self._clock())
        finally:
            bucket.filling = None

    async def _fill(self, bucket: Bucket) -> None:
        try:
            while bucket.queue:
                now = self._clock()
                bucket.prepare(now)
                grant = await self._ledger.acquire(bucket.limit, bucket.key, bucket.wanted, bucket.used(now))
                bucket.receive(grant, self._clock())
        finally:
            bucket.filling = None
