"""What a session promises beyond its statements."""

import time

import asyncpg
import pytest

from models.contact import CONTACT
from models.db.compile import Compiled
from models.ids import new_id
from models.rows import Rows
from tests.tenant import Tenant


async def test_a_swallowed_failure_may_not_pass_for_a_commit(acme: Tenant) -> None:
    session = acme.ctx().db
    twice = new_id()

    async def store() -> None:
        async with session.transaction():
            await session.insert(CONTACT, {"id": twice})
            with pytest.raises(asyncpg.UniqueViolationError):
                await session.insert(CONTACT, {"id": twice})

    with pytest.raises(RuntimeError, match="nothing was stored"):
        await store()
    assert await session.total(Rows.of(CONTACT)) == 0


def stated(text: str, *values: object) -> Compiled:
    """A statement by hand."""
    return Compiled(text, (), list(values))


async def test_statements_run_side_by_side_each_with_the_company(acme: Tenant) -> None:
    session = acme.ctx().db
    asked = stated("SELECT current_setting('app.company_id'), $1::int, pg_backend_pid()", 1)
    first, second, slow = await session.records_together(asked, asked, stated("SELECT pg_sleep(0.1)"))
    assert [row[:2] for row in (*first, *second)] == [(str(acme.company_id), 1)] * 2
    assert first[0][2] != second[0][2]
    assert (len(slow), session.statements) == (1, 3)


async def test_when_one_fails_the_others_are_ended_and_the_connections_go_on(acme: Tenant) -> None:
    session = acme.ctx().db
    start = time.monotonic()
    with pytest.raises(asyncpg.DivisionByZeroError):
        await session.records_together(stated("SELECT pg_sleep(30)"), stated("SELECT 1 / $1::int", 0))
    assert time.monotonic() - start < 10
    for _ in range(3):
        assert await session.records_together(stated("SELECT 1"), stated("SELECT 2 WHERE false")) == [[(1,)], []]


async def test_inside_a_transaction_they_see_what_it_wrote(acme: Tenant) -> None:
    session = acme.ctx().db
    async with session.transaction():
        await session.insert(CONTACT, {"id": new_id()})
        count = stated("SELECT count(*) FROM contacts")
        assert [found[0][0] for found in await session.records_together(count, count)] == [1, 1]
