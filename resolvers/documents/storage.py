"""The storage as commands meet it: its faults in words of ours."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from ingestion.storage import StorageFull, StorageUnavailable, TooLarge
from resolvers.ctx import Ctx
from resolvers.errors import PayloadTooLarge, Unavailable
from resolvers.knowledge import Knowledge

FULL = "There is no room for files at the moment; nothing was stored, try again later"
AWAY = "The storage of files is away; nothing was stored, try again in a moment"
log = structlog.get_logger(__name__)


def knowledge_of(ctx: Ctx) -> Knowledge:
    """The process's; contexts without one never reach files or embeddings."""
    if ctx.knowledge is None:
        raise RuntimeError("this context was made without the knowledge base")
    return ctx.knowledge


@contextmanager
def storage_faults() -> Iterator[None]:
    """A file that is too large is the caller's fault; a storage that is full or away is nobody's and may pass."""
    try:
        yield
    except TooLarge as error:
        raise too_large(error.limit) from None
    except StorageUnavailable as error:
        log.warning("the storage of files failed", error=str(error))
        full = isinstance(error, StorageFull)
        raise Unavailable(FULL if full else AWAY, retry_after=60 if full else 5) from None


def too_large(limit: int) -> PayloadTooLarge:
    """The 413 of a file."""
    return PayloadTooLarge(f"file: is over the limit of {limit:,} bytes; split it", details={"limit": limit})
