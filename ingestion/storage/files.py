"""Files kept by company and content."""

import asyncio
import os
import re
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self

import obstore
from obstore.store import LocalStore, S3Store

from ingestion.limits import MIB
from ingestion.storage.bucket import Bucket
from ingestion.storage.errors import looked_up, translated
from ingestion.storage.spool import spool

_COMPANY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_KEY = re.compile(rf"{_COMPANY.pattern}/[0-9a-f]{{64}}")
# Smaller files are sent in one request, larger ones in parts of this size.
_PART = 16 * MIB
_PIECE = 256 * 1024


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that is kept. `sha256` is in hexadecimal digits, `size` in bytes."""

    key: str
    sha256: str
    size: int


class Storage:
    """Keys are `<company>/<sha256>`: the same content is kept once for each company, and companies share nothing."""

    def __init__(self, store: LocalStore | S3Store, folder: Path | None) -> None:
        self._store = store
        self._folder = folder

    @classmethod
    def local(cls, folder: Path) -> Self:
        """A folder, made if it is missing, that this user alone may enter."""
        _make_private(folder)
        return cls(LocalStore(folder), folder)

    @classmethod
    def s3(cls, bucket: Bucket) -> Self:
        """A bucket that exists."""
        return cls(bucket.open(), None)

    async def put(self, company: str, content: AsyncIterator[bytes], limit: int) -> Stored:
        """Keep a stream of at most `limit` bytes: whole under its key, or not at all. The same content may be put again.

        Raises `TooLarge`, `StorageUnavailable` and whatever `content` raises; nothing is left behind then.
        """
        if not _COMPANY.fullmatch(company):
            raise ValueError("a company's id has up to 64 letters, digits, - and _")
        with translated("the upload"):
            # It has no name, and so is gone with this process whatever happens.
            file = await asyncio.to_thread(tempfile.TemporaryFile, "w+b", dir=self._folder)
        with file:
            digest, size = await spool(content, file, limit)
            stored = Stored(f"{company}/{digest}", digest, size)
            with translated(stored.key):
                await self._send(stored, file)
        return stored

    async def get(self, key: str) -> AsyncIterator[bytes]:
        """The content, piece by piece; raises `FileNotFoundError` and `StorageUnavailable`."""
        with looked_up(key):
            answer = await obstore.get_async(self._store, _checked(key))
            async for piece in answer.stream(min_chunk_size=_PIECE):
                yield bytes(piece)

    async def exists(self, key: str) -> bool:
        """Whether something is kept under a key."""
        try:
            with looked_up(key):
                await obstore.head_async(self._store, _checked(key))
        except FileNotFoundError:
            return False
        return True

    async def delete(self, key: str) -> None:
        """Remove what is kept under a key, if anything is."""
        try:
            with looked_up(key):
                await obstore.delete_async(self._store, _checked(key))
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

    async def _send(self, stored: Stored, file: IO[bytes]) -> None:
        """The store writes beside the key and renames, or sends a whole object."""
        if self._folder:
            await asyncio.to_thread(_make_private, (self._folder / stored.key).parent)
        await obstore.put_async(self._store, stored.key, file, use_multipart=stored.size > _PART, chunk_size=_PART)
        if self._folder:
            await asyncio.to_thread(_seal, self._folder / stored.key)


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
