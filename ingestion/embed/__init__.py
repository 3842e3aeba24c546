"""Text to vectors, by the bundled model or by any OpenAI-compatible endpoint."""

from ingestion.embed.bundled import BundledEmbedder
from ingestion.embed.embedder import (
    Embedder,
    EmbeddingError,
    EmbeddingRefused,
    EmbeddingUnavailable,
    Vector,
    WrongEmbedding,
    printed,
)
from ingestion.embed.endpoint import Endpoint, EndpointEmbedder

__all__ = [
    "BundledEmbedder",
    "Embedder",
    "EmbeddingError",
    "EmbeddingRefused",
    "EmbeddingUnavailable",
    "Endpoint",
    "EndpointEmbedder",
    "Vector",
    "WrongEmbedding",
    "printed",
]
