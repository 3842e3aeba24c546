"""The sliding window's arithmetic."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.window import Window


def test_the_previous_window_fades_and_the_current_one_counts_in_full() -> None:
    window = Window(100, 60, before=80, before_ttl=30, current=20, current_ttl=90)
    assert (window.spent(), window.remaining, window.turns_in, window.retry_in(1)) == (60, 40, 30, 0)


@pytest.mark.parametrize(("elapsed", "spent"), [(0, 60), (15, 40), (29.99, 20), (30, 20), (60, 10), (90, 0), (500, 0)])
def test_what_is_spent_is_foreseen_over_the_turn(elapsed: float, spent: int) -> None:
    assert Window(100, 60, 80, 30, 20, 90).spent(elapsed) == spent


def test_a_spent_budget_has_a_unit_again_when_the_previous_window_faded_enough() -> None:
    window = Window(100, 60, before=80, before_ttl=30, current=60, current_ttl=90)
    assert window.remaining == 0
    assert window.spent(window.retry_in(1) - 0.003) == 100
    assert window.spent(window.retry_in(1)) == 99


def test_a_window_filled_by_itself_waits_for_its_turn() -> None:
    window = Window(100, 60, before=0, before_ttl=0, current=100, current_ttl=90)
    assert window.retry_in(1) == pytest.approx(30.002)


def test_many_units_wait_longer_than_one() -> None:
    window = Window(100, 60, before=80, before_ttl=30, current=60, current_ttl=90)
    assert [window.retry_in(units) for units in (1, 5, 40)] == [pytest.approx(0.002), pytest.approx(3.002), pytest.approx(29.252)]
    assert window.retry_in(41) == pytest.approx(30.002)
    assert window.retry_in(100) == pytest.approx(89.002)


@given(st.data(), st.integers(1, 10_000_000), st.floats(0.01, 60))
def test_units_are_free_at_the_announced_moment_and_not_before(data: st.DataObject, amount: int, ttl: float) -> None:
    before, current, units = (data.draw(st.integers(0, amount)) for _ in range(3))
    window = Window(amount, 60, before, ttl, current, ttl + 60)
    moment = window.retry_in(units)
    assert window.spent(moment) + units <= amount
    if moment > 0:
        assert window.spent(moment - 0.003) + units > amount


def test_a_window_about_to_turn_is_not_taken_for_a_new_one() -> None:
    assert Window(100, 60, before=0, before_ttl=0, current=100, current_ttl=60).turns_in == 0.002


def test_a_window_nobody_wrote_to_is_whole() -> None:
    assert Window(100, 60, 0, 0, 0, 0).turns_in == 60
