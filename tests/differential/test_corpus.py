"""The hand-written documents: asked both ways by callers of every kind, and answered by a plan wherever they are marked so."""

import pytest

from tests.differential.alike import Comparison
from tests.differential.callers import Caller, several
from tests.differential.corpus import Document, documents
from tests.differential.pools import Pools
from tests.differential.variants import variants
from tests.differential.ways import Ways
from tests.differential.world import World

DOCUMENTS = documents()
each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)


def test_the_corpus_is_large() -> None:
    assert len(DOCUMENTS) >= 100


@each_document
async def test_every_caller_gets_the_same_both_ways(document: Document, world: World, ways: Ways, pools: Pools, rival_pools: Pools) -> None:
    comparison = Comparison(world, ways)
    for company, own, other in ((world.acme, pools, rival_pools), (world.rival, rival_pools, pools)):
        question = document.question(own, other)
        further = () if document.mark == "refused" else variants(question)
        for each in (question, *further):
            for caller in several(company):
                await comparison.same(caller, each)


@each_document
async def test_an_owner_is_answered_as_the_document_is_marked(
    document: Document, world: World, ways: Ways, pools: Pools, rival_pools: Pools
) -> None:
    answer = await ways.planned(Caller(world.acme, "owner"), document.question(pools, rival_pools))
    assert ("refused" if answer.refused else "planned" if answer.planned else "executed") == document.mark, answer.body
    # A plan never hides a mistake of the corpus: what is planned for an owner has no errors.
    assert document.mark != "planned" or "errors" not in answer.body, answer.body["errors"]
    assert answer.statements == 1 or document.mark != "planned"
