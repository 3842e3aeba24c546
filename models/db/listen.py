"""Hearing that something was committed: one connection that listens, and comes back by itself."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from uuid import UUID

import structlog

from models.db.pool import BROKEN, PoolOptions, connect

CHANNEL = "parley_events"
# A connection whose server was frozen or cut off says nothing; a question finds out.
QUESTION_EVERY = 15.0
SOONEST, LATEST = 0.1, 2.0

Heard = Callable[[UUID | None], None]
log = structlog.get_logger(__name__)


class Listener:
    """Tells what was committed; messages only wake readers, who look at the tables themselves."""

    def __init__(self, options: PoolOptions) -> None:
        """`options` are those of a pool; one connection of it is opened."""
        self._options = options

    async def listen(self, heard: Heard, channel: str = CHANNEL) -> None:
        """Listen until cancelled. `heard` is told the company that a message names; None if it names none, or some may have been missed."""
        pause = SOONEST
        while True:
            began = asyncio.get_running_loop().time()
            try:
                await self._once(heard, channel)
            except (*BROKEN, TimeoutError) as error:
                log.warning("not listening: the database is away", channel=channel, error=type(error).__name__)
            pause = SOONEST if asyncio.get_running_loop().time() - began > LATEST else min(LATEST, pause * 2)
            await asyncio.sleep(pause)

    async def _once(self, heard: Heard, channel: str) -> None:
        connection = await connect(self._options)
        try:
            await connection.add_listener(channel, lambda _connection, _process, _channel, said: heard(_company(said)))
            heard(None)
            while not connection.is_closed():
                await asyncio.sleep(QUESTION_EVERY)
                await connection.execute("SELECT")
        finally:
            with suppress(*BROKEN):
                connection.terminate()


def _company(said: object) -> UUID | None:
    try:
        return UUID(str(said))
    except ValueError:
        return None
