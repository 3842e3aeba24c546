"""Embeddings from any endpoint that speaks OpenAI's protocol."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from ingestion.embed.embedder import EmbeddingRefused, EmbeddingUnavailable, Vector, WrongEmbedding, batches, refuse_blank
from ingestion.tokens import Tokens, bundled_tokenizer

_TEXTS = 64
# Endpoints take a few hundred thousand tokens a request; a token has at least a byte.
_BYTES = 256 * 1024
_BUSY = frozenset({408, 409, 425, 429})


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a model is. Times are in seconds.

    `shorten` asks the model for `dimension` numbers, which few models can; otherwise `dimension` is what the model has. `tokenizer`
    is the model's `tokenizer.json`; without one the bundled model's counts, which gives somewhat more tokens than larger vocabularies.
    """

    base_url: str
    key: SecretStr
    model: str
    dimension: int
    shorten: bool = False
    tokenizer: Path | None = None
    timeout: float = 30.0
    retries: int = 3
    # Of one batch, with all its tries and the waits between them.
    deadline: float = 90.0


class EndpointEmbedder:
    """Busy endpoints are tried again, as they ask for it, a bounded number of times."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._tokens = Tokens(endpoint.tokenizer or bundled_tokenizer())
        self._client: Any = None

    @property
    def model(self) -> str:
        """The model's name at the endpoint; of one that is asked for shorter vectors with their length, since those are others."""
        return f"{self._endpoint.model}:{self.dimension}" if self._endpoint.shorten else self._endpoint.model

    @property
    def dimension(self) -> int:
        """As configured; an answer of another dimension is an error."""
        return self._endpoint.dimension

    @property
    def tokenizer(self) -> Path:
        """The model's, or the bundled one."""
        return self._tokens.path

    def tokens(self, text: str) -> int:
        """Tokens of a text, by the tokenizer that is known."""
        return self._tokens.count(text)

    async def embed(self, texts: Sequence[str]) -> list[Vector]:
        """A vector of length 1 for each text; raises `ValueError` for a blank one, and `EmbeddingError`."""
        refuse_blank(texts)
        vectors: list[Vector] = []
        for batch in batches(texts, _TEXTS, _BYTES):
            answer = await self._ask(batch)
            vectors += await asyncio.to_thread(self._vectors, answer, len(batch))
        return vectors

    async def close(self) -> None:
        """Close its connections."""
        if self._client:
            await self._client.close()
            self._client = None

    async def _ask(self, texts: list[str]) -> Any:
        """The endpoint's answer, of whatever shape it is."""
        client = await asyncio.to_thread(self._connected)
        openai = self._library
        wanted = {"dimensions": self.dimension} if self._endpoint.shorten else {}
        try:
            async with asyncio.timeout(self._endpoint.deadline):
                return await client.embeddings.create(model=self._endpoint.model, input=texts, encoding_format="base64", **wanted)
        except openai.APIStatusError as error:
            raise self._status(error) from None
        except (openai.APIConnectionError, TimeoutError) as error:
            raise EmbeddingUnavailable(f"{self.model} cannot be reached ({type(error).__name__})") from None
        except (openai.OpenAIError, ValueError) as error:
            raise WrongEmbedding(f"{self.model} answered with no JSON ({type(error).__name__})") from None

    def _status(self, error: Any) -> EmbeddingUnavailable | EmbeddingRefused:
        """The body is left out: some endpoints repeat the key or the text in it."""
        message = f"{self.model} answered {error.status_code}" + (f" ({error.code})" if error.code else "")
        if error.status_code in _BUSY or error.status_code >= 500:
            return EmbeddingUnavailable(message, _seconds(error.response.headers.get("retry-after")))
        return EmbeddingRefused(message)

    def _vectors(self, answer: Any, count: int) -> list[Vector]:
        """The vectors in the order of the texts, whatever order and encoding they came in."""
        data = getattr(answer, "data", None)
        items = data if isinstance(data, list) else []
        rows = {str(getattr(item, "index", None)): getattr(item, "embedding", None) for item in items}
        if len(items) != count or set(rows) != {str(at) for at in range(count)}:
            raise WrongEmbedding(f"{self.model} answered {count} texts with {len(items)} vectors, or not one for each")
        from ingestion.embed.vectors import normalised, stacked  # noqa: PLC0415 - numpy, for those who use it

        try:
            return normalised(stacked(rows[str(at)] for at in range(count)), count, self.dimension)
        except ValueError as error:
            raise WrongEmbedding(f"{self.model} answered with vectors that cannot be read: {error}") from None

    @cached_property
    def _library(self) -> Any:
        # Half a second and 60 MB, for those who use it.
        return import_module("openai")

    def _connected(self) -> Any:
        """The client; called in a thread, since loading its library takes long the first time."""
        self._client = self._client or self._library.AsyncOpenAI(
            base_url=self._endpoint.base_url,
            api_key=self._endpoint.key.get_secret_value(),
            timeout=self._endpoint.timeout,
            max_retries=self._endpoint.retries,
        )
        return self._client


def _seconds(header: str | None) -> float | None:
    """A `Retry-After` in seconds; the other form, a date, is left to the caller's own backoff."""
    return float(header) if header and header.isdecimal() else None
