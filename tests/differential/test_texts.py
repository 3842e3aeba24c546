"""The SQL texts are as many as the forms of a document's values: other values make no other text, and stand in none."""

from random import Random

import pytest

from models.db.graph import FILLED
from models.db.questions import QUESTIONS
from settings import Settings
from tests.contracts import texts
from tests.differential.callers import Caller
from tests.differential.corpus import Document, documents
from tests.differential.pools import Pools
from tests.differential.reshaped import GENERATED, Reshaper
from tests.differential.ways import Ways
from tests.differential.world import World

# Of each document: so many sets of variables, and so many documents with other literals.
VARIED, REWRITTEN = 60, 6
PLANNED = [document for document in documents() if document.mark == "planned"]


def counted() -> tuple[int, int]:
    """How many whole statements and how many lists of rows are remembered."""
    return len(FILLED), len(QUESTIONS)


@pytest.mark.parametrize("document", PLANNED, ids=lambda document: document.name)
async def test_other_values_make_no_other_text(
    document: Document, world: World, differential: Settings, pools: Pools, rival_pools: Pools
) -> None:
    owner, reshaper = Caller(world.acme, "owner"), Reshaper(Random(document.name))
    question = document.question(pools, rival_pools)
    # Nothing is remembered, neither by plans nor in caches: those that are full would not grow.
    ways = Ways.of(world.database, differential)
    for cache in texts.CACHES.values():
        cache.clear()
    assert (await ways.planned(owner, question)).planned
    before = counted()
    made = [reshaper.variables(question) for _ in range(VARIED if question.variables else 0)]
    for each in [*made, *(reshaper.question(question) for _ in range(REWRITTEN))]:
        answer = await ways.planned(owner, each)
        assert answer.planned, f"{each}{answer.body}"
    assert counted() == before
    assert [text for text in texts.remembered() if GENERATED.search(text)] == []


def test_what_is_generated_is_recognised() -> None:
    reshaper = Reshaper(Random(1))
    values = {"ID": "ac3eac3e-0002-4000-8000-000000001eef", "String": "x", "Int": 1, "Decimal": 1, "Date": "", "DateTime": ""}
    made = {name: str(reshaper.scalar(name, value)) for name, value in values.items()}
    assert [name for name, value in made.items() if not GENERATED.search(value)] == []
    assert len(set(made.values()) & set(map(str, values.values()))) == 0
