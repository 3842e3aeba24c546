"""Whether a run shows what is wanted."""

import pytest

from bench import targets
from bench.jobs import JobsRun
from bench.targets import BESIDE_POSTGRAPHILE, TARGETS, Target, against_others
from tests.bench.examples import series

ALL = {"parley": None, "ceiling": None, "usual": None}


def lines(*measured: tuple[str, float, float], clients: int = 16) -> list[str]:
    """The lines for Parley's and the ceiling's rates at items."""
    pairs = [(series(item, "parley", [mine], clients), series(item, "ceiling", [theirs], clients)) for item, mine, theirs in measured]
    return list(against_others(TARGETS, [each for pair in pairs for each in pair], {"parley": None, "ceiling": None}))


def test_a_rate_is_wanted_at_sixteen_clients() -> None:
    assert lines(("R1", 70, 100), ("R2", 69.8, 100)) == [
        "met: R1 at 16 clients: requests per second 0.7 times that of ceiling, wanted at least 0.7",
        "MISSED: R2 at 16 clients: requests per second 0.698 times that of ceiling, wanted at least 0.7",
    ]


def test_a_missing_measurement_is_told() -> None:
    assert lines(("R1", 90, 100), clients=1) == ["not measured: R1 at 16 clients: requests per second against ceiling, wanted at least 0.7"]


def test_what_did_not_take_part_has_no_targets() -> None:
    measured = [series("Q1", "parley", [100]), series("Q1", "usual", [10])]
    assert list(against_others(TARGETS, measured, {"usual": None})) == []
    assert [line.split(":")[0] for line in against_others(TARGETS, measured, {"parley": None, "usual": None})] == ["MISSED"]


@pytest.mark.parametrize(("times", "verdict"), [(2.5, "met"), (2.51, "MISSED")])
def test_cpu_time_may_be_so_much_more(times: float, verdict: str) -> None:
    measured = [series("Q2", "ceiling", [100], cpu=0.5), series("Q2", "parley", [100], cpu=0.5 * times)]
    line = next(line for line in against_others(TARGETS, measured, ALL) if "CPU" in line)
    assert line == f"{verdict}: Q2 at 16 clients: server CPU per request {times:g} times that of ceiling, wanted at most 2.5"


@pytest.mark.parametrize(("times", "verdict"), [(1.5, "met"), (1.75, "MISSED")])
def test_one_client_may_wait_so_much_longer(times: float, verdict: str) -> None:
    measured = [series("Q3", "ceiling", [100], clients=1, p50=0.5), series("Q3", "parley", [100], clients=1, p50=0.5 * times)]
    line = next(line for line in against_others(TARGETS, measured, ALL) if "p50" in line)
    assert line == f"{verdict}: Q3 at 1 client: p50 {times:g} times that of ceiling, wanted at most 1.6"


def test_a_whole_run_has_fourteen_targets_against_others() -> None:
    measured = [
        series(item, contender, [rate], clients)
        for item in ("R1", "R2", "Q1", "Q2", "Q3")
        for contender, rate in (("parley", 100.0), ("ceiling", 110.0), ("usual", 2.0))
        for clients in (1, 16)
    ]
    found = list(against_others(TARGETS, measured, ALL))
    assert (len(found), {line.split(":")[0] for line in found}) == (14, {"met"})


def test_postgraphile_is_wanted_three_times() -> None:
    measured = [series("Q1", "parley", [299]), series("Q1", "postgraphile", [100])]
    assert list(against_others(BESIDE_POSTGRAPHILE, measured, {"parley": None, "postgraphile": None})) == [
        "MISSED: Q1 at 16 clients: requests per second 2.99 times that of postgraphile, wanted at least 3"
    ]


def test_a_target_takes_the_median_of_neighbours() -> None:
    mine, theirs = series("Q1", "parley", [60, 10, 70]), series("Q1", "ceiling", [100, 100, 100])
    assert Target(("Q1",), 16, "rate", "ceiling", 0.6).line("Q1", mine, theirs).startswith("met")


def test_an_idle_process_must_be_under_two_hundred_megabytes() -> None:
    assert targets.idle(199_900_000) == "met: idle web process: 199.9 MB, wanted under 200 MB"
    assert targets.idle(200_000_000) == "MISSED: idle web process: 200.0 MB, wanted under 200 MB"


def test_jobs_are_wanted_a_thousand_a_second_and_within_a_tenth_of_one() -> None:
    assert list(targets.jobs(JobsRun("without Redis", 999, 1.0, 1.0, 0, [0.1] * 100))) == [
        "MISSED: jobs without Redis: 999 a second in one worker process, wanted at least 1,000",
        "MISSED: jobs without Redis: p99 of the pick-up at 200 a second 100.0 ms, wanted under 100 ms",
    ]
    found = targets.jobs(JobsRun("through arq", 1000, 1.0, 1.0, 0, [0.099] * 100))
    assert [line.split(":")[0] for line in found] == ["met", "met"]
