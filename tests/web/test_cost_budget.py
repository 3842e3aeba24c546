"""Budgets of many units: what GraphQL operations cost, per company."""

import asyncio
import random
import time
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import settings as tried
from hypothesis import strategies as st
from time_machine import Traveller, travel

from settings import Settings, SettingsError
from tests.web.conftest import Valkey, eventually
from tests.web.test_ledger import Clock, limiters, scripts_run
from web.budgets import Budgets
from web.limits import Limiter, Verdict, parse_limit

COMPANY, OTHER = UUID(int=1), UUID(int=2)
SEVEN_HUNDRED = parse_limit("x", "700/hour")


def budgets(limit: str) -> Budgets:
    return Budgets(Limiter(None, clock=time.time), Settings(limit_cost=limit))


async def passed(limiter: Limiter, units: int, times: int) -> int:
    verdicts = await asyncio.gather(*(limiter.hit(SEVEN_HUNDRED, "cost:a", units) for _ in range(times)))
    return sum(verdict.allowed for verdict in verdicts)


def test_a_cost_limit_that_cannot_be_understood_names_its_setting() -> None:
    with pytest.raises(SettingsError, match="PARLEY_LIMIT_COST='lots'"):
        budgets("lots")


async def test_an_operation_pays_before_it_runs_and_gets_back_what_it_did_not_use(clock: Traveller) -> None:
    made = budgets("5000000/hour")
    assert made.take_cost(COMPANY, 2000) is None
    assert await made.hit_cost(COMPANY, 2000) == Verdict(True, 5_000_000, 4_998_000, 3600, 3600)
    made.refund_cost(COMPANY, 1500)
    assert made.take_cost(COMPANY, 1000) == Verdict(True, 5_000_000, 4_998_500, 3600, 3600)
    assert await made.cost_state(COMPANY) == Verdict(True, 5_000_000, 4_998_500, 3600, 3600)


async def test_companies_do_not_share_a_budget(clock: Traveller) -> None:
    made = budgets("100/hour")
    assert [(await made.hit_cost(company, 60)).allowed for company in (COMPANY, OTHER, COMPANY)] == [True, True, False]
    assert [(await made.cost_state(company)).remaining for company in (COMPANY, OTHER)] == [40, 40]


async def test_the_state_of_a_key_spends_nothing(clock: Traveller) -> None:
    limiter, limit = Limiter(None, clock=time.time), parse_limit("x", "1000/hour")
    assert await limiter.state(limit, "k") == Verdict(True, 1000, 1000, 3600, 3600)
    for _ in range(4):
        await limiter.hit(limit, "k", 7)
    limiter.give_back(limit, "k", 3)
    assert [await limiter.state(limit, "k") for _ in range(2)] == [Verdict(True, 1000, 975, 3600, 3600)] * 2
    assert limiter.take(limit, "k", 3) == Verdict(True, 1000, 972, 3600, 3600)


@pytest.mark.parametrize(
    ("text", "units", "requests"),
    [("1000/hour", 1, 20), ("1000000/hour", 1, 200), ("1000000/hour", 7, 200), ("5000000/hour", 500, 200), ("5000000/hour", 20_000, 5)],
)
async def test_a_lease_is_worth_200_requests_and_at_most_2_percent(clock: Traveller, text: str, units: int, requests: int) -> None:
    limiter, limit, asked = Limiter(None, clock=time.time), parse_limit("x", text), []
    for number in range(800 if requests > 5 else 100):
        if limiter.take(limit, "k", units) is None:
            await limiter.hit(limit, "k", units)
            asked.append(number)
    assert asked[-1] - asked[-2] == requests


class Model:
    """A sliding window of a minute without leases: every unit is counted when it is spent."""

    def __init__(self, amount: int) -> None:
        self.amount = amount
        self.second = self.before = self.current = self.returned = self.lost = 0

    def give_back(self, units: int) -> None:
        back = min(units, self.current)
        self.current -= back
        self.returned += back

    def wait(self, seconds: int) -> None:
        """At most a minute. What was leased and not spent stays counted after the turn: a lease, and what was given back."""
        turns, self.second = divmod(self.second + seconds, 60)
        if turns:
            self.before, self.current = self.current, 0
            self.lost, self.returned = self.amount // 50 + self.returned, 0

    def free(self) -> tuple[int, int]:
        """At least and at most so many units are free; but for the first window, times are floats and may shift one unit."""
        left, slack = (60 - self.second) / 60, int(self.before + self.lost > 0)
        free = self.amount - self.current
        return free - int((self.before + self.lost) * left) - slack, free - int(self.before * left) + slack


