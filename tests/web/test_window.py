"""The sliding window's arithmetic."""

import pytest

from web.window import Window


def test_the_previous_window_fades_and_the_current_one_counts_in_full() -> None:
    window = Window(100, 60, before=80, before_ttl=30, current=20, current_ttl=90)
    assert (window.spent(), window.remaining, window.turns_in, window.retry_in) == (60, 40, 30, 0)


@pytest.mark.parametrize(("elapsed", "spent"), [(0, 60), (15, 40), (29.99, 20), (30, 20), (60, 10), (90, 0), (500, 0)])
def test_what_is_spent_is_foreseen_over_the_turn(elapsed: float, spent: int) -> None:
    assert Window(100, 60, 80, 30, 20, 90).spent(elapsed) == spent


def test_a_spent_budget_has_a_unit_again_when_the_previous_window_faded_enough() -> None:
    window = Window(100, 60, before=80, before_ttl=30, current=60, current_ttl=90)
    assert window.remaining == 0
    assert window.spent(window.retry_in - 0.003) == 100
    assert window.spent(window.retry_in) == 99


def test_a_window_filled_by_itself_waits_for_its_turn() -> None:
    window = Window(100, 60, before=0, before_ttl=0, current=100, current_ttl=90)
    assert window.retry_in == pytest.approx(30.002)


def test_a_window_nobody_wrote_to_is_whole() -> None:
    assert Window(100, 60, 0, 0, 0, 0).turns_in == 60
