"""The benchmark's own parts: what is compared, what is counted, what is printed."""

import asyncio
import os
import platform
import subprocess
import sys
import time
from array import array
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from bench import report
from bench.load import Order, Result, measure
from bench.measure import Round, Series, figures
from bench.processes import TICK, cpu_seconds, resident_bytes, stat_fields
from bench.trivial import Trivial
from bench.work import Tenant, canonical, differences, items, left_aside

TENANTS = [Tenant(f"company-{n}", f"token-{n}", [f"contact-{n}"], [f"conversation-{n}"], ["ada", "grace"]) for n in range(2)]


class Refusing(asyncio.Protocol):
    """Answers everything with 429."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.transport.write(b"HTTP/1.1 429 Too Many Requests\r\ncontent-length: 0\r\n\r\n")


class Dripping(asyncio.Protocol):
    """Sends its answer byte by byte."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.task = asyncio.ensure_future(self.drip(b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc"))

    async def drip(self, answer: bytes) -> None:
        for at in range(len(answer)):
            self.transport.write(answer[at : at + 1])
            await asyncio.sleep(0)


@asynccontextmanager
async def serving(protocol: Callable[[], asyncio.Protocol]) -> AsyncIterator[int]:
    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


def series(item: str, contender: str, rates: list[float], clients: int = 16) -> Series:
    rounds = [Round(100, rate, p50=0.001, p99=0.002, server_cpu=0.01, database_cpu=0.02) for rate in rates]
    return Series(item, clients, contender, rounds)


def test_times_are_equal_however_they_are_spelt() -> None:
    spellings = ("2026-01-02T03:04:05.5Z", "2026-01-02T03:04:05.500000+00:00", "2026-01-02T04:04:05.5+01:00")
    assert {canonical(spelling) for spelling in spellings} == {"2026-01-02T03:04:05.500000+00:00"}
    assert canonical({"said": ["at 2026-01-02T03:04:05Z"]}) == {"said": ["at 2026-01-02T03:04:05Z"]}


def test_answers_are_compared_by_their_common_keys_in_order() -> None:
    one = {"rows": [{"id": 1, "extra": True}, {"id": 2}], "total": 2}
    other = {"rows": [{"id": 1}, {"id": 2}], "total": 2, "limit": 20}
    assert differences({"a": one, "b": other}) == []
    assert left_aside({"a": one, "b": other}) == {".rows[].extra", ".limit"}


def test_another_order_another_length_and_another_value_are_told() -> None:
    assert differences({"a": {"ids": [1, 2]}, "b": {"ids": [2, 1]}}) == [".ids[0]: {'a': 1, 'b': 2}", ".ids[1]: {'a': 2, 'b': 1}"]
    assert differences({"a": {"ids": [1, 2]}, "b": {"ids": [1]}}) == [".ids: lengths {'a': 2, 'b': 1}"]
    assert differences({"a": {"total": 1}, "b": {"total": None}}) == [".total: {'a': 1, 'b': None}"]
    assert differences({"a": {"total": 1}, "b": {"count": 1}}) == ["the answer: no common keys"]


def test_requests_take_turns_between_companies() -> None:
    search = next(item for item in items(TENANTS) if item.name == "Q3")
    asked = [(request.split(b"\r\n")[1], b"grace" in request) for request in search.requests]
    assert asked == [
        (b"X-Company: company-0", False),
        (b"X-Company: company-1", False),
        (b"X-Company: company-0", True),
        (b"X-Company: company-1", True),
    ]


def test_a_posted_request_says_how_long_it_is() -> None:
    request = next(item for item in items(TENANTS) if item.name == "Q2").requests[0]
    head, _, body = request.partition(b"\r\n\r\n")
    assert f"Content-Length: {len(body)}".encode() in head.split(b"\r\n")


def test_fields_of_a_process_with_an_odd_name_are_found() -> None:
    assert stat_fields("12 (a) b (c) S 1 2 3\n") == ["S", "1", "2", "3"]


