"""What the database raises when it is away, busy or not ready: a worker waits and goes on."""

import asyncpg

from resolvers import faults

# Tables that are not there yet, or not as this code needs them, are waited for like a server that is away.
AWAY: tuple[type[Exception], ...] = (
    *faults.AWAY,
    *faults.BUSY,
    asyncpg.QueryCanceledError,
    asyncpg.UndefinedTableError,
    asyncpg.UndefinedColumnError,
)
# Seconds until the next try.
PAUSE = 0.2
