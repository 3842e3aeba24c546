"""How many tokens a text has for an embedding model."""

from collections.abc import Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_BATCH = 1000


def bundled_tokenizer() -> Path:
    """The tokenizer of the bundled model; its package is found without being imported."""
    spec = find_spec("wordllama")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("wordllama is not installed")
    return Path(spec.origin).parent / "tokenizers" / "l2_supercat_tokenizer_config.json"


class Tokens:
    """Counts with a `tokenizer.json`, which is read when the first text is counted (about 30 ms)."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def count(self, text: str) -> int:
        """Tokens of a text, without the special ones around it."""
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def count_each(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text."""
        return [
            len(encoded.ids)
            for start in range(0, len(texts), _BATCH)
            for encoded in self._tokenizer.encode_batch_fast(list(texts[start : start + _BATCH]), add_special_tokens=False)
        ]

    @cached_property
    def _tokenizer(self) -> "Tokenizer":
        from tokenizers import Tokenizer  # noqa: PLC0415 - 4 MB, for those who count

        tokenizer = Tokenizer.from_file(str(self.path))
        # Files may ask for both, and then every count would be the same.
        tokenizer.no_padding()
        tokenizer.no_truncation()
        return tokenizer
