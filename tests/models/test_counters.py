"""message_count, last_message_at and the threads' counts are true after whatever happened to messages."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update

from models.conversation import CONVERSATION
from models.ids import new_id
from models.message import MESSAGE
from models.thread import THREAD
from settings import Settings
from tests.tenant import Tenant

MESSAGES = MESSAGE.table
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
WRONG = """SELECT count(*) FROM conversations c LEFT JOIN LATERAL
  (SELECT count(*) AS n, max(created_at) AS newest FROM messages m WHERE m.conversation_id = c.id) m ON true
  WHERE (c.message_count, c.last_message_at) IS DISTINCT FROM (m.n, m.newest)"""
WRONG_THREADS = "SELECT count(*) FROM threads t WHERE message_count <> (SELECT count(*) FROM messages WHERE thread_id = t.id)"


async def prepared(tenant: Tenant) -> tuple[list[UUID], list[UUID]]:
    """Two conversations with two threads each."""
    conversations, threads, ctx = [new_id(), new_id()], [new_id() for _ in range(4)], tenant.ctx()
    async with ctx.db.transaction():
        await ctx.db.execute(insert(CONVERSATION.table).values([{"id": each} for each in conversations]).returning(CONVERSATION.table.c.id))
        rows = [{"id": each, "conversation_id": conversations[n // 2], "title": "t"} for n, each in enumerate(threads)]
        await ctx.db.execute(insert(THREAD.table).values(rows).returning(THREAD.table.c.id))
    return conversations, threads


async def say(tenant: Tenant, rows: list[dict[str, Any]]) -> None:
    ctx = tenant.ctx()
    async with ctx.db.transaction():
        values = [{"id": uuid4(), "sender_type": "user", "content": "x"} | row for row in rows]
        await ctx.db.execute(insert(MESSAGES).values(values).returning(MESSAGES.c.id))


async def execute(tenant: Tenant, statement: Any) -> None:
    ctx = tenant.ctx()
    async with ctx.db.transaction():
        await ctx.db.execute(statement.returning(MESSAGES.c.id))


async def assert_true(test_settings: Settings, company_id: UUID) -> None:
    """The database's own count of what is wrong is none."""
    assert test_settings.migration_url is not None
    owner = await asyncpg.connect(test_settings.migration_url.get_secret_value())
    await owner.execute("SELECT set_config('app.company_id', $1, false)", str(company_id))
    assert [await owner.fetchval(WRONG), await owner.fetchval(WRONG_THREADS)] == [0, 0]
    assert await owner.fetchval("SELECT count(*) FROM conversations") > 0
    await owner.close()


async def counted(tenant: Tenant, conversation: UUID) -> tuple[int, datetime | None]:
    table = CONVERSATION.table
    found = await tenant.ctx().db.records(select(table.c.message_count, table.c.last_message_at).where(table.c.id == conversation))
    return found[0][0], found[0][1]


async def test_many_at_once_in_several_conversations(acme: Tenant) -> None:
    (a, b), _ = await prepared(acme)
    await say(acme, [{"conversation_id": (a, b, b)[n % 3], "created_at": BEGIN + timedelta(n)} for n in range(30)])
    assert await counted(acme, a) == (10, BEGIN + timedelta(27))
    assert await counted(acme, b) == (20, BEGIN + timedelta(29))


async def test_an_older_message_does_not_set_the_time_back(acme: Tenant) -> None:
    (a, _), _ = await prepared(acme)
    await say(acme, [{"conversation_id": a, "created_at": BEGIN + timedelta(5)}])
    await say(acme, [{"conversation_id": a, "created_at": BEGIN}])
    assert await counted(acme, a) == (2, BEGIN + timedelta(5))


async def test_deleting_the_newest_sets_the_time_back_and_deleting_all_clears_it(acme: Tenant) -> None:
    (a, _), _ = await prepared(acme)
    await say(acme, [{"conversation_id": a, "created_at": BEGIN + timedelta(n)} for n in range(3)])
    await execute(acme, delete(MESSAGES).where(MESSAGES.c.created_at == BEGIN + timedelta(2)))
    assert await counted(acme, a) == (2, BEGIN + timedelta(1))
    await execute(acme, delete(MESSAGES))
    assert await counted(acme, a) == (0, None)


async def test_a_deleted_thread_leaves_its_messages_counted(acme: Tenant, settings: Settings) -> None:
    (a, _), (first, second, *_) = await prepared(acme)
    await say(acme, [{"conversation_id": a, "thread_id": (first, second)[n % 2]} for n in range(6)])
    ctx = acme.ctx()
    async with ctx.db.transaction():
        await ctx.db.delete(THREAD, first)
    assert (await counted(acme, a))[0] == 6
    await assert_true(settings, acme.company_id)


async def test_concurrent_messages_are_all_counted(acme: Tenant, settings: Settings) -> None:
    conversation = await acme.conversation()
    for _ in range(4):  # More at once would wait for a connection, on a busy machine for too long.
        await asyncio.gather(*(acme.message(conversation["id"]) for _ in range(10)))
    assert (await counted(acme, UUID(conversation["id"])))[0] == 40
    await assert_true(settings, acme.company_id)


async def test_a_rolled_back_message_is_not_counted(acme: Tenant) -> None:
    (a, _), _ = await prepared(acme)
    ctx, row = acme.ctx(), {"id": new_id(), "conversation_id": a, "sender_type": "user", "content": "x"}

    async def twice() -> None:
        async with ctx.db.transaction():
            await ctx.db.insert(MESSAGE, row)
            await ctx.db.insert(MESSAGE, row)

    with pytest.raises(asyncpg.UniqueViolationError):
        await twice()
    assert await counted(acme, a) == (0, None)


STEPS = st.lists(st.tuples(st.sampled_from(["add", "remove", "move"]), st.integers(0, 5), st.integers(0, 5)), max_size=8)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
async def test_any_sequence_of_changes_leaves_them_true(acme: Tenant, settings: Settings, steps: list[tuple[str, int, int]]) -> None:
    conversations, threads = await prepared(acme)
    for verb, one, other in steps:
        if verb == "add":
            row = {"conversation_id": conversations[one % 2], "thread_id": threads[(one % 2) * 2] if other % 2 else None}
            await say(acme, [row | {"created_at": BEGIN + timedelta(n)} for n in range(other)] or [row])
        elif verb == "remove":
            some = select(MESSAGES.c.id).order_by(MESSAGES.c.created_at.desc()).limit(one)
            await execute(acme, delete(MESSAGES).where(MESSAGES.c.id.in_(some)))
        else:
            target = threads[(one % 2) * 2 + other % 2] if other else None
            await execute(acme, update(MESSAGES).where(MESSAGES.c.conversation_id == conversations[one % 2]).values(thread_id=target))
    await assert_true(settings, acme.company_id)
