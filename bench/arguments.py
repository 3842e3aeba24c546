"""What the command line asks for."""

import argparse
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.contenders import KINDS
from bench.long_run import REQUESTS

CONTENDERS = tuple(kind.name for kind in KINDS)
ITEMS = ("R1", "R2", "Q1", "Q2", "Q3")
# Beside PostGraphile few rounds say little: the ratio of 5 swings by 5 %.
ROUNDS, BESIDE_POSTGRAPHILE, QUICK = 5, 20, 2


@dataclass(frozen=True, slots=True)
class Arguments:
    """One of four runs, and how long it shall take; seconds per turn. A usual run that is whole measures jobs too."""

    memory: bool
    jobs: bool
    postgraphile: bool
    knowledge: bool
    quick: bool
    rounds: int
    seconds: float
    requests: int
    fresh: bool
    only: Sequence[str]
    items: Sequence[str]

    @property
    def whole(self) -> bool:
        """Whether everybody is measured at everything."""
        return self.only == CONTENDERS and self.items == ITEMS

    @property
    def kept(self) -> bool:
        """Whether the run is full enough for results.md."""
        return self.requests >= REQUESTS if self.memory else self.whole and not self.quick


def read_arguments(words: Sequence[str] | None = None) -> Arguments:
    """Ends the program with a message when they make no sense."""
    given = parser().parse_args(words)
    return Arguments(
        memory=given.memory,
        jobs=given.jobs,
        postgraphile=given.postgraphile,
        knowledge=given.knowledge,
        quick=given.quick,
        rounds=given.rounds or (QUICK if given.quick else BESIDE_POSTGRAPHILE if given.postgraphile else ROUNDS),
        seconds=given.seconds or (0.7 if given.quick else 2.0),
        requests=given.requests,
        fresh=given.fresh,
        only=given.only,
        items=given.items,
    )


def parser() -> argparse.ArgumentParser:
    """The options."""
    purpose = "Measure Parley against a hand-written ceiling and the usual way."
    options = argparse.ArgumentParser(prog="python -m bench", description=purpose)
    rare = f"beside PostGraphile: {BESIDE_POSTGRAPHILE}; quick: {QUICK}"
    runs = options.add_mutually_exclusive_group()
    runs.add_argument("--memory", action="store_true", help="instead: Parley's memory after a million requests (some minutes)")
    runs.add_argument("--jobs", action="store_true", help="instead: what one worker process does (a minute; part of the usual run)")
    runs.add_argument("--postgraphile", action="store_true", help="instead: Parley beside PostGraphile at Q1 (4 minutes; npm installs it)")
    runs.add_argument("--knowledge", action="store_true", help="instead: ingestion, and searches in 100,000 passages (half an hour, once)")
    options.add_argument("--quick", action="store_true", help="few and short rounds, for people in a hurry")
    options.add_argument("--rounds", type=positive(int), help=f"rounds per work item and number of clients ({ROUNDS}; {rare})")
    options.add_argument("--seconds", type=positive(float), help="length of one contender's turn (2; quick: 0.7)")
    options.add_argument("--requests", type=at_least(1000), default=REQUESTS, help=f"how many with --memory ({REQUESTS:,})")
    options.add_argument("--fresh", action="store_true", help="throw away what earlier runs filled the database with")
    options.add_argument("--only", type=some_of(CONTENDERS), default=CONTENDERS, help=f"of {', '.join(CONTENDERS)}; comma separated")
    options.add_argument("--items", type=some_of(ITEMS), default=ITEMS, help=f"of {', '.join(ITEMS)}; comma separated")
    return options


def positive(kind: Callable[[str], float]) -> Callable[[str], float]:
    """A number above zero."""

    def read(text: str) -> float:
        if not 0 < (number := kind(text)) < math.inf:
            raise argparse.ArgumentTypeError("must be above zero")
        return number

    return read


def at_least(least: int) -> Callable[[str], int]:
    """A whole number that is no smaller."""

    def read(text: str) -> int:
        if (number := int(text)) < least:
            raise argparse.ArgumentTypeError(f"must be at least {least:,}")
        return number

    return read


def some_of(names: Sequence[str]) -> Callable[[str], Sequence[str]]:
    """Names of a list, in the list's order."""

    def read(text: str) -> Sequence[str]:
        if unknown := set(text.split(",")) - set(names):
            raise argparse.ArgumentTypeError(f"{', '.join(sorted(unknown))}: known are {', '.join(names)}")
        return tuple(name for name in names if name in text.split(","))

    return read
