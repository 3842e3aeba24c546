"""How many documents are generated, from which seed, in batches; `make fuzz` asks for many more than the tests do."""

import os
from typing import TypeVar

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

T = TypeVar("T")
SEED = int(os.environ.get("FUZZ_SEED", "0"))
DOCUMENTS = int(os.environ.get("FUZZ_DOCUMENTS", "1000"))
# Small batches, because hypothesis varies each example a little before it goes on to another one.
BATCH = 400
BATCHES = -(-DOCUMENTS // BATCH)
# Of each batch so many are hypothesis-graphql's.
OF_LIBRARY = 100
CHECKS = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]


def examples(strategy: st.SearchStrategy[T], count: int, number: int) -> list[T]:
    """So many examples of a strategy, the same every time for one seed and batch number.

    They are made before any of them is asked: what one finds in a cache must not decide what the next one is.
    """
    found: list[T] = []

    @seed(SEED * 1000 + number)
    @settings(max_examples=count, deadline=None, database=None, phases=(Phase.generate,), suppress_health_check=CHECKS)
    @given(strategy)
    def collect(example: T) -> None:
        found.append(example)

    collect()
    return found


def seeded(number: int) -> str:
    """How to ask a batch again."""
    return f"batch {number} of FUZZ_SEED={SEED} FUZZ_DOCUMENTS={DOCUMENTS}"
