"""Markdown by its lines: headings, items of lists, rows of tables, code and paragraphs. Marks within a line stay."""

import re
from collections.abc import Iterator
from pathlib import Path

from ingestion.document import Block, Part
from ingestion.extract import Progress, Reading
from ingestion.extract.plain import BULLET, lines_of, paragraphs
from ingestion.extract.rows import row_text
from ingestion.limits import Limits

_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+|$)(.*)")
_CLOSING = re.compile(r"(?:^|[ \t])#+[ \t]*$")
_UNDERLINE = re.compile(r" {0,3}(=+|-+)[ \t]*$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_RULE = re.compile(r"\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_QUOTE = re.compile(r" {0,3}>[ ]?")


def read(path: Path, limits: Limits, progress: Progress) -> Reading:
    """CommonMark with tables, as far as the structure of a text goes."""
    return Reading(None, _blocks(lines_of(path)))


def _blocks(lines: list[str]) -> Iterator[Block]:
    at, pending = 0, list[str]()
    while at < len(lines):
        special = _special(lines, at)
        if special is None:
            pending.append(_QUOTE.sub("", lines[at]))
            at += 1
            continue
        yield from paragraphs(pending)
        pending = []
        blocks, at = special
        yield from blocks
    yield from paragraphs(pending)


def _special(lines: list[str], at: int) -> tuple[list[Block], int] | None:
    """What starts at a line and is no paragraph, and the line after it."""
    if found := _HEADING.match(lines[at]):
        return [Block(Part.HEADING, _CLOSING.sub("", found[2]), level=len(found[1]))], at + 1
    if found := _FENCE.match(lines[at]):
        return _fenced(lines, at, found[1])
    if at + 1 == len(lines) or not lines[at].strip():
        return None
    if "|" in lines[at] and "|" in lines[at + 1] and _RULE.match(lines[at + 1]):
        return _table(lines, at)
    if (found := _UNDERLINE.match(lines[at + 1])) and not BULLET.match(lines[at]):
        return [Block(Part.HEADING, lines[at], level=1 if found[1].startswith("=") else 2)], at + 2
    return None


def _fenced(lines: list[str], at: int, fence: str) -> tuple[list[Block], int]:
    """Code until a fence of the same kind that is as long, or until the end."""
    end = at + 1
    while end < len(lines) and not ((found := _FENCE.match(lines[end])) and found[1].startswith(fence)):
        end += 1
    return [Block(Part.PARAGRAPH, "\n".join(lines[at + 1 : end]))], end + 1


def _table(lines: list[str], at: int) -> tuple[list[Block], int]:
    header, end = _cells(lines[at]), at + 2
    while end < len(lines) and "|" in lines[end]:
        end += 1
    rows = [row_text([], header), *(row_text(header, _cells(line)) for line in lines[at + 2 : end])]
    return [Block(Part.ROW, row) for row in rows], end


def _cells(line: str) -> list[str]:
    return [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
