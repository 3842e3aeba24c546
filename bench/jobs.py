"""Jobs: how many a second one worker process does, and how soon it picks them up. Run it: python -m bench.jobs [--without-redis]."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg

from bench.jobs_worker import TYPE
from bench.measure import quantile
from bench.processes import cpu_seconds, resident_bytes
from bench.servers import HERE
from bench.targets import verdict
from embedded import PostgresServer, ValkeyServer
from embedded.files import Lock
from models.db import Database
from models.migrations import run
from models.system import MemberRows
from settings import Settings, load_settings

COMPANIES = 10
JOBS, BATCH = 20_000, 500
RATE, SECONDS = 200, 15
AT_LEAST, WITHIN = 1000, 0.1
PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Throughput:
    """So many no-op jobs from the first row to the last result, and what the worker spent on them."""

    jobs: int
    seconds: float
    cpu: float
    resident: int

    @property
    def rate(self) -> float:
        """Jobs a second."""
        return self.jobs / self.seconds


def main() -> int:
    """Print both figures beside their targets."""
    redis = "--without-redis" not in sys.argv
    with servers(redis=redis) as (settings, owner):
        companies = asyncio.run(make_companies(settings))
        throughput = asyncio.run(all_at_once(settings, owner, companies))
        waits = asyncio.run(steadily(settings, owner, companies))
    print(f"One worker process, {COMPANIES} companies, {'through arq' if redis else 'without Redis: the sweeper alone'}")
    cost = f"{throughput.cpu / throughput.jobs * 1e6:.0f} microseconds of the worker's CPU each, {throughput.resident / 1e6:.0f} MB"
    print(verdict(f"{throughput.rate:,.0f} no-op jobs a second ({cost}), wanted at least {AT_LEAST:,}", met=throughput.rate >= AT_LEAST))
    p50, p99 = quantile(waits, 0.5), quantile(waits, 0.99)
    said = f"pick-up at {RATE} jobs a second: p50 {p50 * 1000:.1f} ms, p99 {p99 * 1000:.1f} ms, worst {waits[-1] * 1000:.1f} ms"
    print(verdict(f"{said}, wanted a p99 under {WITHIN * 1000:.0f} ms", met=p99 < WITHIN))
    return 0


@contextmanager
def servers(*, redis: bool) -> Iterator[tuple[Settings, str]]:
    """Servers of the jobs' own, durable as in use; the settings of a worker and the address of a login that sees every company."""
    folder = HERE / ".data" / "jobs"
    folder.mkdir(parents=True, exist_ok=True)
    lock = Lock(folder / "lock")
    if not lock.acquire():
        raise SystemExit(f"the benchmark of jobs runs already, as process {lock.holder()}")
    postgres, valkey = PostgresServer(folder / "postgres", durable=True), ValkeyServer(folder / "valkey")
    try:
        postgres.remove()
        postgres.start()
        valkey.start()
        run.upgrade(postgres.url("parley_owner"))
        urls = {"database_url": postgres.url("parley")} | ({"redis_url": valkey.url} if redis else {})
        yield load_settings(**urls, log_level="error"), postgres.url("postgres")
    finally:
        valkey.stop()
        postgres.stop()
        lock.release()


async def make_companies(settings: Settings) -> list[UUID]:
    """Companies to have jobs."""
    database = Database(settings)
    members = [await MemberRows(database).create(uuid4(), f"owner{number}@bench.example") for number in range(COMPANIES)]
    await database.close()
    return [member.company_id for member in members]


@contextmanager
def worker(settings: Settings, waits: Path) -> Iterator[int]:
    """A worker process for as long as the block runs; its waits are in the file after that."""
    assert settings.database_url is not None
    environment = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}}
    environment |= {"DATABASE_URL": settings.database_url.get_secret_value(), "PARLEY_LOG_LEVEL": "error"}
    environment |= {"REDIS_URL": settings.redis_url.get_secret_value()} if settings.redis_url else {}
    process = subprocess.Popen([sys.executable, "-m", "bench.jobs_worker", str(waits)], env=environment)
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


async def until_done(connection: asyncpg.Connection, count: int) -> None:
    """Return when so many jobs are done."""
    deadline = time.monotonic() + PATIENCE
    while await connection.fetchval("SELECT count(*) FROM jobs WHERE state = 'done'") < count:
        if time.monotonic() > deadline:
            raise SystemExit(f"the jobs were not done within {PATIENCE:.0f} s")
        await asyncio.sleep(0.05)


async def emptied(owner: str) -> asyncpg.Connection:
    """A connection to a database without jobs."""
    connection = await asyncpg.connect(owner)
    await connection.execute("TRUNCATE jobs")
    return connection


async def all_at_once(settings: Settings, owner: str, companies: Sequence[UUID]) -> Throughput:
    """A warm worker, then all the jobs as fast as they can be inserted."""
    connection = await emptied(owner)
    with worker(settings, Path(os.devnull)) as pid:
        await put(connection, companies[0], BATCH)
        await until_done(connection, BATCH)
        cpu, began = cpu_seconds(pid), time.monotonic()
        for number in range(JOBS // BATCH):
            await put(connection, companies[number % len(companies)], BATCH)
        await until_done(connection, JOBS + BATCH)
        found = Throughput(JOBS, time.monotonic() - began, cpu_seconds(pid) - cpu, resident_bytes(pid))
    await connection.close()
    return found


async def steadily(settings: Settings, owner: str, companies: Sequence[UUID]) -> list[float]:
    """One job at a time at an even rate; how long each waited from just before its insertion, sorted, without the first second's."""
    connection, waits = await emptied(owner), HERE / ".data" / "jobs" / "waits.json"
    with worker(settings, waits):
        await put(connection, companies[0], 1)
        await until_done(connection, 1)
        began = time.monotonic()
        for number in range(RATE * SECONDS):
            await asyncio.sleep(max(0.0, began + number / RATE - time.monotonic()))
            await put(connection, companies[number % len(companies)], 1)
        await until_done(connection, RATE * SECONDS + 1)
    await connection.close()
    found: list[float] = json.loads(waits.read_text())
    return sorted(found[1 + RATE :])


if __name__ == "__main__":
    sys.exit(main())