Steps = st.lists(st.tuples(st.sampled_from(["hit", "hit", "hit", "back", "wait"]), st.integers(0, 60)), max_size=60)


@tried(max_examples=200, deadline=None)
@given(st.integers(1, 400), Steps)
async def test_one_process_does_what_a_window_without_leases_would(amount: int, steps: list[tuple[str, int]]) -> None:
    limiter, limit, model = Limiter(None, clock=time.time), parse_limit("x", f"{amount}/minute"), Model(amount)
    with travel("2026-05-01T12:00:00Z", tick=False) as clock:
        for step, number in steps:
            if step == "wait":
                clock.shift(number)
                model.wait(number)
            elif step == "back":
                limiter.give_back(limit, "k", number)
                model.give_back(number)
            else:
                least, most = model.free()
                verdict = await limiter.hit(limit, "k", number)
                spent = number if verdict.allowed else 0
                model.current += spent
                assert spent <= most
                assert verdict.allowed or number > least
                assert verdict.remaining == most - spent if least == most else verdict.remaining <= most - spent


async def test_500_concurrent_requests_of_7_units_on_a_limit_of_700_pass_exactly_100(valkey: Valkey) -> None:
    async with limiters(valkey.url, 1, Clock()) as (limiter,):
        assert await passed(limiter, 7, 500) == 100
        assert not limiter.in_memory


async def test_two_processes_share_a_budget_and_hold_back_at_most_one_lease(valkey: Valkey) -> None:
    async with limiters(valkey.url, 2, Clock()) as both:
        counts = await asyncio.gather(*(passed(limiter, 7, 250) for limiter in both))
        assert 700 - 14 <= sum(counts) * 7 <= 700


async def test_what_one_process_leaves_in_its_lease_is_all_that_another_lacks(valkey: Valkey) -> None:
    limit = parse_limit("x", "100000/hour")
    async with limiters(valkey.url, 2, Clock()) as (first, second):
        for _ in range(300):
            assert (await first.hit(limit, "k", 7)).allowed
        while (verdict := await second.hit(limit, "k", 100)).allowed:
            pass
        left = verdict.remaining + (await first.state(limit, "k")).remaining
        assert 0 < left < 7 * 200 + 100
        assert (await first.hit(limit, "k", left - verdict.remaining)).allowed


async def test_two_processes_that_give_back_spend_exactly_the_limit(valkey: Valkey) -> None:
    chance, spent = random.Random(7), 0
    async with limiters(valkey.url, 2, Clock()) as both:
        for number in range(2000):
            limiter, units = both[number % 2], chance.randint(1, 9)
            if (await limiter.hit(SEVEN_HUNDRED, "cost:a", units)).allowed:
                unused = chance.randint(0, units)
                limiter.give_back(SEVEN_HUNDRED, "cost:a", unused)
                spent += units - unused
        assert spent == 700


async def test_a_request_too_big_for_what_is_left_takes_nothing_from_other_processes(valkey: Valkey) -> None:
    async with limiters(valkey.url, 2, Clock()) as (first, second):
        await first.hit(SEVEN_HUNDRED, "cost:a", 300)
        refused = await second.hit(SEVEN_HUNDRED, "cost:a", 401)
        assert (refused.allowed, refused.remaining) == (False, 400)
        assert (await first.hit(SEVEN_HUNDRED, "cost:a", 400)).allowed


async def test_a_refused_request_takes_no_reserve_either(valkey: Valkey) -> None:
    limit = parse_limit("x", "100000/hour")
    async with limiters(valkey.url, 2, Clock()) as (first, second):
        for _ in range(3):  # busy enough for a reserve, which these have spent
            assert (await second.hit(limit, "k", 100)).allowed
        assert (await first.hit(limit, "k", 100_000 - 300 - 99)).allowed
        assert not (await second.hit(limit, "k", 100)).allowed
        assert (await first.hit(limit, "k", 99)).allowed


