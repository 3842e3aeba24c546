"""F25: workers are asked to stop while they work. What can finish does, the rest is released, nothing runs twice or is lost."""

import asyncio
import os
import time
from multiprocessing.context import ForkServerProcess

from settings import Settings
from tests.jobs.processes import DEAF, NAP, POST, Workers
from tests.jobs.queue import Queue
from tests.jobs.receiver import Receiver
from tests.ops.running import eventually, tell
from tests.tenant import Tenant

LONG = bool(os.environ.get("LONG_FAULTS"))
RESTARTS = 6 if LONG else 3
# With the terms that ship a worker ends within 10 s; the shorter ones only save the test's time.
TERMS = {} if LONG else {"finish_within": 1.0}
PATIENCE = 10.0


async def stopped(process: ForkServerProcess) -> float:
    """Seconds until a worker that is asked to stop has ended, and not by a signal."""
    began = time.monotonic()
    process.terminate()
    await asyncio.to_thread(process.join, PATIENCE)
    assert process.exitcode == 0
    return time.monotonic() - began


async def test_a_rolling_restart_under_load_does_each_job_once(
    settings: Settings, workers: Workers, queue: Queue, receiver: Receiver, acme: Tenant, rival: Tenant
) -> None:
    count, stopping, seconds = 0, False, []

    async def load() -> None:
        nonlocal count
        while not stopping:
            for tenant, kind in ((acme, POST), (rival, NAP)):
                await queue.put_many(tenant, 5, type=kind, payload=f'{{"port": {receiver.port}, "seconds": 0.05}}')
                count += 5
            await asyncio.sleep(0.05)

    running = [workers.start(settings), workers.start(settings)]
    loading = asyncio.create_task(load())
    await eventually(lambda: len(receiver.posts) > 20, 60)
    for number in range(RESTARTS):
        running.append(workers.start(settings))
        await eventually(lambda: workers.said.count("worker started") == len(running) + number, 60)  # noqa: B023 - awaited at once
        await asyncio.sleep(0.5)
        seconds.append(await stopped(running.pop(0)))
    stopping = True
    await loading
    await queue.until_settled(count)
    tell(f"F25: {RESTARTS} workers replaced under load, each within {max(seconds):.2f} s; {count} jobs, each done once")
    assert await queue.states() == {"done": count}
    assert await queue.connection.fetchval("SELECT max(attempts) FROM jobs") == 1
    assert set(receiver.sends.values()) == {1}


async def test_jobs_that_take_longer_are_released_at_once_and_their_attempts_do_not_count(
    settings: Settings, workers: Workers, queue: Queue, receiver: Receiver, acme: Tenant
) -> None:
    worker = workers.start(settings, **TERMS)
    long = [await queue.put(acme, {"seconds": 120, "port": receiver.port}, type=NAP) for _ in range(3)]
    short = await queue.put(acme, {"seconds": 0.5, "port": receiver.port}, type=NAP)
    await eventually(lambda: len(receiver.posts) == 4, 60)
    seconds = await stopped(worker)
    found = [await queue.job(job_id) for job_id in long]
    tell(f"F25: three jobs of 2 minutes were released and the worker ended {seconds:.2f} s after SIGTERM")
    assert [(job["state"], job["attempts"], job["lease_until"]) for job in found] == [("queued", 0, None)] * 3
    assert (await queue.job(short))["state"] == "done"
    other = workers.start(settings)
    for job_id in long:
        assert (await queue.until(job_id, "running", 60))["attempts"] == 1
    assert other.is_alive()


async def test_full_slots_are_released_together(settings: Settings, workers: Workers, queue: Queue, acme: Tenant) -> None:
    worker = workers.start(settings, finish_within=0.2)
    await queue.put_many(acme, 200, type=NAP, payload='{"seconds": 60}')
    await queue.until_running(75)
    await stopped(worker)
    assert await queue.states() == {"queued": 200}
    assert await queue.connection.fetchval("SELECT max(attempts) FROM jobs") == 0


async def test_a_job_that_does_not_heed_its_cancellation_is_released_too(
    settings: Settings, workers: Workers, queue: Queue, receiver: Receiver, acme: Tenant
) -> None:
    worker = workers.start(settings, finish_within=0.1, release_within=0.4)
    job_id = await queue.put(acme, {"seconds": 3, "port": receiver.port}, type=DEAF)
    await eventually(lambda: receiver.posts, 60)
    worker.terminate()
    job = await queue.until(job_id, "queued", 2)
    assert (job["attempts"], job["lease_until"]) == (0, None)
