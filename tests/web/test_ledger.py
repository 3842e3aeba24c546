"""F3, F4 and F22: budgets on a real Redis that dies, freezes and comes back."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from settings import SettingsError
from tests.web.conftest import Valkey, eventually
from web.limits import Limiter, parse_limit

LONGEST_WAIT = 0.25
HUNDRED = parse_limit("x", "100/hour")


class Clock:
    """Stands still until moved."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def limiters(url: str, count: int, clock: Callable[[], float]) -> AsyncIterator[list[Limiter]]:
    """As many processes would have them."""
    made = [Limiter(url, clock=clock) for _ in range(count)]
    yield made
    for limiter in made:
        await limiter.close()


async def timed(limiter: Limiter, key: str) -> tuple[bool, float]:
    began = time.perf_counter()
    verdict = await limiter.hit(HUNDRED, key)
    return verdict.allowed, time.perf_counter() - began


async def passed(limiter: Limiter, key: str, times: int) -> int:
    return sum(verdict.allowed for verdict in await asyncio.gather(*(limiter.hit(HUNDRED, key) for _ in range(times))))


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "memcached://x", "nonsense"])
def test_an_address_that_is_not_redis_is_refused_at_the_start(url: str) -> None:
    with pytest.raises(SettingsError, match="REDIS_URL"):
        Limiter(url)


async def test_500_concurrent_requests_on_a_limit_of_100_pass_exactly_100(valkey: Valkey) -> None:
    async with limiters(valkey.url, 1, Clock()) as (limiter,):
        await passed(limiter, "warm", 10)
        assert await passed(limiter, "user:a", 500) == 100
        assert not limiter.in_memory


async def test_two_processes_share_a_budget_and_hold_back_at_most_one_lease(valkey: Valkey) -> None:
    async with limiters(valkey.url, 2, Clock()) as both:
        counts = await asyncio.gather(*(passed(limiter, "user:a", 250) for limiter in both))
        assert 100 - 2 <= sum(counts) <= 100


async def test_taking_turns_two_processes_never_pass_more_than_the_limit(valkey: Valkey) -> None:
    limit, allowed = parse_limit("x", "1000/hour"), 0
    async with limiters(valkey.url, 2, Clock()) as both:
        for number in range(2400):
            allowed += (await both[number % 2].hit(limit, "user:a")).allowed
    assert 1000 - 20 <= allowed <= 1000


async def test_a_busy_key_costs_a_round_trip_per_20_requests_and_a_refused_one_none(valkey: Valkey) -> None:
    limit = parse_limit("x", "1000/hour")
    async with limiters(valkey.url, 1, Clock()) as (limiter,):
        for _ in range(1001):
            await limiter.hit(limit, "user:a")
        leases = scripts_run(valkey)
        assert leases <= 2 * (1000 // 20 + 10)
        assert not any([(await limiter.hit(limit, "user:a")).allowed for _ in range(500)])
        assert scripts_run(valkey) == leases


async def test_a_window_of_redis_turns(valkey: Valkey) -> None:
    limit = parse_limit("x", "5/second")
    async with limiters(valkey.url, 1, time.monotonic) as (limiter,):
        verdicts = await asyncio.gather(*(limiter.hit(limit, "k") for _ in range(6)))
        assert [verdict.allowed for verdict in verdicts] == [True] * 5 + [False]
        assert verdicts[-1].reset_after in (1, 2)  # 2 when the whole burst fell into the window's first 2 ms
        await eventually(lambda: limiter.take(limit, "k") is None)
        assert (await limiter.hit(limit, "k")).allowed


async def test_when_redis_dies_mid_way_the_budget_goes_on_in_memory(valkey: Valkey) -> None:
    async with limiters(valkey.url, 1, Clock()) as (limiter,):
        assert await passed(limiter, "user:a", 60) == 60
        valkey.kill()
        assert await passed(limiter, "user:a", 200) == 40
        assert limiter.in_memory


async def test_a_redis_that_comes_back_empty_counts_again(valkey: Valkey) -> None:
    clock = Clock()
    async with limiters(valkey.url, 1, clock) as (limiter,):
        await passed(limiter, "user:a", 10)
        valkey.kill()
        assert await passed(limiter, "user:b", 10) == 10
        valkey.start()
        assert await passed(limiter, "user:b", 10) == 10
        assert limiter.in_memory, "Redis is left alone for a second"
        await eventually(lambda: not limiter.in_memory or _nudge(limiter, clock))
        assert await passed(limiter, "user:c", 150) == 100
        assert b"user:c" in valkey.ask(b"KEYS *user:c*")


async def test_a_redis_that_stays_away_is_tried_once_a_second(valkey: Valkey) -> None:
    clock = Clock()
    async with limiters(valkey.url, 1, clock) as (limiter,):
        valkey.kill()
        for _ in range(3):
            assert await passed(limiter, "user:a", 10) == 10
            clock.now += 1.01
        assert limiter.in_memory


async def test_no_request_waits_more_than_250_ms_for_a_frozen_redis(valkey: Valkey) -> None:
    clock = Clock()
    async with limiters(valkey.url, 1, clock) as (limiter,):
        await passed(limiter, "warm", 10)
        valkey.freeze()
        crowd = await asyncio.gather(*(timed(limiter, f"k{number % 50}") for number in range(100)))
        later = []
        for number in range(30):
            clock.now += 0.5
            later.append(await timed(limiter, f"later{number}"))
        sys.stdout.write(f"worst of {len(crowd + later)} waits: {max(seconds for _, seconds in crowd + later) * 1000:.0f} ms\n")
        assert all(allowed and seconds < LONGEST_WAIT for allowed, seconds in crowd + later)
        valkey.thaw()
        await eventually(lambda: not limiter.in_memory or _nudge(limiter, clock))


async def test_a_redis_frozen_from_the_start_holds_nobody_up(valkey: Valkey) -> None:
    valkey.freeze()
    async with limiters(valkey.url, 1, Clock()) as (limiter,):
        results = await asyncio.gather(*(timed(limiter, f"k{number}") for number in range(40)))
        assert all(allowed and seconds < LONGEST_WAIT for allowed, seconds in results)


def _nudge(limiter: Limiter, clock: Clock) -> bool:
    """A request comes by, which is what makes the limiter try Redis again."""
    clock.now += 1.01
    asyncio.get_running_loop().create_task(limiter.hit(HUNDRED, f"later{clock.now}"))
    return False


def scripts_run(valkey: Valkey) -> int:
    lines = valkey.ask(b"INFO commandstats").decode().splitlines()
    (line,) = [line for line in lines if line.startswith("cmdstat_evalsha:")]
    return int(line.split("calls=")[1].split(",")[0])
