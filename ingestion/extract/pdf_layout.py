"""From the lines of a PDF to blocks: PDF knows no paragraphs, so sizes, gaps and bullets tell where they are."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from ingestion.document import Block, Part
from ingestion.extract.pdf_lines import Line
from ingestion.extract.rows import is_header, row_text
from ingestion.marks import BULLETS, CLOSERS, WIDE_STOPS

# A heading's letters are this much larger than those of most of the text, and it is no longer than this.
_LARGER = 1.15
_LONGEST_HEADING = 200
_DEEPEST = 6
# A gap this much wider than usual parts paragraphs.
_WIDER = 1.4
_SHORT = 0.75
_INDENT = 0.8

_BULLET = re.compile(rf"[{BULLETS}-]\s+\S")
_NUMBERED = re.compile(r"(?:\(?\d{1,3}[.)]|\(?[a-z]\))\s+\S")
_ENDED = re.compile(rf"[.!?:;…{WIDE_STOPS}][{re.escape(CLOSERS)}]*$")
_HYPHENATED = re.compile(r"[^\W\d_]-$")


def blocks_of(pages: Sequence[tuple[int, list[Line]]]) -> Iterator[Block]:
    """The blocks of all pages; which sizes are headings depends on all of them."""
    levels = heading_levels([line for _, lines in pages for line in lines])
    for number, lines in pages:
        usual = _usual_gap(lines)
        width = max((len(line.text) for line in lines), default=0)
        for level, run in groupby(lines, lambda line: levels.get(_rounded(line.size), 0) if len(line.text) <= _LONGEST_HEADING else 0):
            if level:
                yield from _headings(list(run), level, usual, number)
            else:
                yield from _body(list(run), usual, width, number)


def heading_levels(lines: Sequence[Line]) -> dict[float, int]:
    """The level of each size that is clearly larger than most of the text; the largest is level 1."""
    letters: Counter[float] = Counter()
    for line in lines:
        letters[_rounded(line.size)] += len(line.text)
    if not letters:
        return {}
    body = max(letters, key=lambda size: (letters[size], -size))
    larger = sorted((size for size in letters if size > body * _LARGER and body > 0), reverse=True)
    return {size: min(level, _DEEPEST) for level, size in enumerate(larger, 1)}


def _rounded(size: float) -> float:
    return round(size * 2) / 2


def _usual_gap(lines: Sequence[Line]) -> float:
    """The distance between lines within a paragraph: the lower quartile of all, since gaps between paragraphs are wider."""
    gaps = sorted(gap for before, line in pairwise(lines) if (gap := _gap(before, line)) is not None and gap > 0)
    return gaps[len(gaps) // 4] if gaps else 0.0


def _gap(before: Line, line: Line) -> float | None:
    return before.y - line.y if before.y is not None and line.y is not None else None


def _headings(lines: list[Line], level: int, usual: float, page: int) -> Iterator[Block]:
    """A heading may take several lines, which stand close together."""
    text: list[str] = []
    for before, line in zip([None, *lines], lines, strict=False):
        gap = _gap(before, line) if before else None
        if text and (gap is None or not 0 <= gap <= max(usual, line.size * _WIDER)):
            yield Block(Part.HEADING, _joined(text), page, level)
            text = []
        text.append(line.text)
    yield Block(Part.HEADING, _joined(text), page, level)


def _body(lines: list[Line], usual: float, width: int, page: int) -> Iterator[Block]:
    for cells, run in groupby(lines, lambda line: len(line.cells)):
        rows = list(run)
        if cells > 1 and len(rows) > 1:
            yield from _rows(rows, page)
        else:
            yield from _paragraphs(rows, usual, width, page)


def _rows(lines: list[Line], page: int) -> Iterator[Block]:
    """Lines with the same number of cells, one after the other, are a table."""
    header = lines[0].cells if is_header(lines[0].cells) else []
    yield Block(Part.ROW, row_text([], lines[0].cells), page)
    for line in lines[1:]:
        yield Block(Part.ROW, row_text(header, line.cells), page)


def _paragraphs(lines: list[Line], usual: float, width: int, page: int) -> Iterator[Block]:
    text: list[str] = []
    before: Line | None = None
    for line in lines:
        if before and (_parted(before, line, usual, width) or (_is_item(text[0]) and _is_item(line.text))):
            yield _block(text, page)
            text = []
        text.append(line.text)
        before = line
    yield _block(text, page)


def _parted(before: Line, line: Line, usual: float, width: int) -> bool:
    """Whether a new paragraph or item begins with a line."""
    ended = bool(_ENDED.search(before.text))
    if _BULLET.match(line.text) or (ended and _NUMBERED.match(line.text)):
        return True
    gap = _gap(before, line)
    if gap is not None and (gap > usual * _WIDER or (gap < 0 and ended)):
        return True
    indented = before.x is not None and line.x is not None and (gap or 0.0) >= 0 and line.x > before.x + _INDENT * line.size
    return ended and (indented or len(before.text) < width * _SHORT)


def _block(lines: list[str], page: int) -> Block:
    text = _joined(lines)
    return Block(Part.ITEM if _is_item(text) else Part.PARAGRAPH, text, page)


def _is_item(text: str) -> bool:
    return bool(_BULLET.match(text) or _NUMBERED.match(text))


def _joined(lines: list[str]) -> str:
    """One line. A word that was parted at the end of a line is whole again; what goes on with a capital keeps its hyphen."""
    text = lines[0]
    for line in lines[1:]:
        text = _whole(text, line) if _HYPHENATED.search(text[-2:]) else f"{text} {line}"
    return text


def _whole(text: str, line: str) -> str:
    return (text[:-1] if line[:1].islower() else text) + line
