"""What the database refuses, in the words of our own errors. Anything unknown stays unknown, for the edge to mask."""

from collections.abc import Callable

import asyncpg

from models.db import PoolExhausted
from resolvers.errors import BadRequest, Conflict, NotFound, ParleyError, Timeout, Unavailable

AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    ConnectionError,
    OSError,
    TimeoutError,
)
BUSY = (PoolExhausted, asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError, asyncpg.SerializationError)

MEANINGS: tuple[tuple[tuple[type[Exception], ...], Callable[[], ParleyError]], ...] = (
    ((asyncpg.QueryCanceledError,), lambda: Timeout("The database took too long; ask for fewer rows or a narrower filter")),
    ((asyncpg.UniqueViolationError,), lambda: Conflict("Something with these values exists already; change them and try again")),
    ((asyncpg.ForeignKeyViolationError,), lambda: NotFound("A row that this refers to was not found")),
    (
        (asyncpg.DataError, asyncpg.CheckViolationError),
        lambda: BadRequest("A value is outside of what can be stored; check lengths, ranges and characters"),
    ),
    (BUSY, lambda: Unavailable("The database is busy; nothing was changed, try again in a moment")),
    (AWAY, lambda: Unavailable("The database is away; nothing was acknowledged, try again in a moment", retry_after=2)),
)

MASKED = "Something broke on our side; tell us the X-Request-Id"
DATABASE_FAULTS: tuple[type[Exception], ...] = tuple(kind for kinds, _ in MEANINGS for kind in kinds)


def known(error: BaseException) -> ParleyError | None:
    """The error as callers may see it; None when it is a fault of ours."""
    if isinstance(error, ParleyError):
        return error
    return next((make() for kinds, make in MEANINGS if isinstance(error, kinds)), None)


def as_parley(error: BaseException) -> ParleyError:
    """The error as callers may see it; a fault of ours is masked, and must have been logged before."""
    return known(error) or ParleyError(MASKED)
