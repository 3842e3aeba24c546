"""Rounds: the contenders take turns, so that whatever else the machine does falls on all of them alike."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import TypeVar

from bench.contenders import Contender
from bench.load import Order, Result, run_apart
from bench.processes import cpu_seconds
from bench.servers import Servers
from bench.work import Item

CPU = ("server_cpu", "database_cpu")

Turn = TypeVar("Turn")


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
    """One contender's turn; latencies and CPU time are in seconds. The server's time includes Valkey's: it counts requests for Parley."""

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

    def against(self, other: "Series", name: str = "rate") -> float:
        """How many times the other's figure: the median over rounds that were neighbours in time; for CPU time that of all rounds."""
        if name in CPU:
            theirs = other.per_request(name)
            return self.per_request(name) / theirs if theirs else math.inf
        return float(median(getattr(mine, name) / getattr(theirs, name) for mine, theirs in zip(self.rounds, other.rounds, strict=True)))


def measure_item(item: Item, contenders: Sequence[Contender], plan: Plan, servers: Servers, say: Callable[[str], None]) -> list[Series]:
    """All rounds of one work item, after one of warming up that is not counted."""
    for contender in contenders:
        take_turn(contender, item, max(plan.clients), contender.kind.warm_up, servers)
    every: list[Series] = []
    for clients in plan.clients:
        series = [Series(item.name, clients, contender.name) for contender in contenders]
        for number in range(plan.rounds):
            for contender, its in to_and_fro(list(zip(contenders, series, strict=True)), number):
                its.rounds.append(take_turn(contender, item, clients, plan.seconds, servers))
        say(f"{item.name} {clients:>2} clients: " + ", ".join(f"{its.contender} {its.typical('rate'):,.0f}/s" for its in series))
        every += series
    return every


def to_and_fro(turns: Sequence[Turn], number: int) -> Sequence[Turn]:
    """Every other round backwards: neighbours stay neighbours, and nobody always comes after the same one."""
    return turns[::-1] if number % 2 else turns


def take_turn(contender: Contender, item: Item, clients: int, seconds: float, servers: Servers) -> Round:
    """One contender's turn; raises `Failed` with the first bad answer."""
    before = spent(contender, servers)
    result = run_apart(Order(contender.port, item.asked_of(contender.name), clients, seconds))
    server, database = (now - then for now, then in zip(spent(contender, servers), before, strict=True))
    if result.failures:
        raise Failed(f"{contender.name} failed at {item.name}: {result.failures[0]}")
    return figures(result, server, database)


def spent(contender: Contender, servers: Servers) -> tuple[float, float]:
    """CPU seconds so far of the contender with Valkey, and of PostgreSQL."""
    return cpu_seconds(contender.pid) + cpu_seconds(servers.valkey_pid), cpu_seconds(servers.postgres_pid)


def figures(result: Result, server: float, database: float) -> Round:
    """A round's figures from what was seen and the CPU seconds that were spent."""
    ordered = sorted(result.latencies)
    rate = len(ordered) / result.seconds
    return Round(len(ordered), rate, quantile(ordered, 0.5), quantile(ordered, 0.99), server, database)


def quantile(ordered: Sequence[float], share: float) -> float:
    """The smallest of the ordered values that so large a share does not exceed."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