def test_a_process_that_has_ended_used_nothing() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        child.wait(10)
    assert (cpu_seconds(child.pid), resident_bytes(child.pid)) == (0.0, 0)


def test_cpu_time_counts_the_process_and_its_children() -> None:
    burn = "import time\nwhile time.process_time() < 0.2: pass\nprint('done', flush=True)\ninput()"
    before, own = cpu_seconds(os.getpid()), time.process_time()
    with subprocess.Popen([sys.executable, "-c", burn], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "done\n"
        living = cpu_seconds(os.getpid()) - before
        assert cpu_seconds(child.pid) >= 0.2 - 2 * TICK
        child.communicate("\n", timeout=10)
    waited_for = cpu_seconds(os.getpid()) - before
    own = time.process_time() - own
    assert living >= 0.2 - 4 * TICK
    assert own + 0.2 - 4 * TICK <= waited_for <= own + 2


def test_resident_memory_counts_what_a_process_holds() -> None:
    hold = "import os\nheld = os.urandom(50_000_000)\nprint('held', flush=True)\ninput()"
    with subprocess.Popen([sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "held\n"
        assert 50e6 < resident_bytes(child.pid) < 100e6
        child.communicate("\n", timeout=10)


async def test_the_load_generator_counts_whole_answers() -> None:
    async with serving(Trivial) as port:
        result = await measure(Order(port, [b"GET / HTTP/1.1\r\n\r\n"], clients=4, seconds=0.1))
    assert result.failures == []
    assert len(result.latencies) > 20
    assert all(0 < each < result.seconds for each in result.latencies)


async def test_the_load_generator_waits_for_an_answer_in_pieces() -> None:
    async with serving(Dripping) as port:
        result = await measure(Order(port, [b"GET / HTTP/1.1\r\n\r\n"], clients=2, seconds=0.05))
    assert (result.failures, len(result.latencies) >= 2) == ([], True)


async def test_the_load_generator_reports_a_refusal_and_stops() -> None:
    async with serving(Refusing) as port:
        result = await measure(Order(port, [b"GET / HTTP/1.1\r\n\r\n"], clients=2, seconds=5))
    assert len(result.latencies) == 0
    assert [each.split("\r\n")[0] for each in result.failures] == ["HTTP/1.1 429 Too Many Requests"] * 2
    assert result.seconds < 4


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


def test_the_table_has_ratios_to_the_ceiling_and_to_the_usual_way() -> None:
    lines = report.item_table([series("R1", "ceiling", [4000]), series("R1", "parley", [2000]), series("R1", "usual", [500])])
    assert lines[3] == "|      16 | parley    |      2,000 |       0.50 |     4.00 |   1.00 |   2.00 |         0.100 |           0.200 |"
    assert {len(line) for line in lines} == {len(lines[0])}


def test_targets_are_judged_at_sixteen_clients() -> None:
    measured = [series("R1", "ceiling", [100]), series("R1", "parley", [50]), series("R2", "ceiling", [100]), series("R2", "parley", [49])]
    aside = [series("R2", "ceiling", [100], clients=1), series("R2", "parley", [90], clients=1)]
    found = report.Findings([*measured, *aside], {"parley": report.Memory(201_000_000, 210_000_000)}, {1: 1000.0}, 0.0001, [], [])
    assert report.targets(found) == [
        "met: R1 at 16 clients: 0.50 of the ceiling's requests per second, wanted at least 0.5",
        "MISSED: R2 at 16 clients: 0.49 of the ceiling's requests per second, wanted at least 0.5",
        "MISSED: idle web process: 201 MB, wanted under 200 MB",
    ]


def test_the_machine_is_described() -> None:
    _, hardware, software = report.machine("18.4")
    assert f"{os.cpu_count()} cores" in hardware
    assert software == f"PostgreSQL 18.4, Python {platform.python_version()}"
