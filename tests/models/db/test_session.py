"""What a session promises beyond its statements."""

import asyncpg
import pytest

from models.contact import CONTACT
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
