"""Private files that are never half-written, and the lock that tells who lives in a folder."""

import fcntl
import os
import secrets
import time
from pathlib import Path


def write_private(path: Path, text: str) -> None:
    """Replace the file in one step; only its owner may read it, from the first byte on."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.new")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def kept_secret(path: Path) -> str:
    """The secret in the file, 64 hexadecimal characters; made at the first call."""
    if not path.exists() or not path.read_text().strip():
        write_private(path, secrets.token_hex(32))
    return path.read_text().strip()


class Lock:
    """Held by one living process; the kernel lets go of it when that process dies, however it dies."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._handle: int | None = None

    @property
    def held(self) -> bool:
        """Whether this object holds the lock."""
        return self._handle is not None

    def acquire(self) -> bool:
        """Take the lock and write our pid into it; False when another living process holds it."""
        if self.held:
            return True
        handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        if not _locked(handle, fcntl.LOCK_EX):
            os.close(handle)
            return False
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        self._handle = handle
        return True

    def release(self) -> None:
        """Let go; the file stays, because removing it would let two processes lock two files of one name."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def holder(self) -> int | None:
        """The pid of the living process that holds the lock, or None."""
        if self.held:
            return os.getpid()
        if not self.path.exists() or self._is_free():
            return None
        return int(self.path.read_text().strip() or 0) or None

    def _is_free(self) -> bool:
        handle = os.open(self.path, os.O_RDONLY)
        try:
            return _locked(handle, fcntl.LOCK_SH)
        finally:
            os.close(handle)


def _locked(handle: int, kind: int) -> bool:
    """Asks a few times, because somebody who only looks holds the lock for an instant."""
    for attempt in range(3):
        try:
            fcntl.flock(handle, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.02 * attempt)
        else:
            return True
    return False
