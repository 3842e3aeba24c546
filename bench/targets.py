"""What is wanted of Parley, and whether a run shows it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bench.first_sight import Sight
from bench.jobs import RATE, JobsRun
from bench.long_run import LongRun
from bench.measure import Series

GRAPHQL = ("Q1", "Q2", "Q3")
REST = ("R1", "R2")
MANY = 16
ONE = 1

FIRST_SIGHT = 0.015
IDLE = 200_000_000
AFTER_LONG_RUN = 160_000_000
JOBS_A_SECOND = 1000
PICK_UP = 0.1

NAMES = {"rate": "requests per second", "server_cpu": "server CPU per request", "p50": "p50"}


@dataclass(frozen=True, slots=True)
class Target:
    """At least or at most so many times another contender's figure, at each of the items."""

    items: Sequence[str]
    clients: int
    figure: str
    other: str
    bound: float
    at_least: bool = True

    def line(self, item: str, mine: Series | None, theirs: Series | None) -> str:
        """What was measured, and the verdict."""
        what = f"{item} at {self.clients} client{'s' * (self.clients > 1)}: {NAMES[self.figure]}"
        wanted = f"wanted at {'least' if self.at_least else 'most'} {self.bound:g}"
        if mine is None or theirs is None:
            return f"not measured: {what} against {self.other}, {wanted}"
        times = mine.against(theirs, self.figure)
        met = times >= self.bound if self.at_least else times <= self.bound
        return verdict(f"{what} {times:.3g} times that of {self.other}, {wanted}", met=met)


TARGETS = (
    Target(GRAPHQL, MANY, "rate", "ceiling", 0.6),
    Target(GRAPHQL, MANY, "rate", "usual", 20),
    Target(GRAPHQL, MANY, "server_cpu", "ceiling", 2.5, at_least=False),
    Target(GRAPHQL, ONE, "p50", "ceiling", 1.6, at_least=False),
    Target(REST, MANY, "rate", "ceiling", 0.7),
)
BESIDE_POSTGRAPHILE = (Target(("Q1",), MANY, "rate", "postgraphile", 3),)


def against_others(wanted: Sequence[Target], series: Sequence[Series], took_part: Mapping[str, object]) -> Iterator[str]:
    """The lines of the targets whose items and contenders were in the run; what then is missing was refused or had no such clients."""
    at = {(each.item, each.clients, each.contender): each for each in series}
    items = {each.item for each in series}
    for target in wanted:
        if "parley" in took_part and target.other in took_part:
            for item in target.items:
                if item in items:
                    mine, theirs = (at.get((item, target.clients, who)) for who in ("parley", target.other))
                    yield target.line(item, mine, theirs)


def first_sight(sight: Sight) -> str:
    """The time of a document that the server has never seen: hardly any may exceed the bound."""
    what = (
        f"first sight of a document: {sight.typical * 1000:.1f} ms, 99 of 100 within {sight.nearly_worst * 1000:.1f} ms, "
        f"worst {sight.worst * 1000:.1f} ms, wanted at most {FIRST_SIGHT * 1000:.0f} ms"
    )
    return verdict(what, met=sight.worst <= FIRST_SIGHT)


def idle(resident: int) -> str:
    """Memory before any request."""
    return verdict(f"idle web process: {resident / 1e6:.1f} MB, wanted under {IDLE / 1e6:.0f} MB", met=resident < IDLE)


def long_run(run: LongRun) -> str:
    """Memory where the long run ended."""
    what = f"web process after {run.last.requests:,} requests over {run.documents:,} documents: {run.last.resident / 1e6:.1f} MB"
    return verdict(f"{what}, wanted under {AFTER_LONG_RUN / 1e6:.0f} MB", met=run.last.resident < AFTER_LONG_RUN)


def jobs(run: JobsRun) -> Iterator[str]:
    """How many jobs one worker does, and how soon it begins them: with Redis and without."""
    rate = f"jobs {run.way}: {run.rate:,.0f} a second in one worker process, wanted at least {JOBS_A_SECOND:,}"
    yield verdict(rate, met=run.rate >= JOBS_A_SECOND)
    p99 = run.wait(0.99)
    pick_up = f"jobs {run.way}: p99 of the pick-up at {RATE} a second {p99 * 1000:.1f} ms, wanted under {PICK_UP * 1000:.0f} ms"
    yield verdict(pick_up, met=p99 < PICK_UP)


def verdict(what: str, *, met: bool) -> str:
    """A target's line."""
    return f"{'met' if met else 'MISSED'}: {what}"
