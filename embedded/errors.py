"""The one error of the bundled servers."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class EmbeddedError(RuntimeError):
    """A bundled server could not do its work; the text says why and what to do next."""


@contextmanager
def named_for(folder: Path) -> Iterator[None]:
    """Turn the system's errors about files into an `EmbeddedError` that names the folder and a way out."""
    try:
        yield
    except OSError as error:
        raise EmbeddedError(f"{error}. Make {folder} writable for this user, or choose another folder with PARLEY_DATA_DIR.") from error
