"""Readers are told of events after their commit, of many at once, and nobody who writes waits for it."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import pytest
import structlog
from sqlalchemy import text

import models.db.tell
from models.contact import CONTACT
from models.db import Database
from models.db.listen import CHANNEL
from models.ids import new_id
from resolvers.contacts import NewContact, create_contact
from resolvers.ctx import Ctx
from settings import Settings
from tests.schema.live.serving import eventually
from tests.tenant import Tenant


@pytest.fixture
async def heard(settings: Settings) -> AsyncIterator[list[UUID]]:
    """The companies that a listener was told of, one for each message."""
    assert settings.database_url
    told: list[UUID] = []
    listener = await asyncpg.connect(settings.database_url.get_secret_value())
    await listener.add_listener(CHANNEL, lambda *said: told.append(UUID(str(said[-1]))))
    yield told
    await listener.close()


async def written(tenant: Tenant) -> None:
    await create_contact(tenant.ctx(), NewContact(email="a@b.c"))


async def refused(ctx: Ctx) -> None:
    """A command in a transaction that fails later."""
    async with ctx.db.transaction():
        await create_contact(ctx, NewContact(email="a@b.c"))
        await ctx.db.execute(text("SELECT FROM no_such_table"))


async def test_a_command_is_told_once_it_is_committed(acme: Tenant, heard: list[UUID]) -> None:
    ctx = acme.ctx()
    async with ctx.db.transaction():
        await create_contact(ctx, NewContact(email="a@b.c"))
        await asyncio.sleep(0.1)
        assert heard == []
    await eventually(lambda: heard == [acme.company_id])


async def test_what_is_rolled_back_or_makes_no_event_is_not_told(acme: Tenant, heard: list[UUID]) -> None:
    ctx = acme.ctx()
    with pytest.raises(asyncpg.UndefinedTableError):
        await refused(ctx)
    async with ctx.db.transaction():
        await ctx.db.insert(CONTACT, {"id": new_id()})
    await asyncio.sleep(0.1)
    assert heard == []


async def test_commits_of_a_moment_are_told_together(
    acme: Tenant, rival: Tenant, heard: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert models.db.tell.EVERY <= 0.05
    monkeypatch.setattr(models.db.tell, "EVERY", 0.5)
    await written(acme)
    await eventually(lambda: heard == [acme.company_id])
    for tenant in (acme, rival, acme, rival, acme):
        await written(tenant)
    await eventually(lambda: len(heard) == 3)
    assert {*heard[1:]} == {acme.company_id, rival.company_id}
    await asyncio.sleep(0.6)
    assert len(heard) == 3


async def test_no_message_is_sent_within_the_writing_transaction(acme: Tenant) -> None:
    """It would hold up the commits of everybody else: PostgreSQL lets one transaction with a message commit at a time."""
    triggers = "SELECT count(*) FROM pg_trigger WHERE tgrelid = 'events'::regclass AND NOT tgisinternal"
    ctx = acme.ctx()
    async with ctx.db.transaction():
        assert await ctx.db.execute(text(triggers)) == [(0,)]


async def test_a_message_that_cannot_be_sent_is_said_and_disturbs_nobody(acme: Tenant, database: Database, heard: list[UUID]) -> None:
    held = [await database.system.acquire() for _ in range(2)]
    with structlog.testing.capture_logs() as logged:
        await written(acme)
        await eventually(lambda: [each["error"] for each in logged if "not told" in each["event"]] == ["PoolExhausted"])
    for each in held:
        database.system.release(each)
    assert heard == []
    await written(acme)
    await eventually(lambda: heard == [acme.company_id])


async def test_what_is_not_told_yet_is_told_before_the_end(settings: Settings, acme: Tenant, heard: list[UUID]) -> None:
    database = Database(settings)
    database.teller.tell(acme.company_id)
    await database.close()
    await eventually(lambda: heard == [acme.company_id])
