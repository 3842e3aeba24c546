"""One document, many variables: what is remembered of one request's order, page or filter must not show in the next one's answer."""

from typing import Any

import pytest
from hypothesis import strategies as st

from tests.contracts.attacks_lists import ListField, list_fields
from tests.differential.alike import Comparison
from tests.differential.callers import Caller, callers
from tests.differential.choices import Choices
from tests.differential.fuzz import BATCHES, DOCUMENTS, examples, seeded
from tests.differential.inputs import Inputs
from tests.differential.pools import Pools
from tests.differential.ways import Question, Ways
from tests.differential.world import World

# Of each list so many sets of variables.
SETS = max(40, DOCUMENTS // 100)
SHOWN = "{ totalCount edges { cursor node { id } } nodes { __typename id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }"
LISTS = list_fields()
NAMES = [f"{listed.parent or 'Query'}.{listed.name}" for listed in LISTS]


def document(listed: ListField) -> str:
    """The list with all its arguments as variables."""
    declared = ", ".join(f"${name}: {argument.type}" for name, argument in listed.field.args.items())
    return listed.text(declared, f"{listed.name}({', '.join(f'{name}: ${name}' for name in listed.field.args)}) {SHOWN}")


@st.composite
def variables(draw: st.DrawFn, listed: ListField, pools: Pools) -> dict[str, Any]:
    """Some of the arguments, with cursors of the order that they state."""
    choices = Choices(draw)
    inputs = Inputs(choices, pools)
    order = choices.one_of(pools.orders[listed.of]) if choices.chance(70) else None
    cursors = pools.cursors_for(listed.of, order)
    given: dict[str, Any] = {"last" if choices.chance(40) else "first": choices.below(8)} if choices.chance(80) else {}
    if order is not None:
        given["orderBy"] = order
    for name in ("after", "before"):
        if cursors and choices.chance(30):
            given[name] = choices.one_of(cursors)
    if choices.chance(30):
        given["filter"] = inputs.value(listed.field.args["filter"].type, listed.of)
    if listed.parent:
        given["parent"] = choices.one_of(pools.ids_for(listed.parent.name))
    return given


@pytest.mark.parametrize("listed", LISTS, ids=NAMES)
async def test_any_arguments_of_one_document(listed: ListField, world: World, ways: Ways, pools: Pools) -> None:
    comparison = Comparison(world, ways)
    who = st.just(Caller(world.acme, "owner")) | callers(world.acme)
    for given, caller in examples(st.tuples(variables(listed, pools), who), SETS, BATCHES + 1):
        await comparison.same(caller, Question(document(listed), given), seeded(BATCHES + 1))
