"""F3 and F4 for workers: a Redis that is killed, comes back empty or stands still loses no job and holds none up."""

import asyncio
import os
import signal
import time
from datetime import timedelta

from redis.asyncio import Redis

from embedded import ValkeyServer
from embedded.process import free_port
from settings import Settings
from tests.jobs.processes import NAP, Workers, freeze, thaw
from tests.jobs.queue import Queue
from tests.ops.running import tell, with_url
from tests.tenant import Tenant

FROZEN = 30.0 if os.environ.get("LONG_FAULTS") else 4.0
# A job that was handed to Redis in the moment when it went away is begun without it after a moment.
LAG = timedelta(seconds=2)


async def health_keys(redis: Redis) -> int:
    """How many of the worker's queues have told Redis that they are there."""
    return len(await redis.keys("parley:*:health"))


async def listens(redis_url: str, patience: float) -> float:
    """Seconds until both of the worker's queues have told Redis that they are there."""
    began = time.monotonic()
    async with Redis.from_url(redis_url) as redis:
        while await health_keys(redis) < 2:
            assert time.monotonic() - began < patience, "the worker did not come to Redis"
            await asyncio.sleep(0.02)
    return time.monotonic() - began


async def messages_run(redis_url: str) -> int:
    """How many messages arq has run: it counts each run of each in Redis."""
    async with Redis.from_url(redis_url) as redis:
        return int((await redis.info("commandstats"))["cmdstat_incrby"]["calls"])


async def burst(queue: Queue, tenant: Tenant, seconds: float, rate: int = 100) -> int:
    """Jobs of 10 ms at an even rate; how many there were."""
    began, count = time.monotonic(), int(seconds * rate)
    for number in range(count):
        await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
        await queue.put(tenant, {"seconds": 0.01}, type=NAP)
    return count


async def longest_lag(queue: Queue) -> timedelta:
    """From being asked for to being done."""
    found: timedelta = await queue.connection.fetchval("SELECT max(finished_at - created_at) FROM jobs")
    return found


async def test_redis_is_killed_and_comes_back_empty_within_a_burst(
    settings: Settings, workers: Workers, own_valkey: ValkeyServer, queue: Queue, acme: Tenant
) -> None:
    worker = workers.start(with_url(settings, redis_url=own_valkey.url))
    await listens(own_valkey.url, 60)
    count = await burst(queue, acme, 1)
    assert own_valkey.pid
    os.kill(own_valkey.pid, signal.SIGKILL)
    count += await burst(queue, acme, 1.5)
    own_valkey.start()
    back = await listens(own_valkey.url, 5)
    count += await burst(queue, acme, 1)
    await queue.until_settled(count)
    lag = await longest_lag(queue)
    tell(f"F3: {count} jobs, 0 lost; the worker was back at Redis after {back:.2f} s; the longest lag was {lag.total_seconds():.2f} s")
    assert await queue.states() == {"done": count}
    assert await queue.connection.fetchval("SELECT max(attempts) FROM jobs") == 1
    assert lag < LAG
    assert worker.is_alive()


async def test_redis_stands_still_within_a_burst(
    settings: Settings, workers: Workers, own_valkey: ValkeyServer, queue: Queue, acme: Tenant
) -> None:
    workers.start(with_url(settings, redis_url=own_valkey.url))
    await listens(own_valkey.url, 60)
    count = await burst(queue, acme, 0.5)
    freeze(own_valkey.pid)
    try:
        count += await burst(queue, acme, FROZEN)
        await queue.until_settled(count, 5)
    finally:
        thaw(own_valkey.pid)
    count += await burst(queue, acme, 1)
    await queue.until_settled(count)
    lag = await longest_lag(queue)
    tell(f"F4: Redis stood still for {FROZEN:g} s: {count} jobs, 0 lost, none begun twice; the longest lag was {lag.total_seconds():.2f} s")
    assert await queue.states() == {"done": count}
    assert await queue.connection.fetchval("SELECT max(attempts) FROM jobs") == 1
    assert lag < LAG


async def test_the_sweeper_alone_keeps_up_without_redis(settings: Settings, workers: Workers, queue: Queue, acme: Tenant) -> None:
    workers.start(with_url(settings, redis_url=f"redis://127.0.0.1:{free_port()}/0"))
    await queue.put(acme, {"seconds": 0}, type=NAP)
    await queue.until_settled(1, 60)
    count = 1 + await burst(queue, acme, 2, rate=200)
    await queue.until_settled(count)
    lag = await longest_lag(queue)
    tell(f"F3: without any Redis {count - 1} jobs at 200 a second: the longest lag was {lag.total_seconds() * 1000:.0f} ms")
    assert await queue.states() == {"done": count}


async def test_with_redis_jobs_run_through_arq_and_leave_nothing_there(
    settings: Settings, workers: Workers, own_valkey: ValkeyServer, queue: Queue, acme: Tenant
) -> None:
    worker = workers.start(with_url(settings, redis_url=own_valkey.url))
    await listens(own_valkey.url, 60)
    count = await burst(queue, acme, 0.5)
    long = await queue.put(acme, {"seconds": 0.6}, type=NAP, queue="heavy")
    await queue.until(long, "done")
    await queue.until_settled(count + 1)
    messages = await messages_run(own_valkey.url)
    worker.terminate()
    await asyncio.to_thread(worker.join, 10)
    async with Redis.from_url(own_valkey.url) as redis:
        # A health key that was under way when the worker stopped is gone 6 s later.
        assert [key for key in await redis.keys("*") if not key.endswith(b":health")] == []
    # A message carries the jobs of one claim, so there are at most as many as jobs.
    assert 0 < messages <= count + 1
