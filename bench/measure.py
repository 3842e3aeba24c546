"""Rounds: the contenders take turns, so that whatever else the machine does falls on all of them alike."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median

from bench.contenders import Contender
from bench.load import Order, Result, run_apart
from bench.processes import cpu_seconds
from bench.work import Item

WARM_UP = 0.7


class Failed(Exception):
    """A contender answered with something else than 200."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how often; seconds per contender and round."""

    clients: tuple[int, ...]
    rounds: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Round:
    """One contender's turn; latencies and CPU time are in seconds."""

    requests: int
    rate: float
    p50: float
    p99: float
    server_cpu: float
    database_cpu: float


@dataclass(slots=True)
class Series:
    """All rounds of one contender at one work item with so many clients."""

    item: str
    clients: int
    contender: str
    rounds: list[Round] = field(default_factory=list)

    def typical(self, name: str) -> float:
        """The median over the rounds of one of a round's figures."""
        return float(median(getattr(each, name) for each in self.rounds))

    def per_request(self, name: str) -> float:
        """CPU time per request over all rounds: the kernel counts in hundredths of a second, too coarse for one round."""
        return float(sum(getattr(each, name) for each in self.rounds) / sum(each.requests for each in self.rounds))

    def against(self, other: "Series") -> float:
        """How many times the other's rate: the median over rounds that were neighbours in time."""
        return median(mine.rate / theirs.rate for mine, theirs in zip(self.rounds, other.rounds, strict=True))


def measure_item(item: Item, contenders: Sequence[Contender], plan: Plan, postgres_pid: int, say: Callable[[str], None]) -> list[Series]:
    """All rounds of one work item, after one of warming up that is not counted."""
    for contender in contenders:
        take_turn(contender, item, max(plan.clients), WARM_UP, postgres_pid)
    every: list[Series] = []
    for clients in plan.clients:
        series = [Series(item.name, clients, contender.name) for contender in contenders]
        for _ in range(plan.rounds):
            for contender, its in zip(contenders, series, strict=True):
                its.rounds.append(take_turn(contender, item, clients, plan.seconds, postgres_pid))
        say(f"{item.name} {clients:>2} clients: " + ", ".join(f"{its.contender} {its.typical('rate'):,.0f}/s" for its in series))
        every += series
    return every


def take_turn(contender: Contender, item: Item, clients: int, seconds: float, postgres_pid: int) -> Round:
    """One contender's turn; raises `Failed` with the first bad answer."""
    server, database = cpu_seconds(contender.pid), cpu_seconds(postgres_pid)
    result = run_apart(Order(contender.port, item.requests, clients, seconds))
    server, database = cpu_seconds(contender.pid) - server, cpu_seconds(postgres_pid) - database
    if result.failures:
        raise Failed(f"{contender.name} failed at {item.name}: {result.failures[0]}")
    return figures(result, server, database)


def figures(result: Result, server: float, database: float) -> Round:
    """A round's figures from what was seen and the CPU seconds that were spent."""
    ordered = sorted(result.latencies)
    rate = len(ordered) / result.seconds
    return Round(len(ordered), rate, quantile(ordered, 0.5), quantile(ordered, 0.99), server, database)


def quantile(ordered: Sequence[float], share: float) -> float:
    """The smallest of the ordered values that so large a share does not exceed."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
