"""What the doors remember: made once though many ask at once, never of another schema, and never more than fits."""

import asyncio
import gc
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import strawberry
from strawberry.schema.config import StrawberryConfig

from schema import deals
from schema.planner.run import PlannedRun
from schema.planner.types import Types
from schema.prepared import Documents
from schema.scalars import SCALARS
from settings import Settings
from tests.differential.alike import Comparison
from tests.differential.callers import Caller, several
from tests.differential.ways import Question, Ways
from tests.differential.world import World

NESTED = Question(
    """query ($n: PageSize) { viewer { user { id } } conversations(first: $n) { totalCount nodes {
      id agent { name } contact { email deals(first: 2) { nodes { title } } } messages(last: 2) { totalCount nodes { content } } } } }""",
    {"n": 7},
)
TOTAL = Question("{ deals { totalCount nodes { id title } } }")
HALF = 5_000
# Of what is resident after the first half.
GROWTH = 1.03
STATUS = Path("/proc/self/status")


async def test_fifty_first_requests_at_once_share_one_plan(world: World, ways: Ways, differential: Settings) -> None:
    fresh = Ways.of(world.database, differential)
    callers = [*several(world.acme), *several(world.rival)]
    asking = [callers[number % len(callers)] for number in range(50)]
    answers = await asyncio.gather(*(fresh.planned(caller, NESTED) for caller in asking))
    for caller, answer in zip(asking, answers, strict=True):
        alone = await ways.executed(caller, NESTED)
        assert (answer.planned, answer.data, answer.errors) == (True, alone.data, alone.errors)
    (plans,) = fresh.planning.documents.remembered.values()
    assert len(plans.made) == 1


async def test_many_callers_at_once_are_told_apart(world: World, ways: Ways, differential: Settings) -> None:
    comparison = Comparison(world, Ways.of(world.database, differential))
    callers = [*several(world.acme), *several(world.rival)] * 3
    await asyncio.gather(*(comparison.same(caller, NESTED) for caller in callers))
    assert comparison.tally.covered == 1


def lesser(ways: Ways) -> Ways:
    """The planner over a schema that has deals alone at its root."""
    query: Any = strawberry.type(type("Query", (), dict(deals.QUERIES)))
    types = Types(strawberry.Schema(query=query, config=StrawberryConfig(scalar_map=SCALARS))._schema)
    engine = ways.planning
    return replace(ways, planning=replace(engine, documents=Documents(types, engine.settings), runner=PlannedRun(types)))


async def test_two_schemas_share_no_plan(world: World, differential: Settings) -> None:
    whole = Ways.of(world.database, differential)
    both = [whole, lesser(whole)]
    answers = [await each.planned(Caller(world.acme, "owner"), TOTAL) for each in both * 2]
    assert [answer.planned for answer in answers] == [True] * 4
    assert len({answer.data for answer in answers}) == 1
    (one,), (other,) = (each.planning.documents.remembered.values() for each in both)
    assert one is not other
    assert {id(each) for each in one.made.values()}.isdisjoint({id(each) for each in other.made.values()})


async def test_what_one_schema_knows_the_other_still_refuses(world: World, differential: Settings) -> None:
    whole = Ways.of(world.database, differential)
    both = [whole, lesser(whole)]
    answers = [await each.planned(Caller(world.acme, "owner"), Question("{ contacts { totalCount } }")) for each in both * 2]
    assert [(answer.planned, answer.refused) for answer in answers] == [(True, False), (False, True)] * 2


def resident() -> int:
    """Kilobytes of this process's memory."""
    gc.collect()
    found = re.search(r"VmRSS:\s+(\d+)", STATUS.read_text("ascii"))
    assert found
    return int(found[1])


@pytest.mark.skipif(not STATUS.exists(), reason="the system does not tell a process's memory in /proc")
async def test_ten_thousand_documents_take_no_more_memory_than_five_thousand(world: World, ways: Ways) -> None:
    owner = Caller(world.acme, "owner")
    measured = []
    for half in range(2):
        for number in range(half * HALF, (half + 1) * HALF):
            answer = await ways.planned(owner, Question(f"{{ a{number}: contacts(first: 0) {{ totalCount }} }}"))
            assert answer.planned
        measured.append(resident())
    assert measured[1] < measured[0] * GROWTH
