"""What an embedding model is to the rest: an id, a dimension, and vectors of length 1."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias

import orjson

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

# numpy takes 11 MB of a process: it is imported with `vectors`, where vectors are made.
Vector: TypeAlias = "npt.NDArray[np.float32]"


def printed(vector: Vector) -> str:
    """A vector as pgvector reads it: each number with as many digits as tell it from all others of 32 bits."""
    return orjson.dumps(vector, option=orjson.OPT_SERIALIZE_NUMPY).decode()


class EmbeddingError(Exception):
    """No vectors came. Messages hold no keys and no texts."""


class EmbeddingUnavailable(EmbeddingError):
    """Not now: busy, down or too slow. `retry_after` is in seconds, where the endpoint names it."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class EmbeddingRefused(EmbeddingError):
    """Never like this: the key, the model or the request is wrong."""


class WrongEmbedding(EmbeddingError):
    """The answer is not what was asked for: another count, another dimension, or no numbers."""


class Embedder(Protocol):
    """Vectors of different models are never compared: `model` and `dimension` are stored with each."""

    @property
    def model(self) -> str:
        """Changes whenever the vectors would."""
        ...

    @property
    def dimension(self) -> int:
        """The length of each vector."""
        ...

    @property
    def tokenizer(self) -> Path:
        """The `tokenizer.json` that chunks are measured with."""
        ...

    def tokens(self, text: str) -> int:
        """Tokens of a text; the first call reads the tokenizer, about 30 ms."""
        ...

    async def embed(self, texts: Sequence[str]) -> list[Vector]:
        """A vector of length 1 for each text, in order, in batches of bounded size.

        Raises `ValueError` for a blank text and `EmbeddingError` when no vectors come.
        """
        ...


def refuse_blank(texts: Sequence[str]) -> None:
    """A blank text has no direction."""
    for at, text in enumerate(texts):
        if not text.strip():
            raise ValueError(f"text {at} is blank and has no embedding")


def batches(texts: Sequence[str], most_texts: int, most_bytes: int) -> Iterator[list[str]]:
    """Consecutive texts whose number and padded size are bounded; a text that is larger alone is a batch."""
    batch: list[str] = []
    longest = 0
    for text in texts:
        size = len(text.encode())
        if batch and (len(batch) == most_texts or (len(batch) + 1) * max(longest, size) > most_bytes):
            yield batch
            batch, longest = [], 0
        batch.append(text)
        longest = max(longest, size)
    if batch:
        yield batch
