"""Where budgets are counted: in Redis, or in this process's memory while Redis is away."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from limits import RateLimitItem
from limits.aio.storage import RedisStorage
from limits.aio.storage.base import SlidingWindowCounterSupport
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.errors import StorageError
from redis.asyncio import BlockingConnectionPool

from settings import SettingsError
from web.memory import BoundedMemory
from web.window import Window

PATIENCE = 0.1
REST = 1.0
CONNECTIONS = 8
REDIS_ALONE = {"redis": RedisStorage.DEPENDENCIES["redis"]}
TRIES = 4

Wanted = Callable[[int], int]
"""How many units a caller takes when so many remain: at most those."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Grant:
    """Units taken, the window after that, and whether Redis counted them, for all processes."""

    units: int
    window: Window
    shared: bool


class Ledger:
    """A circuit breaker between two counters that follow the same rule (limits' sliding-window counter).

    After an error or 100 ms without an answer, Redis is left alone for a second and then tried in the background.
    """

    def __init__(self, redis_url: str | None, *, clock: Callable[[], float]) -> None:
        """`clock` counts seconds and never goes back. Raises `SettingsError` for an address that is not Redis's."""
        self._clock = clock
        self._retry_at: float | None = None
        self._answered = 0.0
        self._probe: asyncio.Task[None] | None = None
        self._memory = SlidingWindowCounterRateLimiter(BoundedMemory())
        self._pool = None if redis_url is None else _pool(redis_url)
        self._redis = None if self._pool is None else SlidingWindowCounterRateLimiter(_storage(self._pool))

    @property
    def in_memory(self) -> bool:
        """Whether counting happens in this process alone."""
        return self._redis is None or self._retry_at is not None

    async def acquire(self, limit: RateLimitItem, key: str, wanted: Wanted, used: int) -> Grant:
        """Take what is wanted of what remains, perhaps nothing; `used` is what Redis counted, as far as the caller knows."""
        grant = await self._ask_redis(limit, key, wanted) if self._reachable() else None
        if grant is None:
            await self._carry_over(limit, key, used)
            grant = Grant(*await _take(self._memory, limit, key, wanted), shared=False)
        return grant

    async def close(self) -> None:
        """Drop the connections."""
        if self._probe is not None:
            self._probe.cancel()
            await asyncio.wait([self._probe])
        if self._pool is not None:
            await self._pool.disconnect()

    async def _ask_redis(self, limit: RateLimitItem, key: str, wanted: Wanted) -> Grant | None:
        assert self._redis is not None
        now = asyncio.get_running_loop().time  # what `asyncio.timeout` goes by
        try:
            async with asyncio.timeout(PATIENCE):
                grant = Grant(*await _take(self._redis, limit, key, wanted), shared=True)
            self._answered = now()
        except TimeoutError as error:
            if now() - self._answered > PATIENCE:  # else Redis lives, and it is us who have a queue
                self._leave(error)
        except (StorageError, OSError) as error:
            self._leave(error)
        else:
            return grant
        return None

    def _reachable(self) -> bool:
        if self._redis is None or self._retry_at is None:
            return self._redis is not None
        if self._probe is None and self._clock() >= self._retry_at:
            self._probe = asyncio.create_task(self._try_again())
        return False

    def _leave(self, error: Exception) -> None:
        if self._retry_at is None:
            log.warning("rate limits are counted in memory: Redis is away", error=type(error).__name__)
        self._retry_at = self._clock() + REST

    async def _try_again(self) -> None:
        assert self._redis is not None
        self._retry_at = self._clock() + REST
        try:
            async with asyncio.timeout(PATIENCE):
                back = await self._redis.storage.check()
            if back:
                self._retry_at = None
                await self._memory.storage.reset()
                log.info("rate limits are counted in Redis again")
        except TimeoutError:
            log.debug("Redis is still away")
        finally:
            self._probe = None

    async def _carry_over(self, limit: RateLimitItem, key: str, used: int) -> None:
        """Memory starts from what Redis last said, so that an outage gives nobody a second budget."""
        if not used:
            return
        missing = used - (await _window(self._memory, limit, key)).spent()
        if missing > 0:
            await self._memory.hit(limit, key, cost=missing)


class OneClient(RedisStorage):
    """Imports the client that it uses, and not all that are installed: each takes 2 MB."""

    DEPENDENCIES = REDIS_ALONE


def _pool(redis_url: str) -> BlockingConnectionPool:
    try:
        return BlockingConnectionPool.from_url(
            redis_url, max_connections=CONNECTIONS, timeout=1, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE
        )
    except ValueError:
        raise SettingsError("REDIS_URL must look like redis://host:6379/0, rediss://host:6379/0 or unix:///path") from None


def _storage(pool: BlockingConnectionPool) -> RedisStorage:
    # limits types its options as scalars but takes a pool here; its own parser would refuse addresses without a port
    options: dict[str, object] = {"implementation": "redispy", "wrap_exceptions": True, "connection_pool": pool}
    return OneClient("async+redis://", **options)  # type: ignore[arg-type]


async def _take(counter: SlidingWindowCounterRateLimiter, limit: RateLimitItem, key: str, wanted: Wanted) -> tuple[int, Window]:
    """The units taken, and the window after that."""
    taken, units = 0, wanted(limit.amount)
    for _ in range(TRIES):
        if units and await counter.hit(limit, key, cost=units):
            taken = units
        window = await _window(counter, limit, key)
        units = 0 if taken else wanted(window.remaining)  # not all of the limit is there: choose from what others left
        if not units:
            break
    return taken, window


async def _window(counter: SlidingWindowCounterRateLimiter, limit: RateLimitItem, key: str) -> Window:
    assert isinstance(counter.storage, SlidingWindowCounterSupport)
    every = limit.get_expiry()
    return Window(limit.amount, every, *await counter.storage.get_sliding_window(limit.key_for(key), every))
