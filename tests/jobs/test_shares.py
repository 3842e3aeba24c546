"""Whose jobs the free slots go to."""

from uuid import UUID

import pytest

from jobs.shares import most_of_one, shares

A, B, C = (UUID(int=number) for number in (1, 2, 3))


@pytest.mark.parametrize(("slots", "most"), [(1, 1), (2, 1), (3, 2), (4, 3), (20, 15), (100, 75)])
def test_one_company_may_take_three_quarters_of_the_slots(slots: int, most: int) -> None:
    assert most_of_one(slots) == most


def test_a_company_alone_gets_as_much_as_one_may_have() -> None:
    assert shares({A: 500}, {}, 100, 75) == {A: 75}


def test_nobody_is_given_more_than_waits() -> None:
    assert shares({A: 2, B: 1}, {}, 100, 75) == {A: 2, B: 1}


def test_companies_that_wait_share_equally_whatever_they_have_waiting() -> None:
    assert shares({A: 1000, B: 5, C: 1000}, {}, 12, 75) == {A: 4, B: 4, C: 4}


def test_what_one_does_not_need_goes_to_the_others() -> None:
    assert shares({A: 1000, B: 1, C: 1000}, {}, 11, 75) == {A: 5, B: 1, C: 5}


def test_who_holds_slots_already_comes_after_who_holds_none() -> None:
    assert shares({A: 10, B: 10}, {A: 6}, 5, 75) == {B: 5}
    assert shares({A: 10, B: 10}, {A: 6}, 8, 75) == {A: 1, B: 7}


def test_who_has_as_much_as_one_may_have_gets_nothing() -> None:
    assert shares({A: 10}, {A: 75}, 25, 75) == {}
    assert shares({A: 10, B: 10}, {A: 75}, 25, 75) == {B: 10}


def test_among_equals_the_order_decides() -> None:
    assert shares({B: 1, A: 1, C: 1}, {}, 2, 75) == {B: 1, A: 1}


def test_without_a_free_slot_nobody_gets_one() -> None:
    assert shares({A: 10}, {}, 0, 75) == {}
