"""`parley worker` as a process: both queues, its log, its counters, tables that are not there yet, and its end."""

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import asyncpg
import httpx2
import orjson
import pytest

from embedded import PostgresServer, ValkeyServer
from embedded.process import free_port
from settings import Settings
from tests.jobs.queue import LONG_AGO, Queue
from tests.ops.running import environment, eventually, program, tell, with_url
from tests.tenant import Tenant

Worker = Callable[..., AbstractContextManager[subprocess.Popen[bytes]]]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "worker.log"


@pytest.fixture
def worker(settings: Settings, log: Path) -> Worker:
    """`parley worker` with these options and variables."""

    @contextmanager
    def start(*options: str, **variables: str) -> Iterator[subprocess.Popen[bytes]]:
        with program("worker", *options, env=environment(settings, **variables), log=log) as process:
            yield process

    return start


def said(log: Path, words: str) -> bool:
    return words in log.read_text()


def lines_of(log: Path) -> list[dict[str, object]]:
    """Fails on a line that is not a JSON object."""
    return [orjson.loads(line) for line in log.read_bytes().splitlines()]


def nowhere() -> str:
    """The address of a Redis that is not there."""
    return f"redis://127.0.0.1:{free_port()}/0"


async def test_jobs_of_both_queues_are_done_the_schedule_runs_at_the_start_and_the_counters_tell(
    worker: Worker, queue: Queue, acme: Tenant
) -> None:
    await queue.events(acme, count=3, age=LONG_AGO)
    await queue.put(acme)
    await queue.put(acme, queue="heavy")
    port = str(free_port())
    with worker(PARLEY_WORKER_METRICS_PORT=port) as process:
        await queue.until_all_done(3)
        async with httpx2.AsyncClient() as client:
            counters = (await client.get(f"http://127.0.0.1:{port}/metrics")).text.splitlines()
        assert process.poll() is None
    assert await queue.count_events(acme) == 0
    assert 'parley_jobs_done_total{queue="light",type="events.prune"} 2.0' in counters
    assert 'parley_jobs_done_total{queue="heavy",type="events.prune"} 1.0' in counters


async def test_a_worker_of_one_queue_leaves_the_other_alone(worker: Worker, queue: Queue, acme: Tenant) -> None:
    light, heavy = await queue.put(acme), await queue.put(acme, queue="heavy")
    with worker("--queue", "heavy"):
        await queue.until(heavy, "done")
        assert (await queue.job(light))["state"] == "queued"


async def test_every_line_of_the_log_is_json_and_none_tells_what_a_job_carries(
    worker: Worker, queue: Queue, acme: Tenant, log: Path
) -> None:
    job_id = await queue.put(acme, {"canary": "not-for-logs"})
    with worker(REDIS_URL=nowhere()):
        await eventually(lambda: said(log, "job failed"), 60)
        await eventually(lambda: said(log, "Redis is away, jobs are begun without it"), 60)
    assert [line["job"] for line in lines_of(log) if line["event"] == "job failed"] == [str(job_id)]
    assert not said(log, "not-for-logs")


async def test_the_worker_waits_for_tables_that_are_not_there_yet(
    settings: Settings, postgres: PostgresServer, valkey: ValkeyServer, log: Path
) -> None:
    connection = await asyncpg.connect(postgres.url("postgres", "postgres"))
    await connection.execute("CREATE DATABASE untouched OWNER parley_owner")
    early = with_url(settings, database_url=postgres.url("parley", "untouched"))
    with program("worker", env=environment(early), log=log) as process:
        await eventually(lambda: said(log, "worker started"), 60)
        await eventually(lambda: log.read_text().count("UndefinedTableError") > 2 or process.poll() is not None)
        ended = process.poll()
    await connection.execute("DROP DATABASE untouched WITH (FORCE)")
    await connection.close()
    assert ended is None


@pytest.mark.parametrize("redis", ["there", "away"])
async def test_an_idle_worker_stops_at_once_when_asked(worker: Worker, log: Path, redis: str) -> None:
    with worker(**({} if redis == "there" else {"REDIS_URL": nowhere()})) as process:
        await eventually(lambda: said(log, "worker started"), 60)
        began = time.monotonic()
        process.terminate()
        assert process.wait(10) == 0
    assert said(log, "worker stopped")
    tell(f"an idle worker stopped after {time.monotonic() - began:.2f} s with Redis {redis}")
