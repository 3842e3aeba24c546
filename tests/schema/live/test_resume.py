"""Resuming for real: web server, worker, Valkey and PostgreSQL are killed (-9) at random under load; nothing is lost or told twice.

The log is the truth. Writers do not stop for anything; what became of a transaction whose outcome they were not told
stands in the log too.
"""

import asyncio
import contextlib
import os
import random
import signal
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import asyncpg
import httpx2
import pytest
from sqlalchemy import select

from embedded import PostgresServer, ValkeyServer
from models.columns import now
from models.db import Database
from models.event import EVENTS
from models.migrations import run
from resolvers.event_log import newest_place
from resolvers.faults import DATABASE_FAULTS
from tests.conftest import settings_for
from tests.ops.breakable import Breakable
from tests.ops.running import tell
from tests.ops.test_secrets_in_logs import listens
from tests.schema.live.client import Client
from tests.schema.live.killing import RATE, Listener, Load, Servers, caught_up, listeners
from tests.schema.live.log import write
from tests.schema.live.serving import eventually, serving
from tests.tenant import Tenant
from tests.test_embedded import reachable_folder

SECONDS = float(os.environ.get("LIVE_SECONDS", "10"))
SEED = int(os.environ.get("LIVE_SEED", "4"))
WRITERS = 8
# How often each of the programs is killed at the least, however slowly they start.
KILLS = 2


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    """A durable PostgreSQL and a Valkey, migrated; the programs are not started yet."""
    # A child ends with the thread that started it, so this thread outlives every start.
    with reachable_folder() as folder, ThreadPoolExecutor(max_workers=1) as starter:
        postgres, valkey = PostgresServer(folder / "postgres", durable=True), ValkeyServer(folder / "valkey")
        made = Servers(folder, Breakable(postgres, starter), valkey)
        made.postgres.start()
        starter.submit(valkey.start).result()
        run.upgrade(postgres.url("parley_owner"))
        made.settings = settings_for(postgres, valkey, "parley")
        yield made
        made.stop()
        starter.submit(valkey.stop).result()
        made.postgres.start()
        postgres.remove()


@pytest.fixture
async def company(servers: Servers) -> AsyncIterator[Tenant]:
    """The company that writes, with a database of the writers' own: they do not depend on the web server."""
    assert servers.settings is not None
    database = Database(servers.settings)
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{servers.port}", timeout=2) as client:
        yield await Tenant.create(client, database, f"owner@{uuid4().hex}.example")
    await database.close()


async def faults(servers: Servers, chance: random.Random) -> None:
    """Kill everything again and again, each in its own time; PostgreSQL once, in the middle."""
    ends = time.monotonic() + SECONDS

    async def again(name: str, most: float) -> None:
        while time.monotonic() < ends or servers.killed[name] < KILLS:
            await asyncio.sleep(chance.uniform(0.1, most))
            await servers.kill(name, chance.uniform(0.0, 0.8))

    async def once() -> None:
        await asyncio.sleep(chance.uniform(0.4, 0.6) * SECONDS)
        await servers.kill("postgres", chance.uniform(0.1, 0.8))

    await asyncio.gather(again("web", 3), again("worker", 6), again("valkey", 3), once())


async def logged(tenant: Tenant) -> list[tuple[str, str]]:
    """Event and contact of the whole log, in order."""
    chosen = select(EVENTS.c.id, EVENTS.c.entity_id).order_by(EVENTS.c.txid, EVENTS.c.seq)
    return [(str(row[0]), str(row[1])) for row in await tenant.ctx().db.records(chosen)]


def wanted(listener: Listener, log: list[tuple[str, str]]) -> list[str]:
    """What a listener has to have been told: the events, or the contacts that they are about."""
    return [event if listener.name.startswith("events") else contact for event, contact in log]


