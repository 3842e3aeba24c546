"""Generated documents, asked both ways by callers of all kinds: the same data, the same errors, the same cost."""

from collections.abc import Callable

import pytest
from hypothesis import strategies as st

from tests.differential.alike import Comparison
from tests.differential.callers import Caller, callers
from tests.differential.composer import questions
from tests.differential.fuzz import BATCH, BATCHES, DOCUMENTS, OF_LIBRARY, examples, seeded
from tests.differential.library import library_questions
from tests.differential.pools import Pools
from tests.differential.variants import variants
from tests.differential.ways import Question, Ways
from tests.differential.world import World

# Of the documents that were asked rightly, and take the database, the share that plans answer: to be raised, never lowered.
FLOOR = 0.9
each_batch = pytest.mark.parametrize("number", range(BATCHES))


@pytest.fixture(scope="module")
def comparison(world: World, ways: Ways) -> Comparison:
    """All documents of this module are counted together."""
    return Comparison(world, ways)


def asking(world: World) -> st.SearchStrategy[list[Caller]]:
    """Who asks a document; now and then somebody of the other company after it, of the plan that was made for the first."""
    acme, rival = callers(world.acme), callers(world.rival)
    alone = acme.map(lambda caller: [caller])
    return st.one_of(alone, alone, st.tuples(acme, rival).map(list), st.tuples(rival, acme).map(list))


async def compare(comparison: Comparison, strategy: st.SearchStrategy[Question], count: int, number: int) -> None:
    """Ask one batch of documents both ways."""
    for question, asked_by in examples(st.tuples(strategy, asking(comparison.world)), count, number):
        for caller in asked_by:
            for each in (question, *variants(question)):
                await comparison.same(caller, each, seeded(number))


@each_batch
async def test_composed_documents(comparison: Comparison, pools: Pools, number: int) -> None:
    await compare(comparison, questions(pools), BATCH - OF_LIBRARY, number)


@each_batch
async def test_library_documents(comparison: Comparison, pools: Pools, number: int) -> None:
    await compare(comparison, library_questions(pools), OF_LIBRARY, number)


def test_plans_answer_most_of_the_documents_above(comparison: Comparison, record_property: Callable[[str, object], None]) -> None:
    tally = comparison.tally
    record_property(f"({tally})", tally.counts["asked"])
    assert tally.counts["asked"] >= DOCUMENTS, "this test counts what the others of its module have asked; run them all"
    assert tally.covered >= FLOOR
