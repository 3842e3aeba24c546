"""Public keys read from the configured JWKS addresses, and from nowhere else."""

import asyncio
import math
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

import httpx2
import orjson
import structlog
from jwt import PyJWK

from resolvers.auth.keys import Found, usable_keys

FRESH = 600.0
STALE = 3600.0
PAUSE = 30.0
DEADLINE = 5.0
LONGEST_ANSWER = 64 * 1024

log = structlog.get_logger(__name__)


class KeySet:
    """The keys of one address: fresh for 10 min, kept up to 1 h while it is down, fetched at most once per 30 s."""

    def __init__(self, url: str, client: httpx2.AsyncClient, timer: Callable[[], float]) -> None:
        self._url = url
        self._client = client
        self._timer = timer
        self._keys: tuple[PyJWK, ...] = ()
        self._fetched_at = -math.inf
        self._tried_at = -math.inf
        self._failing = False
        self._fetch: asyncio.Task[None] | None = None

    @property
    def until(self) -> float:
        """When these keys must be looked at again."""
        return min(max(self._fetched_at + FRESH, self._tried_at + PAUSE), self._fetched_at + STALE)

    def matching(self, algorithm: str, kid: str | None) -> tuple[PyJWK, ...]:
        """The keys of that algorithm and id, of every id when `kid` is None; none once the last good answer is 1 h old."""
        if self._timer() >= self._fetched_at + STALE:
            return ()
        return tuple(key for key in self._keys if key.algorithm_name == algorithm and kid in (None, key.key_id))

    async def refresh(self, *, wanted: bool) -> None:
        """Fetch if the keys are no longer fresh or one is `wanted` that isn't here; joins a fetch under way."""
        now = self._timer()
        if not wanted and now < self._fetched_at + FRESH:
            return
        if self._fetch is None and now >= self._tried_at + PAUSE:
            self._tried_at = now
            self._fetch = asyncio.create_task(self._renew(now))
        # While the address is down, a known key is served at once and the next try runs behind it.
        if self._fetch and (wanted or not self._failing):
            # The fetch is shared: a caller that goes away must not end it for the others.
            await asyncio.shield(self._fetch)

    async def close(self) -> None:
        """End a fetch under way."""
        if self._fetch:
            self._fetch.cancel()
            await asyncio.wait([self._fetch])

    async def _renew(self, now: float) -> None:
        try:
            self._keys = usable_keys(orjson.loads(await self._answer()))
            self._fetched_at, self._failing = now, False
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError) as error:
            self._failing = True
            log.warning("jwks fetch failed", host=urlsplit(self._url).hostname, reason=type(error).__name__)
        finally:
            self._fetch = None

    async def _answer(self) -> bytes:
        # The client's own timeout starts anew with each byte; only the outer deadline stops a dripping server.
        async with asyncio.timeout(DEADLINE), self._client.stream("GET", self._url) as response:
            if response.status_code != httpx2.codes.OK:
                raise ValueError("the answer is not 200")
            body = bytearray()
            # Raw bytes: an inflated answer could be a thousand times as long as what was read.
            async for chunk in response.aiter_raw():
                body += chunk
                if len(body) > LONGEST_ANSWER:
                    raise ValueError("the answer is too long")
            return bytes(body)


class KeySets:
    """The keys of all configured addresses."""

    def __init__(self, urls: Iterable[str], timer: Callable[[], float]) -> None:
        self._client = _client()
        self._sets = tuple(KeySet(url, self._client, timer) for url in urls)

    async def find(self, algorithm: str, kid: str | None) -> Found:
        """The keys that fit; without `kid` only when a single key does. An unknown `kid` may cause a fetch."""
        holders = [keys for keys in self._sets if keys.matching(algorithm, kid)]
        await asyncio.gather(*(keys.refresh(wanted=not holders) for keys in holders or self._sets))
        return self._found(algorithm, kid)

    async def close(self) -> None:
        """End fetches under way and close the client."""
        await asyncio.gather(*(keys.close() for keys in self._sets))
        await self._client.aclose()

    def _found(self, algorithm: str, kid: str | None) -> Found:
        holders = [keys for keys in self._sets if keys.matching(algorithm, kid)]
        found = tuple(key for keys in holders for key in keys.matching(algorithm, kid))
        # Trying every key would multiply the work that a forged token causes.
        if not found or (kid is None and len(found) > 1):
            return Found(())
        return Found(found, min(keys.until for keys in holders))


def _client() -> httpx2.AsyncClient:
    # Connections are not kept: a set is fetched every ten minutes, and nothing is left open in between.
    return httpx2.AsyncClient(
        trust_env=False,
        follow_redirects=False,
        timeout=DEADLINE,
        limits=httpx2.Limits(max_keepalive_connections=0),
        headers={"Accept": "application/json", "Accept-Encoding": "identity"},
    )
