"""Jobs: how many a second one worker process does that have nothing to do, and how soon it picks them up."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg

from bench.jobs_worker import TYPE
from bench.measure import Failed, quantile
from bench.processes import cpu_seconds, resident_bytes
from bench.servers import HERE
from embedded import EmbeddedError, PostgresServer, ValkeyServer
from embedded.files import Lock
from models.db import Database
from models.migrations import run
from models.system import MemberRows
from settings import Settings, load_settings

COMPANIES = 10
BATCH, RATE = 500, 200
WAYS = {"through arq": True, "without Redis": False}
PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Extent:
    """So many jobs as fast as they can be asked for, then so many seconds of 200 jobs each."""

    jobs: int
    seconds: int


WHOLE, QUICK = Extent(20_000, 15), Extent(4_000, 4)


@dataclass(frozen=True, slots=True)
class JobsRun:
    """What one worker did: `seconds` and its `cpu` for `jobs` from the first row to the last result; sorted `waits` at an even rate."""

    way: str
    jobs: int
    seconds: float
    cpu: float
    resident: int
    waits: Sequence[float]

    @property
    def rate(self) -> float:
        """Jobs a second."""
        return self.jobs / self.seconds

    def wait(self, part: float) -> float:
        """What this part of the waits did not exceed."""
        return quantile(self.waits, part)


@dataclass(frozen=True, slots=True)
class Place:
    """Servers of the jobs' own: a worker's settings, a login that sees every company, its version, companies, a file for waits."""

    settings: Settings
    owner: str
    version: str
    companies: Sequence[UUID]
    waits: Path


def measure_jobs(extent: Extent, say: Callable[[str], None], folder: Path = HERE / ".data" / "jobs") -> tuple[str, list[JobsRun]]:
    """PostgreSQL's version and a run for each way; raises `Failed` when jobs are not done in time."""
    with place(folder) as here:
        runs = []
        for way, redis in WAYS.items():
            settings = here.settings if redis else here.settings.model_copy(update={"redis_url": None})
            runs.append(asyncio.run(_measure(way, settings, here, extent)))
            say(f"jobs {way}: {runs[-1].rate:,.0f}/s, picked up within {runs[-1].wait(0.99) * 1000:.1f} ms (p99)")
        return here.version, runs


@contextmanager
def place(folder: Path) -> Iterator[Place]:
    """Durable servers, as in use, for as long as the block runs."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = Lock(folder / "lock")
    if not lock.acquire():
        raise EmbeddedError(f"The benchmark of jobs runs already, as process {lock.holder()}; wait for it or stop it.")
    postgres, valkey = PostgresServer(folder / "postgres", durable=True), ValkeyServer(folder / "valkey")
    try:
        postgres.remove()
        postgres.start()
        valkey.start()
        run.upgrade(postgres.url("parley_owner"))
        settings = load_settings(database_url=postgres.url("parley"), redis_url=valkey.url, log_level="error")
        yield asyncio.run(_furnished(settings, postgres.url("postgres"), folder / "waits.json"))
    finally:
        valkey.stop()
        postgres.stop()
        lock.release()


async def _furnished(settings: Settings, owner: str, waits: Path) -> Place:
    connection, database = await asyncpg.connect(owner), Database(settings)
    version = await connection.fetchval("SHOW server_version")
    members = [await MemberRows(database).create(uuid4(), f"owner{number}@bench.example") for number in range(COMPANIES)]
    await database.close()
    await connection.close()
    return Place(settings, owner, version, [member.company_id for member in members], waits)


async def _measure(way: str, settings: Settings, here: Place, extent: Extent) -> JobsRun:
    seconds, cpu, resident = await _all_at_once(settings, here, extent.jobs)
    return JobsRun(way, extent.jobs, seconds, cpu, resident, await _steadily(settings, here, extent.seconds))


async def _all_at_once(settings: Settings, here: Place, jobs: int) -> tuple[float, float, int]:
    """A warm worker, then the jobs as fast as they can be inserted: seconds, its seconds of CPU, its resident bytes."""
    connection = await _emptied(here.owner)
    with _worker(settings, Path(os.devnull)) as pid:
        await put(connection, here.companies[0], BATCH)
        await _until_done(connection, BATCH)
        cpu, began = cpu_seconds(pid), time.monotonic()
        for number in range(jobs // BATCH):
            await put(connection, here.companies[number % COMPANIES], BATCH)
        await _until_done(connection, jobs + BATCH)
        found = time.monotonic() - began, cpu_seconds(pid) - cpu, resident_bytes(pid)
    await connection.close()
    return found


async def _steadily(settings: Settings, here: Place, seconds: int) -> list[float]:
    """One job at a time at an even rate; how long each waited from just before its insertion, sorted, without the first second's."""
    connection = await _emptied(here.owner)
    with _worker(settings, here.waits):
        await put(connection, here.companies[0], 1)
        await _until_done(connection, 1)
        began = time.monotonic()
        for number in range(RATE * seconds):
            await asyncio.sleep(max(0.0, began + number / RATE - time.monotonic()))
            await put(connection, here.companies[number % COMPANIES], 1)
        await _until_done(connection, RATE * seconds + 1)
    await connection.close()
    found: list[float] = json.loads(here.waits.read_text())
    return sorted(found[1 + RATE :])


@contextmanager
def _worker(settings: Settings, waits: Path) -> Iterator[int]:
    """A worker process for as long as the block runs; its waits are in the file after that."""
    assert settings.database_url is not None
    environment = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    environment |= {"DATABASE_URL": settings.database_url.get_secret_value(), "PARLEY_LOG_LEVEL": "error"}
    environment |= {"REDIS_URL": settings.redis_url.get_secret_value()} if settings.redis_url else {}
    with subprocess.Popen([sys.executable, "-m", "bench.jobs_worker", str(waits)], env=environment) as process:
        try:
            yield process.pid
            process.send_signal(signal.SIGTERM)
            process.wait(20)
        finally:
            process.kill()


async def put(connection: asyncpg.Connection, company_id: UUID, count: int) -> None:
    """So many jobs in one transaction, as a command of the company would."""
    async with connection.transaction():
        await connection.execute("SELECT set_config('app.company_id', $1, true)", str(company_id))
        await connection.execute(
            "INSERT INTO jobs (id, type, payload) SELECT gen_random_uuid(), $1, $2::jsonb FROM generate_series(1, $3::int)",
            TYPE,
            json.dumps({"at": time.time()}),
            count,
        )


async def _until_done(connection: asyncpg.Connection, count: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while (done := await connection.fetchval("SELECT count(*) FROM jobs WHERE state = 'done'")) < count:
        if time.monotonic() > deadline:
            raise Failed(f"{done:,} of {count:,} jobs were done after {PATIENCE:.0f} s")
        await asyncio.sleep(0.05)


async def _emptied(owner: str) -> asyncpg.Connection:
    connection = await asyncpg.connect(owner)
    await connection.execute("TRUNCATE jobs")
    return connection
