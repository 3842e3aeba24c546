"""`parley worker` as a process: with Redis, without it, through its death, and until it is asked to stop."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import asyncpg
import orjson
import pytest
from redis.asyncio import Redis

from embedded import PostgresServer, ValkeyServer
from embedded.process import free_port
from settings import Settings
from tests.jobs.queue import LONG_AGO, Queue
from tests.ops.running import environment, eventually, program, tell, with_url
from tests.tenant import Tenant

Worker = Callable[[str], AbstractContextManager[subprocess.Popen[bytes]]]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "worker.log"


@pytest.fixture
def worker(settings: Settings, log: Path) -> Worker:
    @contextmanager
    def start(redis_url: str) -> Iterator[subprocess.Popen[bytes]]:
        with program("worker", env=environment(with_url(settings, redis_url=redis_url)), log=log) as process:
            yield process

    return start


@pytest.fixture
def own_valkey(tmp_path: Path) -> Iterator[ValkeyServer]:
    """One that may be killed."""
    server = ValkeyServer(tmp_path / "valkey")
    server.start()
    yield server
    server.stop()


def lines_of(log: Path) -> list[dict[str, object]]:
    """Fails on a line that is not a JSON object."""
    return [orjson.loads(line) for line in log.read_bytes().splitlines()]


def said(log: Path, words: str) -> bool:
    return words in log.read_text()


async def listens(redis_url: str, patience: float) -> float:
    """Seconds until the worker has told Redis that it is there."""
    began = time.monotonic()
    async with Redis.from_url(redis_url) as redis:
        found = 0
        while not found:
            assert time.monotonic() - began < patience, "the worker did not come back to Redis"
            found = await redis.exists("arq:queue:health-check")
    return time.monotonic() - began


async def test_a_queued_job_is_finished_and_the_schedule_runs_at_the_start(
    worker: Worker, own_valkey: ValkeyServer, queue: Queue, acme: Tenant, log: Path
) -> None:
    await queue.events(acme, count=3, age=LONG_AGO)
    await queue.put(acme)
    with worker(own_valkey.url) as process:
        await queue.until_all_done(2)
        await listens(own_valkey.url, 5)
        assert process.poll() is None
    assert await queue.count_events(acme) == 0
    assert said(log, "worker started")


async def test_a_queued_job_is_finished_while_redis_is_away(worker: Worker, queue: Queue, acme: Tenant, log: Path) -> None:
    job_id = await queue.put(acme)
    with worker(f"redis://127.0.0.1:{free_port()}/0") as process:
        await queue.until(job_id, "done")
        await eventually(lambda: said(log, "Redis is away, the sweeper goes on alone"), 15)
        assert process.poll() is None


async def test_the_worker_outlives_redis_and_finds_it_again_within_5_seconds(
    worker: Worker, own_valkey: ValkeyServer, queue: Queue, acme: Tenant
) -> None:
    with worker(own_valkey.url) as process:
        await listens(own_valkey.url, 10)
        assert own_valkey.pid
        os.kill(own_valkey.pid, signal.SIGKILL)
        meanwhile = await queue.put(acme)
        await queue.until(meanwhile, "done")
        own_valkey.start()
        seconds = await listens(own_valkey.url, 5)
        afterwards = await queue.put(acme)
        await queue.until(afterwards, "done")
        assert process.poll() is None
    tell(f"F3: the worker was back at Redis after {seconds:.2f} s, 0 jobs lost")


@pytest.mark.parametrize("redis", ["there", "away"])
async def test_the_worker_stops_when_asked(worker: Worker, own_valkey: ValkeyServer, log: Path, redis: str) -> None:
    with worker(own_valkey.url if redis == "there" else f"redis://127.0.0.1:{free_port()}/0") as process:
        await eventually(lambda: said(log, "worker started"))
        began = time.monotonic()
        process.terminate()
        assert process.wait(10) == 0
    tell(f"the worker stopped after {time.monotonic() - began:.2f} s with Redis {redis}")


async def test_every_line_of_the_workers_log_is_json(worker: Worker, queue: Queue, acme: Tenant, log: Path) -> None:
    job_id = await queue.put(acme, {"canary": "not-for-logs"})
    with worker(f"redis://127.0.0.1:{free_port()}/0"):
        await eventually(lambda: said(log, "job failed"))
        await eventually(lambda: said(log, "Redis is away"), 15)
    assert [line["job"] for line in lines_of(log) if line["event"] == "job failed"] == [str(job_id)]
    assert not said(log, "not-for-logs")


async def test_the_worker_waits_for_tables_that_are_not_there_yet(
    settings: Settings, postgres: PostgresServer, own_valkey: ValkeyServer, log: Path
) -> None:
    connection = await asyncpg.connect(postgres.url("postgres", "postgres"))
    await connection.execute("CREATE DATABASE untouched OWNER parley_owner")
    early = with_url(settings, database_url=postgres.url("parley", "untouched"), redis_url=own_valkey.url)
    with program("worker", env=environment(early), log=log) as process:
        await eventually(lambda: said(log, "worker started"))
        await eventually(lambda: log.read_text().count("UndefinedTableError") > 2 or process.poll() is not None)
        ended = process.poll()
    await connection.execute("DROP DATABASE untouched WITH (FORCE)")
    await connection.close()
    assert ended is None
