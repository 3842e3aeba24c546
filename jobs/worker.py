"""The worker process: arq runs what it is told of at once, the sweeper finds the rest, the schedule asks for housekeeping."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

import asyncpg
import orjson
import structlog
from arq.connections import RedisSettings
from arq.typing import WorkerCoroutine
from arq.worker import Worker, func
from redis.exceptions import RedisError

from jobs.runner import Runner
from models.columns import now
from models.db import Database, PoolExhausted
from models.system import JobRows
from resolvers.ctx import Ctx
from resolvers.faults import DATABASE_FAULTS
from resolvers.principal import Principal
from resolvers.retention import ask_to_prune
from settings import Settings

SWEEP_EVERY = 1.0
SCHEDULE_EVERY = 3600.0
REDIS_RETRY = 1.0
# Tables that are not there yet are waited for, like a server that is away.
AWAY: tuple[type[Exception], ...] = (*DATABASE_FAULTS, PoolExhausted, asyncpg.UndefinedTableError)
log = structlog.get_logger(__name__)


async def work(settings: Settings) -> None:
    """Run until SIGTERM or SIGINT; what is running then is finished or its lease runs out."""
    database = Database(settings)
    runner = Runner(database, JobRows(database))
    stop = asyncio.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(signum, stop.set)
    loops = [
        _every(SWEEP_EVERY, stop, runner.sweep),
        _every(SCHEDULE_EVERY, stop, lambda: schedule(database, runner.rows, settings)),
        _announced(settings, runner, stop),
    ]
    log.info("worker started")
    try:
        await asyncio.gather(*loops)
    finally:
        await database.close()


async def schedule(database: Database, rows: JobRows, settings: Settings) -> None:
    """Ask for the pruning of event logs that are older than they are kept."""
    before = now() - timedelta(days=settings.event_retention_days)
    for company_id in await rows.companies_with_events_before(before):
        await ask_to_prune(Ctx(Principal.system(company_id, "events:prune"), database.session(company_id)), before)


async def _every(seconds: float, stop: asyncio.Event, do: Callable[[], Awaitable[Any]]) -> None:
    """Repeat until stopped; a database that is away is tried again at the next turn."""
    while not stop.is_set():
        try:
            await do()
        except AWAY as error:
            log.warning("the database is away", error=type(error).__name__)
        await _pause(seconds, stop)


async def _announced(settings: Settings, runner: Runner, stop: asyncio.Event) -> None:
    """Listen to arq; while Redis is away the sweeper alone keeps up."""
    while not stop.is_set() and settings.redis_url is not None:
        worker = _arq(settings.redis_url.get_secret_value(), runner)
        listening = asyncio.create_task(worker.async_run())
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({listening, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not listening.done():
            listening.cancel()
        outcome = (await asyncio.gather(listening, return_exceptions=True))[0]
        if isinstance(outcome, RedisError | OSError):
            log.warning("Redis is away, the sweeper goes on alone", error=type(outcome).__name__)
        elif isinstance(outcome, Exception):
            raise outcome
        await _pause(REDIS_RETRY, stop)


def _arq(redis_url: str, runner: Runner) -> Worker:
    async def run_job(_: dict[str, Any], job_id: str) -> None:
        await runner.run(UUID(job_id))

    return Worker(
        functions=[func(cast(WorkerCoroutine, run_job), name="run_job", keep_result=0)],
        redis_settings=replace(RedisSettings.from_dsn(redis_url), conn_retries=0),
        handle_signals=False,
        max_jobs=20,
        poll_delay=0.05,
        keep_result=0,
        job_serializer=orjson.dumps,
        job_deserializer=orjson.loads,
    )


async def _pause(seconds: float, stop: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