async def test_small_requests_do_not_overtake_a_big_one_that_waits(valkey: Valkey) -> None:
    limit = parse_limit("x", "1000/hour")
    async with limiters(valkey.url, 1, Clock()) as (limiter,):
        for _ in range(4):
            await limiter.hit(limit, "k")
        big = asyncio.create_task(limiter.hit(limit, "k", 994))  # Redis has 993
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert limiter.take(limit, "k") is None, "three units are in hand, and wait for the big request"
        small = [asyncio.create_task(limiter.hit(limit, "k")) for _ in range(10)]
        assert (await big).allowed
        assert [(await each).allowed for each in small] == [True] * 2 + [False] * 8


async def test_what_is_given_back_while_others_wait_is_at_most_what_was_taken(valkey: Valkey) -> None:
    limit = parse_limit("x", "1000/hour")
    async with limiters(valkey.url, 1, Clock()) as (limiter,):
        for _ in range(4):
            await limiter.hit(limit, "k")
        big = asyncio.create_task(limiter.hit(limit, "k", 900))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        limiter.give_back(limit, "k", 50)
        assert limiter.take(limit, "k", 5) is None
        assert limiter.take(limit, "k", 4) is not None
        assert (await big).remaining == 96


async def test_a_hot_company_costs_a_round_trip_per_200_operations_and_a_refund_none(valkey: Valkey) -> None:
    limit = parse_limit("x", "5000000/hour")
    async with limiters(valkey.url, 1, Clock()) as (limiter,):
        for _ in range(2000):
            assert (await limiter.hit(limit, "k", 500)).allowed
        asked = scripts_run(valkey)
        assert asked <= 2 * (2000 // 200 + 9)
        limiter.give_back(limit, "k", 500_000)
        for _ in range(1000):
            assert limiter.take(limit, "k", 500) is not None
        assert scripts_run(valkey) == asked


async def test_when_redis_dies_mid_way_the_budget_goes_on_in_memory(valkey: Valkey) -> None:
    clock = Clock()
    async with limiters(valkey.url, 1, clock) as (limiter,):
        for _ in range(10):  # the last leaves a lease in hand
            assert (await limiter.hit(SEVEN_HUNDRED, "cost:a", 7)).allowed
        limiter.give_back(SEVEN_HUNDRED, "cost:a", 14)
        valkey.kill()
        clock.now += 3000
        with travel("2026-05-01T12:00:00Z"):  # where memory's window begins, long before the end of what was Redis's
            assert (await limiter.hit(SEVEN_HUNDRED, "cost:a", 400)).allowed
            assert await passed(limiter, 1, 500) == 700 - 70 + 14 - 400
            assert limiter.in_memory
            limiter.give_back(SEVEN_HUNDRED, "cost:a", 70)
            assert await passed(limiter, 7, 100) == 10


async def test_a_lease_of_redis_is_dropped_when_its_window_turns_while_redis_is_away(valkey: Valkey) -> None:
    clock = Clock()
    async with limiters(valkey.url, 1, clock) as (limiter,):
        for _ in range(10):  # 77 units are leased
            assert (await limiter.hit(SEVEN_HUNDRED, "cost:a", 7)).allowed
        valkey.kill()
        clock.now += 3600
        assert await passed(limiter, 7, 200) == (700 - 77) // 7


async def test_a_window_of_redis_turns(valkey: Valkey) -> None:
    limit = parse_limit("x", "70/second")
    async with limiters(valkey.url, 1, time.monotonic) as (limiter,):
        verdicts = await asyncio.gather(*(limiter.hit(limit, "k", 7) for _ in range(11)))
        assert [verdict.allowed for verdict in verdicts] == [True] * 10 + [False]
        assert verdicts[-1].reset_after in (1, 2)
        await eventually(lambda: limiter.take(limit, "k", 7) is None)
        limiter.give_back(limit, "k", 70)
        assert limiter.take(limit, "k", 7) is None
        assert (await limiter.hit(limit, "k", 7)).allowed
