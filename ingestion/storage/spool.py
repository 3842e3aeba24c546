"""A stream on its way to the storage: counted and hashed before anything is sent."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from typing import IO

from ingestion.storage.errors import TooLarge, translated

_BUFFER = 256 * 1024


async def spool(content: AsyncIterator[bytes], file: IO[bytes], limit: int) -> tuple[str, int]:
    """Write a stream to a file; returns its SHA-256 and its size in bytes. Raises `TooLarge` at the first byte too many."""
    digest, size, waiting = hashlib.sha256(), 0, bytearray()

    def write(piece: bytes) -> None:
        digest.update(piece)
        with translated("the upload"):
            file.write(piece)

    async for piece in content:
        size += len(piece)
        if size > limit:
            raise TooLarge(limit)
        waiting += piece
        if len(waiting) >= _BUFFER:
            await asyncio.to_thread(write, bytes(waiting))
            waiting.clear()
    await asyncio.to_thread(write, bytes(waiting))
    with translated("the upload"):
        await asyncio.to_thread(file.seek, 0)
    return digest.hexdigest(), size
