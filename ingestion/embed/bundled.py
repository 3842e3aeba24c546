"""The model that comes with Parley: WordLlama, 256 dimensions, on the processor, from files inside its package."""

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import Any

from ingestion.embed.embedder import Vector, batches, refuse_blank
from ingestion.tokens import Tokens, bundled_tokenizer

_TEXTS = 32
# Texts of a batch are padded to the longest. A token has at least a byte and takes 1 kB here, so this is 32 MB at most.
_BYTES = 32 * 1024
# A question of a line is embedded in 0.3 ms; the way to the thread and back takes as long again.
_AT_ONCE = 200


class BundledEmbedder:
    """Loaded when the first text comes, in a thread of its own like nearly all its work: about 0.2 s and 90 MB.

    One thread, since several would take turns at the processor and each keep memory of its own. Later a single line is embedded at once.

    Its tokenizer is read in one step of 30 to 60 ms in which no other thread runs; who serves requests embeds a word at the start.
    """

    model = "wordllama-l2-supercat-256"
    dimension = 256

    def __init__(self) -> None:
        self._tokens = Tokens(bundled_tokenizer())
        self._model: Any = None
        self._thread = ThreadPoolExecutor(1, "embedding")

    @property
    def tokenizer(self) -> Path:
        """The model's own."""
        return self._tokens.path

    def tokens(self, text: str) -> int:
        """Tokens of a text."""
        return self._tokens.count(text)

    async def embed(self, texts: Sequence[str]) -> list[Vector]:
        """A vector of length 1 for each text; raises `ValueError` for a blank one."""
        refuse_blank(texts)
        if self._model is not None and 0 < sum(map(len, texts)) <= _AT_ONCE:
            return self._embed(list(texts))
        vectors: list[Vector] = []
        for batch in batches(texts, _TEXTS, _BYTES):
            vectors += await asyncio.get_running_loop().run_in_executor(self._thread, self._embed, batch)
        return vectors

    def _embed(self, texts: list[str]) -> list[Vector]:
        from ingestion.embed.vectors import normalised  # noqa: PLC0415 - numpy, for those who use it

        self._model = self._model or _load()
        return normalised(self._model.embed(texts, batch_size=_TEXTS), len(texts), self.dimension)


def _load() -> Any:
    """Without a network: its own look-up misses the tokenizer that lies in its package, so it is told where."""
    # The package sets up the root logger when it is imported, unless it has a handler.
    root, guard = logging.getLogger(), logging.NullHandler()
    root.addHandler(guard)
    try:
        wordllama = import_module("wordllama")
    finally:
        root.removeHandler(guard)
    return wordllama.WordLlama.load(cache_dir=Path(str(wordllama.__file__)).parent, disable_download=True)
