"""Budgets counted in memory, where time can be moved."""

import asyncio
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from time_machine import Traveller, travel

from settings import SettingsError
from web import limits
from web.limits import Limiter, Verdict, parse_limit


def make() -> Limiter:
    return Limiter(None, clock=time.time)


async def passed(limiter: Limiter, text: str, key: str, times: int) -> int:
    limit = parse_limit("PARLEY_LIMIT_USER", text)
    verdicts = await asyncio.gather(*(limiter.hit(limit, key) for _ in range(times)))
    return sum(verdict.allowed for verdict in verdicts)


@pytest.mark.parametrize("text", ["", "many", "1000", "0/hour", "10/fortnight", "10/hour;5/minute", "-1/hour", "1.5/hour"])
def test_a_limit_that_cannot_be_understood_names_its_setting(text: str) -> None:
    with pytest.raises(SettingsError, match="PARLEY_LIMIT_USER"):
        parse_limit("PARLEY_LIMIT_USER", text)


@pytest.mark.parametrize(("text", "amount", "window"), [("1000/hour", 1000, 3600), ("10 per 5 minutes", 10, 300), (" 3/SECOND ", 3, 1)])
def test_a_limit_is_written_as_slowapi_users_write_it(text: str, amount: int, window: int) -> None:
    limit = parse_limit("PARLEY_LIMIT_USER", text)
    assert (limit.amount, limit.get_expiry()) == (amount, window)


@pytest.mark.parametrize("text", ["1/hour", "7/minute", "100/hour", "1000/hour"])
async def test_exactly_the_limit_passes_of_a_concurrent_crowd(clock: Traveller, text: str) -> None:
    amount = int(text.split("/", maxsplit=1)[0])
    assert await passed(make(), text, "user:a", amount + 400) == amount


async def test_exactly_the_limit_passes_one_after_the_other(clock: Traveller) -> None:
    limiter, limit = make(), parse_limit("x", "1000/hour")
    verdicts = [await limiter.hit(limit, "user:a") for _ in range(1100)]
    assert [verdict.allowed for verdict in verdicts] == [True] * 1000 + [False] * 100
    assert [verdict.remaining for verdict in verdicts[:1000]] == list(range(999, -1, -1))


async def test_a_verdict_tells_limit_remaining_reset_and_window(clock: Traveller) -> None:
    clock.shift(600.5)
    limiter, limit = make(), parse_limit("x", "2/hour")
    assert [await limiter.hit(limit, "k") for _ in range(3)] == [
        Verdict(True, 2, 1, 3000, 3600),
        Verdict(True, 2, 0, 3000, 3600),
        Verdict(False, 2, 0, 3000, 3600),
    ]


async def test_keys_and_limits_do_not_share_a_budget(clock: Traveller) -> None:
    limiter = make()
    assert await passed(limiter, "5/hour", "user:a", 9) == 5
    assert await passed(limiter, "5/hour", "user:b", 9) == 5
    assert await passed(limiter, "6/hour", "user:a", 9) == 6


async def test_a_refusal_is_remembered_until_its_reset_and_no_longer(clock: Traveller) -> None:
    limiter, limit = make(), parse_limit("x", "10/minute")
    for _ in range(10):
        await limiter.hit(limit, "k")
    refused = await limiter.hit(limit, "k")
    assert not refused.allowed
    clock.shift(refused.reset_after - 1)
    assert limiter.take(limit, "k") == Verdict(False, 10, 0, 1, 60)
    clock.shift(1.1)
    assert limiter.take(limit, "k") is None
    assert (await limiter.hit(limit, "k")).allowed


@settings(max_examples=60, deadline=None)
@given(amount=st.integers(1, 300), first=st.integers(0, 400), wait=st.floats(0, 130), second=st.integers(1, 400))
async def test_after_the_announced_time_a_request_passes(amount: int, first: int, wait: float, second: int) -> None:
    with travel("2026-05-01T12:00:00Z", tick=False) as clock:
        limiter = make()
        await passed(limiter, f"{amount}/minute", "k", first)
        clock.shift(wait)
        await passed(limiter, f"{amount}/minute", "k", second + amount)
        limit = parse_limit("x", f"{amount}/minute")
        refused = await Limiter.hit(limiter, limit, "k")
        clock.shift(refused.reset_after)
        assert (await limiter.hit(limit, "k")).allowed


async def test_the_previous_window_still_weighs(clock: Traveller) -> None:
    limiter = make()
    assert await passed(limiter, "100/minute", "k", 150) == 100
    clock.shift(60 + 30)
    assert await passed(limiter, "100/minute", "k", 150) == 50


async def test_a_lease_is_dropped_when_its_window_turns(clock: Traveller) -> None:
    limiter, limit = make(), parse_limit("x", "1000/minute")
    for _ in range(20):
        await limiter.hit(limit, "k")
    assert limiter.take(limit, "k") is not None
    clock.shift(60)
    assert limiter.take(limit, "k") is None


async def test_a_busy_key_asks_ever_more_rarely_and_at_most_for_20_units(clock: Traveller) -> None:
    limiter, limit, asked = make(), parse_limit("x", "1000/hour"), []
    for number in range(1, 101):
        if limiter.take(limit, "k") is None:
            await limiter.hit(limit, "k")
            asked.append(number)
    assert asked == [1, 2, 4, 8, 16, 32, 52, 72, 92]


async def test_take_knows_nothing_of_a_new_key(clock: Traveller) -> None:
    assert make().take(parse_limit("x", "5/hour"), "new") is None


async def test_a_caller_who_leaves_does_not_take_the_others_along(clock: Traveller) -> None:
    limiter, limit = make(), parse_limit("x", "5/hour")
    first, second = (asyncio.create_task(limiter.hit(limit, "k")) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).allowed
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_the_oldest_keys_are_forgotten_first(clock: Traveller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "KEYS", 3)
    limiter, limit = make(), parse_limit("x", "1000/hour")
    for _ in range(2):
        await limiter.hit(limit, "kept")
    for number in range(3):
        await limiter.hit(limit, f"k{number}")
        limiter.take(limit, "kept")
        await limiter.hit(limit, "kept")
    assert limiter.take(limit, "k0") is None
    assert limiter.take(limit, "kept") is not None
    assert len(limiter._buckets) == 3
