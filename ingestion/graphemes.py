"""Characters as people see them: a letter with its marks, a family of emoji. Nothing is cut within one."""

from collections.abc import Iterator

import regex

_GRAPHEME = regex.compile(r"\X")
# White space with a mark on it is a character of its own, and some signs hold on to what follows them.
HELD = r"(?![\p{GCB=Extend}\p{GCB=ZWJ}\p{GCB=SpacingMark}])"
_GAP = regex.compile(rf"(?<!\p{{GCB=Prepend}})\s+{HELD}")
_PREPEND = regex.compile(r"\p{GCB=Prepend}")


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """`start` and `end` without the white space at both ends; equal when nothing else is there."""
    gap = _GAP.match(text, start, end)
    start = gap.end() if gap else start
    last = start + len(text[start:end].rstrip())
    return start, last + bool(start < last < end and _PREPEND.match(text, last - 1))


def words(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The words of `text[start:end]`, parted by white space, as (start, end) in `text`."""
    at = start
    for gap in _GAP.finditer(text, start, end):
        if gap.start() > at:
            yield at, gap.start()
        at = gap.end()
    if at < end:
        yield at, end


def runs(text: str, start: int, end: int, most_bytes: int) -> Iterator[tuple[int, int]]:
    """`text[start:end]` in pieces of at most so many bytes of UTF-8; a grapheme that is longer is cut, since nothing else is left."""
    at, size = start, 0
    for found in _GRAPHEME.finditer(text, start, end):
        length = len(found[0].encode())
        if size + length > most_bytes and found.start() > at:
            yield at, found.start()
            at, size = found.start(), 0
        if length > most_bytes:
            step = max(1, most_bytes // 4)
            yield from ((cut, min(cut + step, found.end())) for cut in range(found.start(), found.end(), step))
            at = found.end()
            continue
        size += length
    if at < end:
        yield at, end
