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


async def test_a_window_that_turns_while_the_ledger_is_asked_takes_what_is_in_hand_and_refuses_nobody(clock: Traveller) -> None:
    early = 0.0
    limiter, limit = Limiter(None, clock=lambda: time.time() - early), parse_limit("x", "1000/minute")
    for _ in range(4):  # three of the seven leased units are in hand
        await limiter.hit(limit, "k")
    early = 0.1
    clock.shift(60)
    assert (await limiter.hit(limit, "k", 990)).allowed
    assert sum([(await limiter.hit(limit, "k")).allowed for _ in range(20)]) == 1000 - 990 - 7


async def test_a_busy_key_asks_ever_more_rarely_and_at_most_for_20_units(clock: Traveller) -> None:
    limiter, limit, asked = make(), parse_limit("x", "1000/hour"), []
    for number in range(1, 101):
        if limiter.take(limit, "k") is None:
            await limiter.hit(limit, "k")
            asked.append(number)
    assert asked == [1, 2, 4, 8, 16, 32, 52, 72, 92]


async def test_units_are_spent_all_or_not_at_all(clock: Traveller) -> None:
    clock.shift(600.5)
    limiter, limit = make(), parse_limit("x", "10/hour")
    assert [await limiter.hit(limit, "k", units) for units in (7, 4, 3, 1)] == [
        Verdict(True, 10, 3, 3000, 3600),
        Verdict(False, 10, 3, 3000, 3600),
        Verdict(True, 10, 0, 3000, 3600),
        Verdict(False, 10, 0, 3000, 3600),
    ]


async def test_more_units_than_the_limit_are_refused_at_once_and_spend_nothing(clock: Traveller) -> None:
    limiter, limit = make(), parse_limit("x", "10/hour")
    assert limiter.take(limit, "k", 11) == await limiter.hit(limit, "k", 11) == Verdict(False, 10, 10, 3600, 3600)
    await limiter.hit(limit, "k", 4)
    assert limiter.take(limit, "k", 11) == await limiter.hit(limit, "k", 11) == Verdict(False, 10, 6, 3600, 3600)
    assert (await limiter.hit(limit, "k", 6)).allowed


async def test_a_refusal_never_tells_of_as_many_units_as_it_refused(clock: Traveller) -> None:
    limiter, limit = make(), parse_limit("x", "10/minute")
    await limiter.hit(limit, "k", 10)
    assert not (await limiter.hit(limit, "k", 2)).allowed
    clock.shift(66.001)  # two of the ten have faded, within the 2 ms for rounding
    assert limiter.take(limit, "k", 2) == Verdict(False, 10, 1, 1, 60)
    clock.shift(0.002)
    assert (await limiter.hit(limit, "k", 2)).allowed


async def test_no_units_pass_even_when_none_are_left(clock: Traveller) -> None:
    limiter, limit = make(), parse_limit("x", "10/hour")
    assert [await limiter.hit(limit, "k", units) for units in (0, 10, 0)] == [
        Verdict(True, 10, 10, 3600, 3600),
        Verdict(True, 10, 0, 3600, 3600),
        Verdict(True, 10, 0, 3600, 3600),
    ]


async def test_negative_units_are_refused_with_an_error_and_change_nothing(clock: Traveller) -> None:
    limiter, limit = make(), parse_limit("x", "10/hour")
    await limiter.hit(limit, "k", 4)
    with pytest.raises(ValueError, match="-1 units"):
        limiter.take(limit, "k", -1)
    with pytest.raises(ValueError, match="-1 units"):
        await limiter.hit(limit, "new", -1)
    with pytest.raises(ValueError, match="-1 units"):
        limiter.give_back(limit, "k", -1)
    assert (await limiter.state(limit, "k")).remaining == 6


