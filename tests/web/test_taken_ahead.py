"""A busy key's next lease is taken before the last is spent: nobody waits, and no more than a lease is held back."""

import asyncio

from tests.web.conftest import Valkey
from tests.web.test_ledger import Clock, limiters
from web.limits import Limiter, parse_limit

TEN_THOUSAND = parse_limit("x", "10000/hour")
LEASE = 200


async def spend(limiter: Limiter, times: int) -> tuple[int, int]:
    """One request after the other, each after what the last one set off has ended: how many passed, and how many had to wait."""
    passed = waited = 0
    for _ in range(times):
        verdict = limiter.take(TEN_THOUSAND, "user:a")
        if verdict is None:
            waited += 1
            verdict = await limiter.hit(TEN_THOUSAND, "user:a")
        passed += verdict.allowed
        while (bucket := next(iter(limiter._buckets.values()))).filling is not None:
            await asyncio.shield(bucket.filling)
    return passed, waited


async def test_once_a_key_is_busy_nobody_waits_until_the_budget_is_nearly_spent(valkey: Valkey) -> None:
    async with limiters(valkey.url, 1, Clock()) as (limiter,):
        await spend(limiter, 500)
        assert await spend(limiter, 9000) == (9000, 0)


async def test_exactly_the_limit_passes(valkey: Valkey) -> None:
    async with limiters(valkey.url, 1, Clock()) as (limiter,):
        passed, _ = await spend(limiter, 10_300)
        assert passed == 10_000
        assert not limiter.in_memory


async def test_many_at_once_pass_exactly_the_limit(valkey: Valkey) -> None:
    async with limiters(valkey.url, 1, Clock()) as (limiter,):
        for _ in range(12):
            verdicts = await asyncio.gather(*(limiter.hit(TEN_THOUSAND, "user:a") for _ in range(800)))
            assert all(verdict.allowed for verdict in verdicts)
        verdicts = await asyncio.gather(*(limiter.hit(TEN_THOUSAND, "user:a") for _ in range(800)))
        assert sum(verdict.allowed for verdict in verdicts) == 400


async def test_a_process_holds_back_no_more_than_one_lease(valkey: Valkey) -> None:
    async with limiters(valkey.url, 2, Clock()) as (first, second):
        for spent in range(1, 20):
            await spend(first, 53)
            left = (await second.state(TEN_THOUSAND, "user:a")).remaining
            assert 10_000 - 53 * spent - LEASE <= left <= 10_000 - 53 * spent
        passed, _ = await spend(second, 10_000)
        assert 10_000 - 53 * 19 - LEASE <= passed <= 10_000 - 53 * 19


async def test_what_is_being_taken_arrives_before_the_connections_are_dropped(valkey: Valkey) -> None:
    async with limiters(valkey.url, 1, Clock()) as (limiter,):
        await spend(limiter, 500)
        bucket = next(iter(limiter._buckets.values()))
        while bucket.filling is None:
            assert limiter.take(TEN_THOUSAND, "user:a") is not None
        taking = bucket.filling
        await limiter.close()
        assert taking.done()
        assert taking.exception() is None