async def test_nothing_is_lost_or_repeated_whatever_is_killed(servers: Servers, company: Tenant) -> None:
    start = (await newest_place(company.ctx())).cursor(now())
    servers.start("web")
    servers.start("worker")
    await servers.serves()
    listening = listeners(company, servers.port, start)
    following = [asyncio.create_task(each.follow()) for each in listening]
    load, began = Load(company), time.monotonic()
    writing = [asyncio.create_task(load.write(number)) for number in range(WRITERS)]
    await faults(servers, random.Random(SEED))
    load.stopping = True
    await asyncio.gather(*writing)
    seconds = time.monotonic() - began
    # In the order in which readers are given it; nothing is written any more.
    log = await logged(company)
    drained = time.monotonic()
    with contextlib.suppress(TimeoutError):
        await caught_up(listening, len(log))
    drained = time.monotonic() - drained
    await asyncio.sleep(0.5)
    for task in following:
        task.cancel()
    ends = await asyncio.gather(*following, return_exceptions=True)
    tell(
        f"seed {SEED}: {len(log)} events in {seconds:.0f} s ({len(log) / seconds:.0f} a second), {load.refused} writes refused; "
        f"killed {dict(servers.killed)}; everybody had caught up {drained:.1f} s after the last write"
    )
    for each in listening:
        expected = wanted(each, log)
        lost, repeated = set(expected) - set(each.got), len(each.got) - len(set(each.got))
        tell(f"{each.name}: {len(lost)} lost, {repeated} repeated, in order: {each.got == expected}; cut off {each.cut} times")
    assert all(isinstance(end, asyncio.CancelledError) for end in ends), ends
    for each in listening:
        assert each.got == wanted(each, log), each.name
        assert each.cut >= 1
    assert servers.killed["postgres"] == 1
    assert min(servers.killed[name] for name in ("web", "worker", "valkey")) >= KILLS
    assert len(log) > RATE * SECONDS / 4
    assert servers.errors() == []


async def test_a_restart_ends_sockets_and_streams_and_both_come_back(servers: Servers, company: Tenant) -> None:
    """SIGTERM, as a rolling restart sends it."""
    if not listens(servers.port):
        servers.start("web")
    await servers.serves()
    start = (await newest_place(company.ctx())).cursor(now())
    listening = listeners(company, servers.port, start)
    following = [asyncio.create_task(each.follow()) for each in listening]
    load = Load(company, most=800)
    writing = [asyncio.create_task(load.write(number)) for number in range(WRITERS)]
    await caught_up(listening, 1)
    began = time.monotonic()
    servers.programs["web"].terminate()
    code = await asyncio.to_thread(servers.programs["web"].wait, 15)
    stopped = time.monotonic() - began
    servers.start("web")
    await servers.serves()
    await asyncio.sleep(1)
    load.stopping = True
    await asyncio.gather(*writing)
    log = await logged(company)
    await caught_up(listening, len(log))
    for task in following:
        task.cancel()
    await asyncio.gather(*following, return_exceptions=True)
    tell(f"F25 with sockets and streams open the web server stops after {stopped:.1f} s, code {code}")
    for each in listening:
        assert each.got == wanted(each, log), each.name
    # Neither a socket nor a stream is waited for; the rest is Python's end on a machine that is at work.
    assert stopped < 6
    assert code in (0, -signal.SIGTERM)
    assert servers.errors() == []


async def test_parley_web_takes_messages_of_at_most_256_kilobytes(servers: Servers, company: Tenant) -> None:
    if not listens(servers.port):
        servers.start("web")
    await servers.serves()
    async with Client.connected(servers.port) as client:
        await client.init(company.token)
        await client.say("ping", payload={"x": "x" * 250 * 1024})
        assert (await client.hear())["type"] == "pong"
        await client.say("ping", payload={"x": "x" * 256 * 1024})
        assert await client.closed() == 1009


async def test_who_begins_just_before_a_crash_misses_nothing_after_it(servers: Servers, company: Tenant) -> None:
    """Transaction ids that nothing flushed has used are given out again: no place may rest on them."""
    assert servers.settings is not None
    server = servers.postgres.server
    async with serving(servers.settings) as served:
        raw = await asyncpg.connect(server.url("postgres"))
        await raw.execute("CHECKPOINT")
        for _ in range(200):
            await raw.execute("BEGIN; SELECT pg_current_xact_id(); ROLLBACK")
        ahead = await raw.fetchval("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        reader = await served.hub.join(company.company_id, None, 90)
        servers.postgres.kill()
        raw.terminate()
        await eventually(lambda: not server.alive)
        await asyncio.to_thread(servers.postgres.start)
        raw = await asyncpg.connect(server.url("postgres"))
        again = await raw.fetchval("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        await raw.close()
        tell(f"transaction ids went on at {again} after the crash, {ahead - again} of them for the second time")
        expected = [name for _ in range(20) for name in await written(company)]
        assert expected
        told: list[str] = []
        async with asyncio.timeout(10):
            async for each in reader.events():
                told.append(str(getattr(each, "id", "a gap")))
                if len(told) == len(expected):
                    break
        served.hub.leave(reader)
        assert told == expected


async def written(tenant: Tenant) -> list[str]:
    """An event; none while the writers' connection is one to the server that crashed."""
    try:
        return await write(tenant, 1)
    except DATABASE_FAULTS:
        return []
