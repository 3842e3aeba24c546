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
    """Exact within one process; each further process may hold back at most one lease (2 % of the limit, at most 200).

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

    def take(self, limit: RateLimitItem, key: str) -> Verdict | None:
        """Decide at once from the key's lease, or from a refusal that still holds; None when `hit` has to be awaited."""
        place = (id(limit), key)
        bucket = self._buckets.get(place)
        if bucket is None:
            return None
        self._buckets.move_to_end(place)
        return bucket.spend(self._clock())

    async def hit(self, limit: RateLimitItem, key: str) -> Verdict:
        """Count one request of `key`. Waits at most for two answers of the ledger, each bounded to 100 ms."""
        verdict = self.take(limit, key)
        if verdict is not None:
            return verdict
        bucket, waiter = self._bucket(limit, key), Waiter()
        bucket.queue.append(waiter)
        while waiter.verdict is None:
            if bucket.filling is None:
                bucket.filling = asyncio.create_task(self._fill(bucket))
            # shielded, because the lease is everyone's: one caller that leaves must not cancel it
            await asyncio.shield(bucket.filling)
        return waiter.verdict

    async def close(self) -> None:
        """Drop the connections to Redis; the limiter is not used afterwards."""
        await self._ledger.close()

    def _bucket(self, limit: RateLimitItem, key: str) -> Bucket:
        # by identity, which is quicker than limits' own hash; the bucket keeps the limit alive, so no id comes twice
        place = (id(limit), key)
        bucket = self._buckets.get(place)
        if bucket is None:
            bucket = self._buckets[place] = Bucket(limit, key)
            if len(self._buckets) > KEYS:
                self._buckets.popitem(last=False)
        return bucket

    async def _fill(self, bucket: Bucket) -> None:
        try:
            while bucket.queue:
                now = self._clock()
                wanted, used = bucket.wanted(now), bucket.used(now)
                grant = await self._ledger.acquire(bucket.limit, bucket.key, wanted, used)
                bucket.receive(grant, self._clock())
        finally:
            bucket.filling = None
