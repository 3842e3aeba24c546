"""arq runs what this process has claimed, in the slots of one queue. A message carries the ids of one claim and nothing else.

Each process has queues of its own in Redis, because by then it is settled which process does a job: PostgreSQL handed it out with
its claim (docs/decisions/0008-jobs.md). No other module knows of arq.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

import orjson
import structlog
from arq.connections import ArqRedis
from arq.constants import job_key_prefix
from arq.jobs import serialize_job
from arq.typing import WorkerCoroutine
from arq.utils import timestamp_ms
from arq.worker import Worker, func
from redis.asyncio import ConnectionPool
from redis.exceptions import RedisError

from models.ids import new_id
from models.job import JobQueue

# Seconds. Handing over may hold nobody up; what is not begun in time is begun without arq (jobs/relay.py).
HAND_OVER_WITHIN = 0.1
ANSWER_WITHIN = 2.0
AWAY_FOR = 1.0
HEALTH_EVERY = 5.0
CANCEL_EVERY = 0.1
# What a killed process leaves in Redis is gone after so many milliseconds.
LEFT_FOR = 60_000
# arq looks at every message at each poll, also at those whose job runs: those of longer jobs are taken away.
LONG = 0.2
POLL_EVERY = {JobQueue.LIGHT: 0.02, JobQueue.HEAVY: 0.05}
REDIS_AWAY = (RedisError, OSError)
log = structlog.get_logger(__name__)


@dataclass(slots=True, eq=False)
class ArqExecutor:
    """`start` begins a job in its slot, and gives None when that has happened already; `worker` names the process."""

    redis_url: str
    queue: JobQueue
    size: int
    start: Callable[[UUID], "asyncio.Task[None] | None"]
    worker: str
    _redis: ArqRedis | None = None
    _away_until: float = 0.0
    _under_way: bool = False

    @property
    def name(self) -> str:
        """The queue's key in Redis."""
        return f"parley:{self.queue.value}:{self.worker}"

    @property
    def up(self) -> bool:
        """Whether it takes jobs."""
        return self._redis is not None and asyncio.get_running_loop().time() >= self._away_until

    def missed(self) -> None:
        """It did not begin what it took: it counts as away for a moment, and what it took is begun by whoever tells it so."""
        self._away_until, self._under_way = asyncio.get_running_loop().time() + AWAY_FOR, False

    async def hand_over(self, ids: list[UUID]) -> bool:
        """Send the ids in one round trip; False while a message is under way, or when Redis is away or does not answer in time."""
        redis = self._redis
        # arq asks Redis five times for each message: jobs that come faster than it begins them would wait in line.
        if redis is None or not self.up or self._under_way:
            return False
        self._under_way = True
        try:
            async with asyncio.timeout(HAND_OVER_WITHIN), redis.pipeline(transaction=False) as pipe:
                # Named anew each time, so that nothing of an earlier attempt can stand in its way.
                name, at = new_id().hex, timestamp_ms()
                message = serialize_job("run_jobs", tuple(map(str, ids)), {}, None, at, serializer=orjson.dumps)
                pipe.psetex(job_key_prefix + name, LEFT_FOR, message)
                pipe.zadd(self.name, {name: at})
                pipe.pexpire(self.name, LEFT_FOR)
                await pipe.execute()
        except REDIS_AWAY as error:
            self._is_away(error)
            return False
        return True

    async def serve(self) -> None:
        """Run what is handed over, until cancelled; a Redis that is away is tried again every second."""
        while True:
            await self._serve_once()
            await asyncio.sleep(AWAY_FOR)

    async def _serve_once(self) -> None:
        pool = ConnectionPool.from_url(self.redis_url, socket_timeout=ANSWER_WITHIN, socket_connect_timeout=ANSWER_WITHIN)
        redis = ArqRedis(pool, job_serializer=orjson.dumps, job_deserializer=orjson.loads, default_queue_name=self.name)
        worker = self._arq(redis)
        polling = asyncio.create_task(worker.main())
        try:
            await asyncio.wait({polling})
            polling.result()
        except REDIS_AWAY as error:
            self._is_away(error)
        finally:
            self._redis = None
            await end(polling)
            await _close(worker, redis)

    def _arq(self, redis: ArqRedis) -> Worker:
        """None of arq's defaults that matter is kept: half a second between polls, 10 jobs, results for an hour, pickle."""

        async def connected(ctx: dict[Any, Any]) -> None:
            self._redis, self._away_until, self._under_way = redis, 0.0, False

        async def run_jobs(ctx: dict[Any, Any], *ids: str) -> None:
            self._under_way = False
            tasks = {task for each in ids if (task := self.start(UUID(each))) is not None}
            if tasks:
                _, longer = await asyncio.wait(tasks, timeout=LONG)
                if longer:
                    await redis.zrem(self.name, ctx["job_id"])
                    await asyncio.wait(longer)

        return Worker(
            functions=[func(cast(WorkerCoroutine, run_jobs), name="run_jobs")],
            queue_name=self.name,
            redis_pool=redis,
            on_startup=connected,
            handle_signals=False,
            max_jobs=self.size,
            queue_read_limit=self.size,
            # How long a job may take is its type's to say.
            job_timeout=cast(float, None),
            poll_delay=POLL_EVERY[self.queue],
            keep_result=0,
            log_results=False,
            health_check_interval=HEALTH_EVERY,
            health_check_key=f"{self.name}:health",
            job_serializer=orjson.dumps,
            job_deserializer=orjson.loads,
        )

    def _is_away(self, error: Exception) -> None:
        self.missed()
        log.warning("Redis is away, jobs are begun without it", error=type(error).__name__, queue=self.queue)


async def end(task: asyncio.Task[None]) -> None:
    """Cancel a task until it ends: redis-py swallows a cancellation now and then, and arq goes on."""
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=CANCEL_EVERY)


async def _close(worker: Worker, redis: ArqRedis) -> None:
    """End arq's own tasks, which wait for jobs and are not the jobs, and take the process's keys away if Redis answers."""
    for task in worker.tasks.values():
        task.cancel()
    await asyncio.gather(*worker.tasks.values(), return_exceptions=True)
    with suppress(*REDIS_AWAY):
        async with asyncio.timeout(HAND_OVER_WITHIN):
            await redis.delete(worker.queue_name, worker.health_check_key)
    with suppress(*REDIS_AWAY):
        await redis.aclose(close_connection_pool=True)
