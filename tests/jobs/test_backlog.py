"""F2: what was asked for while no worker ran is done soon after one starts, and lag is small again."""

import asyncio
import os
import time
from datetime import timedelta

from settings import Settings
from tests.jobs.processes import NAP, Workers
from tests.jobs.queue import Queue
from tests.ops.running import tell
from tests.tenant import Tenant

LONG = bool(os.environ.get("LONG_FAULTS"))
RATE = 200
DOWN = 120 if LONG else 15
MEASURED = 20 if LONG else 3
DRAINED_WITHIN = 60
LAG = timedelta(seconds=2)
AT_ONCE = '{"seconds": 0}'


async def events(queue: Queue, tenants: tuple[Tenant, ...], seconds: float) -> int:
    """So many jobs a second, in ten lots each second, by the companies in turn; how many there were."""
    began, lots = time.monotonic(), int(seconds * 10)
    for lot in range(lots):
        await queue.put_many(tenants[lot % len(tenants)], RATE // 10, type=NAP, payload=AT_ONCE)
        await asyncio.sleep(max(0.0, began + (lot + 1) / 10 - time.monotonic()))
    return lots * (RATE // 10)


async def lag(queue: Queue, newest: int) -> timedelta:
    """What 99 of 100 of the newest jobs did not exceed, from being asked for to being done."""
    query = """SELECT percentile_disc(0.99) WITHIN GROUP (ORDER BY finished_at - created_at)
                 FROM (SELECT created_at, finished_at FROM jobs ORDER BY created_at DESC LIMIT $1) newest"""
    found: timedelta = await queue.connection.fetchval(query, newest)
    return found


async def test_a_backlog_drains_and_lag_is_small_again(
    settings: Settings, workers: Workers, queue: Queue, acme: Tenant, rival: Tenant
) -> None:
    # Two minutes' rows are put in at once: without workers nothing else happens to them.
    backlog = RATE * DOWN
    for tenant in (acme, rival):
        await queue.put_many(tenant, backlog // 2, type=NAP, payload=AT_ONCE)
    began = time.monotonic()
    workers.start(settings)
    meanwhile = 0
    while (states := await queue.states()).get("queued", 0) > RATE:
        assert time.monotonic() - began < DRAINED_WITHIN, f"the jobs are {states}"
        meanwhile += await events(queue, (acme, rival), 0.5)
    drained = time.monotonic() - began
    steady = await events(queue, (acme, rival), MEASURED)
    await queue.until_settled(backlog + meanwhile + steady)
    found = await lag(queue, steady)
    tell(
        f"F2: a backlog of {backlog} rows under {RATE} a second was drained after {drained:.1f} s, 0 lost; "
        f"p99 lag of the next {MEASURED} s: {found.total_seconds() * 1000:.0f} ms"
    )
    assert await queue.states() == {"done": backlog + meanwhile + steady}
    assert await queue.connection.fetchval("SELECT max(attempts) FROM jobs") == 1
    assert found < LAG