async def test_waiters_are_served_in_order_and_one_too_big_does_not_block_those_behind_it(clock: Traveller) -> None:
    limiter, limit = make(), parse_limit("x", "10/hour")
    verdicts = await asyncio.gather(*(limiter.hit(limit, "k", units) for units in (5, 8, 3, 3, 2, 1)))
    assert [verdict.allowed for verdict in verdicts] == [True, False, True, False, True, False]


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 300), st.lists(st.integers(1, 300), max_size=30), st.floats(0, 130), st.integers(1, 300))
async def test_after_the_announced_time_that_many_units_pass(amount: int, before: list[int], wait: float, units: int) -> None:
    limit, units = parse_limit("x", f"{amount}/minute"), min(units, amount)
    with travel("2026-05-01T12:00:00Z", tick=False) as clock:
        limiter = make()
        for spent in before:
            await limiter.hit(limit, "k", min(spent, amount))
            limiter.give_back(limit, "k", spent // 3)
        clock.shift(wait)
        while (verdict := await limiter.hit(limit, "k", units)).allowed:
            pass
        assert verdict.remaining < units
        clock.shift(verdict.reset_after)
        assert (await limiter.hit(limit, "k", units)).allowed


async def test_what_is_in_hand_shortens_the_wait_unless_the_turn_comes_first(clock: Traveller) -> None:
    limiter, limit = make(), parse_limit("x", "100/minute")
    await limiter.hit(limit, "k", 60)
    clock.shift(60)
    await limiter.hit(limit, "k", 40)
    limiter.give_back(limit, "k", 10)
    assert limiter.take(limit, "k", 22) == Verdict(False, 100, 10, 12, 60)  # the previous window's 60 lose one unit a second
    clock.shift(12)
    assert (await limiter.hit(limit, "k", 22)).allowed
    limiter.give_back(limit, "k", 22)
    assert limiter.take(limit, "k", 69) == Verdict(False, 100, 22, 47, 60)
    assert limiter.take(limit, "k", 70) == Verdict(False, 100, 22, 73, 60)  # 70 would be there for the last second alone
    clock.shift(72)
    assert not (await limiter.hit(limit, "k", 70)).allowed
    clock.shift(1)
    assert (await limiter.hit(limit, "k", 70)).allowed


async def test_what_is_given_back_can_be_taken_again(clock: Traveller) -> None:
    limiter, limit = make(), parse_limit("x", "10/hour")
    await limiter.hit(limit, "k", 10)
    limiter.give_back(limit, "k", 4)
    assert limiter.take(limit, "k", 5) == Verdict(False, 10, 4, 5041, 3600)
    assert limiter.take(limit, "k", 3) == Verdict(True, 10, 1, 3600, 3600)


async def test_the_last_units_are_found_in_hand_and_in_the_ledger_together(clock: Traveller) -> None:
    limiter, limit = make(), parse_limit("x", "1000/hour")
    for units in (7, 7, 979):
        await limiter.hit(limit, "k", units)
    limiter.give_back(limit, "k", 5)
    assert limiter.take(limit, "k", 10) is None, "five are in hand and seven in the ledger, too few for a reserve"
    assert await limiter.hit(limit, "k", 10) == Verdict(True, 1000, 2, 3600, 3600)


async def test_never_more_is_given_back_than_was_taken(clock: Traveller) -> None:
    limiter, limit = make(), parse_limit("x", "1000/hour")
    for _ in range(4):  # the fourth leaves a lease in hand
        await limiter.hit(limit, "k")
    limiter.give_back(limit, "k", 50)
    assert limiter.take(limit, "k") == Verdict(True, 1000, 999, 3600, 3600)
    assert sum([(await limiter.hit(limit, "k")).allowed for _ in range(1200)]) == 999


async def test_nothing_is_given_back_after_the_turn_or_to_an_unknown_key(clock: Traveller) -> None:
    limiter, limit = make(), parse_limit("x", "10/minute")
    limiter.give_back(limit, "k", 5)
    assert limiter.take(limit, "k") is None
    await limiter.hit(limit, "k", 10)
    clock.shift(60)
    limiter.give_back(limit, "k", 10)
    assert limiter.take(limit, "k", 1) == Verdict(False, 10, 0, 1, 60)
    clock.shift(30)
    assert await passed(limiter, "10/minute", "k", 20) == 5


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
