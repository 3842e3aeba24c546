"""What is printed."""

import os
import platform

from bench import report
from bench.first_sight import Sight
from bench.jobs import JobsRun
from bench.postgraphile import q1
from bench.work import items
from tests.bench.examples import TENANTS, series

MEMORY = {name: report.Memory(133_000_000, 150_000_000) for name in ("ceiling", "parley", "usual")}
LIMIT = report.LoadLimit({1: 1000.0, 16: 2000.0}, 0.0001)
SIGHT = Sight("parley", [0.004, 0.006], [0.001, 0.002])
JOBS = JobsRun("through arq", 20_000, 10.0, 9.0, 90_000_000, [0.004, 0.006, 0.008])


def findings() -> report.Findings:
    names = ("ceiling", "parley", "usual")
    measured = [series("R1", name, [4000 / 2**at], clients) for clients in (1, 16) for at, name in enumerate(names)]
    return report.Findings(measured, MEMORY, LIMIT, [SIGHT], ["a machine"], ["a note"], [JOBS])


def test_the_table_has_ratios_to_the_ceiling_and_to_the_usual_way() -> None:
    lines = report.item_table([series("R1", "ceiling", [4000]), series("R1", "parley", [2000]), series("R1", "usual", [500])])
    assert lines[3] == "|      16 | parley    |      2,000 |       0.50 |     4.00 |   1.00 |   2.00 |         0.100 |           0.200 |"
    assert {len(line) for line in lines} == {len(lines[0])}


def test_first_sights_are_in_milliseconds_with_the_difference() -> None:
    lines = report.sight_lines([SIGHT])
    cells = [cell.strip() for cell in lines[-1].strip("|").split("|")]
    assert cells == ["parley", "5.00", "6.00", "6.00", "1.50", "3.50"]


def test_figures_stand_to_the_right_below_zero_too() -> None:
    assert report.table(("who", "more"), [("a", "-0.11"), ("b", "2.71")]) == [
        "| who |  more |",
        "|-----|------:|",
        "| a   | -0.11 |",
        "| b   |  2.71 |",
    ]


def test_the_whole_report_ends_with_the_targets() -> None:
    text = report.whole_report(findings(), [item for item in items(TENANTS) if item.name == "R1"])
    assert [line for line in text.splitlines() if line.startswith("## ")] == [
        "## R1: REST: 20 newest conversations and their total",
        "## First sight",
        "## Jobs",
        "## Memory",
        "## Load generator",
        "## Targets",
    ]
    assert text.partition("## Targets\n\n")[2].splitlines()[:5] == [
        "- MISSED: R1 at 16 clients: requests per second 0.5 times that of ceiling, wanted at least 0.7",
        "- met: first sight of a document: 5.0 ms, 99 of 100 within 6.0 ms, worst 6.0 ms, wanted at most 15 ms",
        "- met: idle web process: 133.0 MB, wanted under 200 MB",
        "- met: jobs through arq: 2,000 a second in one worker process, wanted at least 1,000",
        "- met: jobs through arq: p99 of the pick-up at 200 a second 8.0 ms, wanted under 100 ms",
    ]


def test_a_run_of_jobs_alone_has_its_table_and_its_targets() -> None:
    lines = report.jobs_section([JOBS], ["a machine"]).splitlines()
    assert lines[:3] == ["## Jobs", "", "- a machine"]
    [row] = [line for line in lines if line.startswith("| through arq")]
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells == ["through arq", "20,000", "2,000", "0.450", "90", "6.0", "8.0", "8.0"]
    assert [line.split(":")[0] for line in lines[-2:]] == ["- met", "- met"]


def test_a_run_without_jobs_says_so() -> None:
    assert report.jobs_lines([]) == ["Not measured in this run."]


def test_the_report_says_that_data_alone_is_compared() -> None:
    assert "- GraphQL answers are compared by `data` alone:" in report.whole_report(findings(), [])


def test_a_run_without_parley_says_so() -> None:
    found = report.Findings([], {"ceiling": MEMORY["ceiling"]}, LIMIT, [], [], [])
    assert report.target_lines(found) == ["not measured: Parley did not take part"]


def test_the_section_beside_postgraphile_has_its_ratio_and_its_target() -> None:
    measured = [series("Q1", "parley", [4000]), series("Q1", "postgraphile", [1000])]
    memory = {"parley": MEMORY["parley"], "postgraphile": MEMORY["usual"]}
    found = report.Findings(measured, memory, LIMIT, [], ["a machine"], [])
    lines = report.postgraphile_section(found, q1(TENANTS), "PostGraphile 5 on Node 26").splitlines()
    assert lines[:3] == ["## Beside PostGraphile", "", "- a machine"]
    assert any("| of postgraphile |" in line for line in lines)
    assert lines[-1] == "- met: Q1 at 16 clients: requests per second 4 times that of postgraphile, wanted at least 3"


def test_the_machine_is_described() -> None:
    _, hardware, software = report.machine("18.4")
    assert f"{os.cpu_count()} cores" in hardware
    assert software == f"PostgreSQL 18.4, Python {platform.python_version()}"
