"""A planned document takes one statement, however many rows there are."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from embedded import PostgresServer
from tests.differential.callers import Caller
from tests.differential.conftest import NAME
from tests.differential.corpus import Document, documents
from tests.differential.pools import Pools, make_pools
from tests.differential.ways import Ways
from tests.differential.world import Company, filled_tables, found_company

COUNTS = {1: "c0ffee01", 10: "c0ffee10", 100: "c0ffee64"}
PLANNED = [document for document in documents() if document.mark == "planned"]
Sized = dict[int, tuple[Company, Pools]]


@pytest.fixture(scope="module")
async def sized(postgres: PostgresServer, ways: Ways) -> AsyncIterator[Sized]:
    """Companies with 1, 10 and 100 rows of each kind."""
    superuser = await asyncpg.connect(postgres.url("postgres", NAME))
    companies = {
        count: await found_company(superuser, mark, {table.name: count for table in filled_tables()}, {}) for count, mark in COUNTS.items()
    }
    pools = {count: await make_pools(ways, company, companies[1]) for count, company in companies.items()}
    yield {count: (company, pools[count]) for count, company in companies.items()}
    await superuser.execute("DELETE FROM companies WHERE id = ANY($1)", [company.id for company in companies.values()])
    await superuser.close()


@pytest.mark.parametrize("document", PLANNED, ids=lambda document: document.name)
async def test_one_row_or_a_hundred_take_one_statement(document: Document, sized: Sized, ways: Ways) -> None:
    taken = {}
    for count, (company, pools) in sized.items():
        answer = await ways.planned(Caller(company, "owner"), document.question(pools, sized[1][1]))
        taken[count] = (answer.planned, answer.statements, "errors" in answer.body)
    assert taken == dict.fromkeys(COUNTS, (True, 1, False))
