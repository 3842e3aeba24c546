"""Telling readers that events were committed, beside the commits instead of within them."""

import asyncio
from contextvars import Context
from uuid import UUID

import structlog

from models.db.listen import CHANNEL
from models.db.pool import BROKEN, Pool, PoolExhausted

# What is committed within so many seconds of a message is told with the next.
EVERY = 0.01
TELL = f"SELECT count(pg_notify('{CHANNEL}', company)) FROM unnest($1::text[]) AS company"

log = structlog.get_logger(__name__)


class Teller:
    """Sends one message for each company that has news, of all transactions of this process together.

    PostgreSQL lets one transaction with a message commit at a time, so a message within each would make all of them wait for each
    other. One that is lost, because this process ends, costs readers the time until they look by themselves.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._companies: set[UUID] = set()
        self._telling: asyncio.Task[None] | None = None

    def tell(self, company_id: UUID) -> None:
        """Tell soon; nobody waits for it."""
        self._companies.add(company_id)
        if self._telling is None or self._telling.done():
            # Whoever began it is not the one that its lines in the log are about.
            self._telling = asyncio.get_running_loop().create_task(self._tell(), context=Context())

    async def close(self) -> None:
        """Wait until everything is told."""
        if self._telling is not None:
            await asyncio.wait([self._telling])

    async def _tell(self) -> None:
        while self._companies:
            told, self._companies = self._companies, set()
            try:
                await self._pool.value(TELL, [[str(each) for each in told]])
            except (*BROKEN, TimeoutError, PoolExhausted) as error:
                log.warning("readers are not told of events and will look by themselves", error=type(error).__name__)
            await asyncio.sleep(EVERY)
