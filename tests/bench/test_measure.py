"""Figures of rounds, and ratios between them."""

from array import array

import pytest

from bench.load import Result
from bench.measure import Round, Series, figures, to_and_fro
from tests.bench.examples import series


def test_figures_of_a_round() -> None:
    seen = Result(seconds=2.0, latencies=array("d", [0.004, 0.001, 0.003, 0.002]), cpu=0.4, failures=[])
    assert figures(seen, server=0.8, database=1.2) == Round(4, 2.0, 0.003, 0.004, server_cpu=0.8, database_cpu=1.2)


def test_cpu_time_per_request_is_over_all_rounds() -> None:
    rounds = [Round(10, 10.0, 0.1, 0.1, server_cpu=0.01, database_cpu=0.0), Round(30, 30.0, 0.1, 0.1, server_cpu=0.03, database_cpu=0.02)]
    its = Series("R1", 1, "parley", rounds)
    assert (its.per_request("server_cpu"), its.per_request("database_cpu")) == pytest.approx((0.001, 0.0005))


def test_ratios_are_of_neighbouring_rounds() -> None:
    mine, theirs = series("R1", "parley", [50, 60, 5]), series("R1", "ceiling", [100, 100, 10])
    assert mine.against(theirs) == pytest.approx(0.5)


def test_any_figure_can_be_compared() -> None:
    mine, theirs = series("Q1", "parley", [1], cpu=0.03, p50=0.003), series("Q1", "ceiling", [1], cpu=0.02, p50=0.002)
    assert (mine.against(theirs, "p50"), mine.against(theirs, "server_cpu")) == pytest.approx((1.5, 1.5))


def test_cpu_time_too_short_to_be_counted_is_no_division_by_zero() -> None:
    assert series("Q1", "parley", [1]).against(series("Q1", "ceiling", [1], cpu=0.0), "server_cpu") == float("inf")


def test_every_other_round_goes_backwards() -> None:
    assert [to_and_fro(["a", "b", "c"], number) for number in range(3)] == [["a", "b", "c"], ["c", "b", "a"], ["a", "b", "c"]]
