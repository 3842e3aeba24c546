"""Small choices out of random bytes of hypothesis."""

from collections.abc import Sequence
from typing import Any, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")
# Drawn at once: many small draws make hypothesis repeat itself, two documents of three were the same.
MOST_BYTES = 600


class Choices:
    """One example's choices. When the bytes are used up every answer is no, the first, none."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw
        self._bytes = iter(draw(st.binary(min_size=MOST_BYTES, max_size=MOST_BYTES)))

    def below(self, limit: int) -> int:
        """A number from 0 to `limit` - 1."""
        if limit <= 1:
            return 0
        return (next(self._bytes, 0) if limit <= 256 else next(self._bytes, 0) * 256 + next(self._bytes, 0)) % limit

    def chance(self, percent: int) -> bool:
        """Yes in so many of a hundred cases."""
        return next(self._bytes, 0) * 100 >= 256 * (100 - percent)

    def one_of(self, values: Sequence[T]) -> T:
        """One of them."""
        return values[self.below(len(values))]

    def some(self, values: Sequence[T], most: int) -> list[T]:
        """At most so many of them, each once, in any order."""
        left = list(values)
        return [left.pop(self.below(len(left))) for _ in range(min(self.below(most + 1), len(left)))]

    def drawn(self, strategy: st.SearchStrategy[Any]) -> Any:
        """What a strategy gives."""
        return self._draw(strategy)
