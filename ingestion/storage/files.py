"""Files, each under a key of its own that begins with its company."""

import asyncio
import os
import re
import secrets
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self

from ingestion.limits import MIB
from ingestion.storage.bucket import Bucket
from ingestion.storage.errors import looked_up, translated
from ingestion.storage.spool import spool

if TYPE_CHECKING:  # it takes 4 MB of each process that keeps no file
    from obstore import Attributes
    from obstore.store import LocalStore, S3Store

_COMPANY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_KEY = re.compile(rf"{_COMPANY.pattern}/[0-9a-f]{{64}}-[0-9a-f]{{16}}")
# Smaller files are sent in one request, larger ones in parts of this size.
_PART = 16 * MIB
_PIECE = 256 * 1024


@dataclass(frozen=True, slots=True)
class Received:
    """A file that came whole and is not kept yet. `sha256` is in hexadecimal digits, `size` in bytes.

    It has no name, and so is gone with this process whatever happens.
    """

    file: IO[bytes]
    sha256: str
    size: int

    @property
    def path(self) -> Path:
        """Where this process and its children can read it, while it is open."""
        return Path(f"/proc/{os.getpid()}/fd/{self.file.fileno()}")

    def key(self, company: str) -> str:
        """A key to keep it under, which no file had before: who removes one can remove no other."""
        if not _COMPANY.fullmatch(company):
            raise ValueError("a company's id has up to 64 letters, digits, - and _")
        return f"{company}/{self.sha256}-{secrets.token_hex(8)}"


class Storage:
    """Keys are `<company>/<sha256>-<random>`."""

    def __init__(self, store: "LocalStore | S3Store", folder: Path | None) -> None:
        self._store = store
        self._folder = folder

    @classmethod
    def local(cls, folder: Path) -> Self:
        """A folder, made if it is missing, that this user alone may enter."""
        from obstore.store import LocalStore  # noqa: PLC0415 - see above

        _make_private(folder)
        return cls(LocalStore(folder), folder)

    @classmethod
    def s3(cls, bucket: Bucket) -> Self:
        """A bucket that exists."""
        return cls(bucket.open(), None)

    @asynccontextmanager
    async def receive(self, content: AsyncIterator[bytes], limit: int) -> AsyncIterator[Received]:
        """Take in a stream of at most `limit` bytes; it is there while the block lasts.

        Raises `TooLarge`, `StorageUnavailable` and whatever `content` raises; nothing is left behind in any case.
        """
        with translated("the upload"):
            file = await asyncio.to_thread(tempfile.TemporaryFile, "w+b", dir=self._folder)
        with file:
            digest, size = await spool(content, file, limit)
            yield Received(file, digest, size)

    async def keep(self, received: Received, key: str, media_type: str) -> None:
        """Keep a file: whole under its key, or not at all. Raises `StorageUnavailable`."""
        with translated(_checked(key)):
            if self._folder:
                await asyncio.to_thread(_make_private, (self._folder / key).parent)
            received.file.seek(0)
            told: Attributes | None = None if self._folder else {"Content-Type": media_type}
            parts = received.size > _PART
            await self._store.put_async(key, received.file, attributes=told, use_multipart=parts, chunk_size=_PART)
            if self._folder:
                await asyncio.to_thread(_seal, self._folder / key)

    async def link(self, key: str, lifetime: timedelta) -> str | None:
        """An address under which the service itself gives the file for a while; None for a folder, which has none."""
        import obstore  # noqa: PLC0415 - see above
        from obstore.store import S3Store  # noqa: PLC0415 - see above

        return await obstore.sign_async(self._store, "GET", _checked(key), lifetime) if isinstance(self._store, S3Store) else None

    async def get(self, key: str) -> AsyncIterator[bytes]:
        """The content, piece by piece; raises `FileNotFoundError` and `StorageUnavailable`."""
        with looked_up(key):
            answer = await self._store.get_async(_checked(key))
            async for piece in answer.stream(min_chunk_size=_PIECE):
                yield bytes(piece)

    async def exists(self, key: str) -> bool:
        """Whether something is kept under a key."""
        try:
            with looked_up(key):
                await self._store.head_async(_checked(key))
        except FileNotFoundError:
            return False
        return True

    async def delete(self, key: str) -> None:
        """Remove what is kept under a key, if anything is."""
        try:
            with looked_up(key):
                await self._store.delete_async(_checked(key))
        except FileNotFoundError:
            return

    @asynccontextmanager
    async def as_file(self, key: str) -> AsyncIterator[Path]:
        """The content as a file that must not be changed, while the block lasts; raises as `get` does."""
        if self._folder:
            if not await self.exists(key):
                raise FileNotFoundError(f"nothing is kept under {key}")
            yield self._folder / key
            return
        file = await asyncio.to_thread(tempfile.NamedTemporaryFile, "w+b")
        with file:
            async for piece in self.get(key):
                await asyncio.to_thread(file.write, piece)
            await asyncio.to_thread(file.flush)
            yield Path(file.name)


def _checked(key: str) -> str:
    if not _KEY.fullmatch(key):
        raise ValueError(f"{key!r} is not a key of this storage")
    return key


def _make_private(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_mode & 0o077:
        folder.chmod(0o700)


def _seal(path: Path) -> None:
    """Private, and on the disk: whoever is told that a file is kept finds it after a power failure."""
    path.chmod(0o600)
    for place in (path, path.parent):
        descriptor = os.open(place, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
