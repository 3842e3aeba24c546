"""Why a file is not kept or not given."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


class TooLarge(Exception):
    """A file has more bytes than allowed; nothing of it was kept."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"the file has more than {limit:,} bytes")
        self.limit = limit


class StorageUnavailable(Exception):
    """The storage cannot be reached or refuses; another try may succeed."""


class StorageFull(StorageUnavailable):
    """There is no room."""


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Errors of disks and services as ours."""
    try:
        yield
    except _faults() as error:
        raise _unavailable(what, error) from None


@contextmanager
def looked_up(key: str) -> Iterator[None]:
    """The same; `FileNotFoundError` says that nothing is kept under the key."""
    try:
        yield
    except FileNotFoundError:
        raise FileNotFoundError(f"nothing is kept under {key}") from None
    except _faults() as error:
        raise _unavailable(key, error) from None


@cache
def _faults() -> tuple[type[Exception], ...]:
    from obstore.exceptions import BaseError  # noqa: PLC0415 - loaded with the store that raises it

    return BaseError, OSError


def _unavailable(what: str, error: Exception) -> StorageUnavailable:
    full = getattr(error, "errno", None) in _FULL or any(f"(os error {number})" in str(error) for number in _FULL)
    # The first line says what is wrong; the others repeat it as nested structures, with addresses.
    reason = str(error).partition("\n")[0]
    return (StorageFull if full else StorageUnavailable)(f"{what}: {reason}")
