"""Generated mutations: of two companies with the same rows one is changed by plans, one by the executor, and they stay the same."""

from collections.abc import AsyncIterator, Callable

import asyncpg
import pytest
from graphql import OperationType
from hypothesis import strategies as st
from sqlmodel import SQLModel

from embedded import PostgresServer
from resolvers.principal import EVERYONE
from tests.differential.alike import OURS
from tests.differential.callers import ROLES, Caller
from tests.differential.composer import questions
from tests.differential.conftest import NAME
from tests.differential.corpus import documents
from tests.differential.fuzz import BATCHES, DOCUMENTS, examples, seeded
from tests.differential.pools import Pools, make_pools
from tests.differential.twins import Twins, plain
from tests.differential.ways import Question, Ways
from tests.differential.world import DELETED, SIZES, World, found_company

MARKS = ("feed0001", "feed0002")
CHANGES = max(150, DOCUMENTS // 10)
# The share of the mutations that run whose payload a plan shows; to be raised, never lowered.
FLOOR = 0.6
EVERY_ROW = [document for document in documents() if document.name.startswith("fields-")]


@pytest.fixture
async def superuser(postgres: PostgresServer, world: World) -> AsyncIterator[asyncpg.Connection]:
    """Past every policy."""
    connection = await asyncpg.connect(postgres.url("postgres", NAME))
    yield connection
    await connection.close()


@pytest.fixture
async def twins(superuser: asyncpg.Connection) -> AsyncIterator[Twins]:
    """Two companies that differ in nothing but their marks."""
    made = Twins(*[await found_company(superuser, mark, SIZES, DELETED) for mark in MARKS])
    yield made
    await superuser.execute("DELETE FROM companies WHERE id = ANY($1)", [made.one.id, made.other.id])


def writers(twins: Twins) -> st.SearchStrategy[tuple[Caller, Caller]]:
    """Somebody who may write, mostly, in each of the two."""
    scopes = st.none() | st.lists(st.sampled_from(sorted(EVERYONE)), unique=True).map(tuple)
    return st.builds(lambda role, some: (Caller(twins.one, role, some), Caller(twins.other, role, some)), st.sampled_from(ROLES), scopes)


async def counts(superuser: asyncpg.Connection, company_id: object) -> dict[str, int]:
    """How many rows a company has in each table: a change that ran twice would show, if only as an event."""
    tables = [table for table in SQLModel.metadata.sorted_tables if "company_id" in table.c]
    return {each.name: await superuser.fetchval(f"SELECT count(*) FROM {each.name} WHERE company_id = $1", company_id) for each in tables}


async def alike(ways: Ways, twins: Twins, callers: tuple[Caller, Caller], question: Question) -> bool | None:
    """Ask one of each; whether a plan answered, None when nothing ran."""
    planned = await ways.planned(callers[0], question)
    executed = await ways.executed(callers[1], twins.asked_of_other(question))
    ours, theirs = plain(planned, twins.one), plain(executed, twins.other)
    assert ours == theirs, f"{seeded(BATCHES)} {callers[0]}{question}planned: {ours}\nexecuted: {theirs}"
    assert OURS not in planned.codes, f"{seeded(BATCHES)} {callers[0]}{question}{planned.body}"
    return None if planned.refused else planned.planned


async def test_generated_mutations_answer_and_change_the_same(
    twins: Twins, world: World, ways: Ways, superuser: asyncpg.Connection, record_property: Callable[[str, object], None]
) -> None:
    pools: Pools = await make_pools(ways, twins.one, world.acme)
    asked = examples(st.tuples(questions(pools, OperationType.MUTATION), writers(twins)), CHANGES, BATCHES)
    answered = [await alike(ways, twins, callers, question) for question, callers in asked]
    ran = [planned for planned in answered if planned is not None]
    record_property(f"mutations ran, {sum(ran)} of them by plans", len(ran))
    assert sum(ran) >= FLOOR * len(ran)
    assert await counts(superuser, twins.one.id) == await counts(superuser, twins.other.id)
    owners = (Caller(twins.one, "owner"), Caller(twins.other, "owner"))
    for document in EVERY_ROW:
        await alike(ways, twins, owners, Question(document.text))
