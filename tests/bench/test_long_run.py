"""The long run's requests and its bookkeeping, against the server that answers without looking."""

import json
from collections import Counter
from pathlib import Path

from bench.contenders import TRIVIAL, running
from bench.long_run import Leg, LongRun, long_run, many_documents, shares
from bench.report import long_run_section
from bench.servers import Servers
from tests.bench.examples import TENANTS


def test_every_company_asks_every_document_once_in_a_round() -> None:
    row = many_documents(TENANTS, 50)
    asked = Counter((each.split(b"\r\n")[1], json.loads(each.partition(b"\r\n\r\n")[2])["query"]) for each in row)
    assert (len(row), len(asked), set(asked.values())) == (100, 100, {1})
    assert len({document for _, document in asked}) == 50


def test_the_row_is_mixed_and_always_the_same() -> None:
    row = many_documents(TENANTS, 50)
    assert row == many_documents(TENANTS, 50)
    assert row != sorted(row)


def test_legs_add_up_to_the_whole() -> None:
    assert shares(1_000_000, 10) == [100_000] * 10
    assert shares(1_003, 10) == [100] * 9 + [103]


def test_memory_is_noted_along_the_way(tmp_path: Path) -> None:
    servers = Servers(tmp_path, "", "", "", "", 0, 0)
    said: list[str] = []
    with running([TRIVIAL], servers, "") as (trivial,):
        run = long_run(trivial, TENANTS, 2_005, said.append)
        assert run.idle == trivial.idle_bytes
    assert [leg.requests for leg in run.legs] == [200, 400, 600, 800, 1000, 1200, 1400, 1600, 1800, 2005]
    assert all(5e6 < leg.resident < 100e6 and leg.rate > 0 for leg in run.legs)
    assert len(said) == 10
    assert said[-1].startswith("    2,005 requests: ")


def test_the_section_has_all_legs_and_the_verdict_of_the_last() -> None:
    run = LongRun(1000, 133_000_000, [Leg(500_000, 170_000_000, 4000.0), Leg(1_000_000, 159_940_000, 4100.0)])
    lines = long_run_section(run, ["today"]).splitlines()
    assert lines[:3] == ["## Long run", "", "- today"]
    assert [line.split() for line in lines if line.startswith("| ")][1:] == [
        ["|", "0", "|", "133.0", "|", "|"],
        ["|", "500,000", "|", "170.0", "|", "4,000", "|"],
        ["|", "1,000,000", "|", "159.9", "|", "4,100", "|"],
    ]
    assert lines[-1] == "- met: web process after 1,000,000 requests over 1,000 documents: 159.9 MB, wanted under 160 MB"


def test_a_process_that_ends_too_large_misses_the_target() -> None:
    run = LongRun(1000, 133_000_000, [Leg(1_000_000, 160_000_000, 4000.0)])
    assert "\n- MISSED: web process after 1,000,000 requests" in long_run_section(run, [])
