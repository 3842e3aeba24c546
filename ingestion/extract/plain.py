"""Plain text: paragraphs are parted by empty lines; lines with a bullet are items of a list."""

import re
from collections.abc import Iterator
from itertools import groupby, pairwise
from pathlib import Path

from ingestion.decode import decode
from ingestion.document import Block, Part
from ingestion.extract import Progress, Reading
from ingestion.limits import Limits
from ingestion.marks import BULLETS

BULLET = re.compile(rf"[ \t]*(?:[{BULLETS}*+-]|\(?\d{{1,3}}[.)]|\(?[a-z]\))[ \t]+(?=\S)")
_LINE_END = re.compile(r"\r\n?|\n")


def read(path: Path, limits: Limits, progress: Progress) -> Reading:
    """A text file in UTF-8, or in UTF-16 with its mark."""
    return Reading(None, paragraphs(lines_of(path)))


def lines_of(path: Path) -> list[str]:
    """The lines of a text file, without their ends; raises `Unreadable` when it is no text."""
    return _LINE_END.split(decode(path.read_bytes()))


def paragraphs(lines: list[str], page: int | None = None) -> Iterator[Block]:
    """Lines that belong together, with items of lists on their own."""
    for empty, run in groupby(lines, lambda line: not line.strip()):
        if not empty:
            yield from _items_and_rest(list(run), page)


def _items_and_rest(lines: list[str], page: int | None) -> Iterator[Block]:
    """An item lasts until the next one; what stands before the first is a paragraph."""
    starts = [at for at, line in enumerate(lines) if BULLET.match(line)]
    if starts[:1] != [0]:
        yield Block(Part.PARAGRAPH, "\n".join(lines[: starts[0] if starts else None]), page)
    for start, end in pairwise([*starts, len(lines)]):
        yield Block(Part.ITEM, "\n".join(lines[start:end]), page)
