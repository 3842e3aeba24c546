"""The order of the log: however transactions begin, wait, commit and roll back, each reader gets every event once, all in one order."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import pytest
from sqlalchemy import insert

import schema.live.subscriber
from embedded import PostgresServer
from models.columns import now
from models.event import EVENTS
from resolvers.event_log import BEGINNING, Cursor, Place, read_cursor
from schema.live.subscriber import Gap, Subscriber
from settings import Settings
from tests.ops.running import tell
from tests.schema.live.log import event, truth
from tests.schema.live.serving import Served, eventually, serving
from tests.tenant import Tenant

WRITERS = 24
TRANSACTIONS = 12


class GivenUp(Exception):
    """A transaction that is rolled back."""


@dataclass
class Reader:
    """One subscriber, where it began, and what it got; `owed` was committed after it had joined."""

    subscriber: Subscriber
    start: Place
    got: list[str] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    owed: set[str] = field(default_factory=set)

    async def read(self, slowness: float) -> None:
        """Take events for ever."""
        async for each in self.subscriber.events():
            assert not isinstance(each, Gap)
            self.got.append(str(each.id))
            self.places.append(each.place)
            await asyncio.sleep(slowness)


@dataclass
class World:
    """Companies that write and readers that come and go."""

    served: Served
    tenants: list[Tenant]
    chance: random.Random
    readers: list[tuple[Tenant, Reader]] = field(default_factory=list)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    rolled_back: int = 0

    async def write(self) -> None:
        """Transactions one after the other: short, long, in several steps, given up."""
        for _ in range(TRANSACTIONS):
            tenant, ids = self.chance.choice(self.tenants), list[str]()
            try:
                joined = await self._transaction(tenant, ids)
            except GivenUp:
                self.rolled_back += len(ids)
                continue
            for each, reader in joined:
                if each is tenant:
                    reader.owed.update(ids)
            await asyncio.sleep(self.chance.random() * 0.02)

    async def _transaction(self, tenant: Tenant, ids: list[str]) -> list[tuple[Tenant, Reader]]:
        """Whoever had joined when it was about to commit."""
        ctx = tenant.ctx()
        async with ctx.db.transaction():
            for _ in range(self.chance.choice([1, 1, 1, 2, 5])):
                rows = [event() for _ in range(self.chance.choice([1, 1, 3, 40]))]
                await ctx.db.execute(insert(EVENTS).values(rows).returning(EVENTS.c.seq))
                ctx.db.announce()
                ids += [str(row["id"]) for row in rows]
                await asyncio.sleep(self.chance.choice([0, 0, 0.001, 0.03, 0.4 * (self.chance.random() < 0.1)]))
            if self.chance.random() < 0.25:
                raise GivenUp
            return list(self.readers)

    async def join(self) -> None:
        """Readers join at random times, from now on or from any event that somebody was told before."""
        for _ in range(10):
            await asyncio.sleep(self.chance.random() * 0.15)
            tenant = self.chance.choice(self.tenants)
            known = [place for each, reader in self.readers if each is tenant for place in reader.places]
            start = self.chance.choice(known) if known and self.chance.random() < 0.6 else None
            after = read_cursor(start.cursor(now())) if start else None
            subscriber = await self.served.hub.join(tenant.company_id, after, 90)
            reader = Reader(subscriber, start or subscriber.place)
            self.readers.append((tenant, reader))
            self.tasks.append(asyncio.create_task(reader.read(self.chance.choice([0, 0, 0.001]))))


@asynccontextmanager
async def world(settings: Settings, seed: int) -> AsyncIterator[World]:
    async with serving(settings, write_connections=WRITERS, pool_timeout=10, lock_timeout=10) as served:
        made = World(served, [await served.tenant(f"owner@{name}.example") for name in ("acme", "rival")], random.Random(seed))
        try:
            yield made
        finally:
            for task in made.tasks:
                task.cancel()
            await asyncio.gather(*made.tasks, return_exceptions=True)
            for _, reader in made.readers:
                served.hub.leave(reader.subscriber)


@pytest.mark.parametrize("seed", range(2))
async def test_each_reader_gets_what_was_committed_after_its_start_once_and_in_one_order(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(schema.live.subscriber, "MOST_WAITING", 60)
    async with world(settings, seed) as made:
        await asyncio.gather(made.join(), *(made.write() for _ in range(WRITERS)))
        logs = {tenant.company_id: await _log(tenant) for tenant in made.tenants}
        total = sum(map(len, logs.values()))
        for tenant, reader in made.readers:
            expected = [name for place, name in logs[tenant.company_id] if place > reader.start]
            await eventually(lambda reader=reader, expected=expected: len(reader.got) >= len(expected), 20)
            assert reader.got == expected
            assert reader.owed <= set(reader.got)
            assert reader.places == sorted(reader.places)
        await asyncio.sleep(0.2)
        assert all(len(reader.got) == len(set(reader.got)) for _, reader in made.readers)
        assert not any(task.done() for task in made.tasks)
        tell(f"seed {seed}: {total} events committed, {made.rolled_back} rolled back, {len(made.readers)} readers: 0 lost, 0 repeated")
        assert total > 500
        assert made.rolled_back > 50
        assert sum(len(reader.owed) for _, reader in made.readers) > 500


async def _log(tenant: Tenant) -> list[tuple[Place, str]]:
    from sqlalchemy import literal_column, select

    chosen = select(literal_column("txid::text::bigint"), EVENTS.c.seq, EVENTS.c.id).order_by(EVENTS.c.txid, EVENTS.c.seq)
    return [(Place(*row), str(row[2])) for row in await tenant.ctx().db.records(chosen)]


@pytest.fixture
async def raw(postgres: PostgresServer, settings: Settings) -> AsyncIterator[Any]:
    """Opens connections past every policy, for transactions that no command makes."""
    opened: list[asyncpg.Connection] = []

    async def open_one(tenant: Tenant) -> asyncpg.Connection:
        connection = await asyncpg.connect(postgres.url("postgres", "tested"))
        opened.append(connection)
        await connection.execute(f"SELECT set_config('app.company_id', '{tenant.company_id}', false)")
        return connection

    yield open_one
    for connection in opened:
        await connection.close()


INSERT = """INSERT INTO events (id, company_id, type, entity, entity_id, payload)
 SELECT gen_random_uuid(), current_setting('app.company_id')::uuid, 'contact.created', 'contact', gen_random_uuid(), '{}'"""


async def test_savepoints_that_are_rolled_back_leave_no_hole(settings: Settings, raw: Any) -> None:
    async with serving(settings) as served:
        tenant = await served.tenant()
        reader = Reader(await served.hub.join(tenant.company_id, None, 90), BEGINNING)
        reading = asyncio.create_task(reader.read(0))
        connection = await raw(tenant)
        for kept in range(10):
            await connection.execute("BEGIN")
            for number in range(5):
                await connection.execute(f"SAVEPOINT s; {INSERT}")
                await connection.execute("ROLLBACK TO s" if number % 2 == kept % 2 else "RELEASE s")
            await connection.execute("COMMIT")
        expected = await truth(tenant)
        await eventually(lambda: len(reader.got) >= len(expected))
        assert reader.got == expected
        reading.cancel()
        served.hub.leave(reader.subscriber)


async def test_a_transaction_that_took_its_id_first_and_writes_last_comes_first(settings: Settings, raw: Any) -> None:
    """Also for those who join in between, with or without a cursor."""
    async with serving(settings) as served:
        tenant = await served.tenant()
        early, late = await raw(tenant), await raw(tenant)
        await early.execute("BEGIN; SELECT pg_current_xact_id()")
        first = Reader(await served.hub.join(tenant.company_id, None, 90), BEGINNING)
        readers, tasks = [first], [asyncio.create_task(first.read(0))]
        await late.execute(f"{INSERT}; SELECT pg_notify('parley_events', '{tenant.company_id}')")
        await asyncio.sleep(0.1)
        for after in (None, Cursor(first.subscriber.place.event_id, now())):
            reader = Reader(await served.hub.join(tenant.company_id, after, 90), BEGINNING)
            readers.append(reader)
            tasks.append(asyncio.create_task(reader.read(0)))
        await early.execute(INSERT)
        await asyncio.sleep(0.3)
        assert [reader.got for reader in readers] == [[], [], []]
        await early.execute("COMMIT")
        expected = await truth(tenant)
        assert len(expected) == 2
        await eventually(lambda: all(len(reader.got) == 2 for reader in readers), 1)
        assert [reader.got for reader in readers] == [expected] * 3
        for task, reader in zip(tasks, readers, strict=True):
            task.cancel()
            served.hub.leave(reader.subscriber)


async def test_a_company_that_is_silent_is_not_held_up_by_the_look_of_another(settings: Settings) -> None:
    """Two that join and leave at the same moment, again and again: nobody is left without a reader."""
    async with serving(settings) as served:
        acme, rival = await served.tenant(), await served.tenant("owner@rival.example")
        mine = await served.hub.join(acme.company_id, None, 90)
        for _ in range(20):
            joining = asyncio.create_task(served.hub.join(rival.company_id, None, 90))
            await asyncio.sleep(0)
            served.hub.leave(mine)
            theirs = await joining
            reader = Reader(theirs, theirs.place)
            reading = asyncio.create_task(reader.read(0))
            await rival.contact()
            await eventually(lambda reader=reader: reader.got, 1)
            reading.cancel()
            await asyncio.wait({reading})
            mine = await served.hub.join(acme.company_id, None, 90)
            served.hub.leave(theirs)
        served.hub.leave(mine)


async def test_a_join_that_fails_leaves_nothing_running(settings: Settings) -> None:
    async with serving(settings) as served:
        tenant = await served.tenant()
        joining = asyncio.create_task(served.hub.join(tenant.company_id, None, 90))
        await asyncio.sleep(0)
        joining.cancel()
        await asyncio.wait({joining})
        assert joining.cancelled()
        assert served.hub._companies == {}
        assert served.hub._running is None
