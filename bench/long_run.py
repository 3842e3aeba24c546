"""The long run: does the web process stay small after a million requests over a thousand documents?"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.contenders import Contender
from bench.documents import aliased
from bench.load import Order, run_apart
from bench.measure import Failed
from bench.processes import resident_bytes
from bench.work import LIST_OF_CONVERSATIONS, Tenant, ask

REQUESTS = 1_000_000
DOCUMENTS = 1_000
LEGS = 10
CLIENTS = 16
LONGEST = 3600.0


@dataclass(frozen=True, slots=True)
class Leg:
    """Where the run stood after so many requests: resident bytes then, and requests per second of the leg up to there."""

    requests: int
    resident: int
    rate: float


@dataclass(frozen=True, slots=True)
class LongRun:
    """Memory along the way; `idle` is before any request."""

    documents: int
    idle: int
    legs: Sequence[Leg]

    @property
    def last(self) -> Leg:
        """Where it ended."""
        return self.legs[-1]


def long_run(contender: Contender, tenants: Sequence[Tenant], requests: int, say: Callable[[str], None]) -> LongRun:
    """So many requests in ten legs, each document about as often as any other; raises `Failed` with the first bad answer."""
    row = many_documents(tenants, DOCUMENTS)
    done = 0
    legs: list[Leg] = []
    for leg in shares(requests, LEGS):
        start = done % len(row)
        result = run_apart(Order(contender.port, row[start:] + row[:start], CLIENTS, LONGEST, count=leg))
        if result.failures:
            raise Failed(f"{contender.name} failed after {done + len(result.latencies):,} requests: {result.failures[0]}")
        done += len(result.latencies)
        legs.append(Leg(done, resident_bytes(contender.pid), len(result.latencies) / result.seconds))
        say(f"{done:>9,} requests: {legs[-1].resident / 1e6:.1f} MB, {legs[-1].rate:,.0f}/s")
    return LongRun(DOCUMENTS, contender.idle_bytes, legs)


def many_documents(tenants: Sequence[Tenant], documents: int) -> list[bytes]:
    """Q1 under so many sets of aliases, all of them by each company, mixed, and always in the same way."""
    texts = [aliased(LIST_OF_CONVERSATIONS, f"m{each}") for each in range(documents)]
    row = [ask(text, "Q1", tenant, {}) for text in texts for tenant in tenants]
    random.Random(1).shuffle(row)
    return row


def shares(whole: int, parts: int) -> list[int]:
    """The whole in equal parts, what is left over in the last one."""
    each = whole // parts
    return [each] * (parts - 1) + [whole - each * (parts - 1)]
