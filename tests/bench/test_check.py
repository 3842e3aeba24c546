"""Whether the contenders answer alike."""

import pytest

from bench.check import Unequal, comparable
from bench.work import differences, items
from tests.bench.examples import TENANTS

Q1 = next(item for item in items(TENANTS) if item.name == "Q1")


def test_extensions_beside_data_make_no_difference() -> None:
    answers = {"parley": {"data": {"id": 1}, "extensions": {"cost": {"actual": 20}}}, "ceiling": {"data": {"id": 1}}}
    assert differences(comparable(Q1, answers)) == []


def test_other_data_makes_a_difference() -> None:
    answers = {"parley": {"data": {"id": 1}}, "ceiling": {"data": {"id": 2}}}
    assert differences(comparable(Q1, answers)) == [".id: {'parley': 1, 'ceiling': 2}"]


def test_an_answer_with_errors_is_not_compared() -> None:
    with pytest.raises(Unequal, match=r"Q1: \{'parley': \['no'\]\}"):
        comparable(Q1, {"parley": {"data": None, "errors": ["no"]}, "ceiling": {"data": {"id": 1}}})
