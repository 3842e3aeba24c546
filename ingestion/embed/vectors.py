"""Vectors as arrays of numbers."""

import base64
from collections.abc import Iterable

import numpy as np

from ingestion.embed.embedder import Vector, WrongEmbedding


def normalised(matrix: Vector, count: int, dimension: int) -> list[Vector]:
    """The rows with length 1; raises `WrongEmbedding` unless there are `count` finite ones of `dimension` numbers."""
    if matrix.shape != (count, dimension):
        raise WrongEmbedding(f"expected {count} vectors of {dimension} numbers, not an array of shape {matrix.shape}")
    # In double precision, since the squares of large numbers overflow.
    lengths = np.linalg.norm(matrix.astype(np.float64), axis=1, keepdims=True)
    if not np.isfinite(lengths).all() or not lengths.all():
        raise WrongEmbedding("a vector is zero or not finite")
    return list((matrix / lengths).astype(np.float32))


def stacked(embeddings: Iterable[object]) -> Vector:
    """A matrix of what an endpoint answered; raises `ValueError` for what are no numbers, or rows of several lengths."""
    return np.stack([_row(each) for each in embeddings])


def _row(embedding: object) -> Vector:
    """Little-endian floats in base64, or plain numbers."""
    if isinstance(embedding, str):
        return np.frombuffer(base64.b64decode(embedding, validate=True), dtype="<f4")
    if isinstance(embedding, list) and all(isinstance(number, int | float) for number in embedding):
        with np.errstate(over="ignore"):
            return np.asarray(embedding, dtype=np.float32)
    raise ValueError("neither base64 nor a list of numbers")
