"""A table of separated values: each row with the names of its columns, so that it can be understood alone."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

from ingestion.decode import decode
from ingestion.document import Block, Part
from ingestion.errors import Problem, Unreadable
from ingestion.extract import Progress, Reading
from ingestion.limits import Limits
from ingestion.tabular import delimiter_of

_NUMBER = re.compile(r"[-+(]?[\d.,' ]*\d[\d.,' ]*%?\)?")


def read(path: Path, limits: Limits, progress: Progress) -> Reading:
    """Values separated by comma, semicolon, tab or bar."""
    csv.field_size_limit(limits.characters)
    return Reading(None, _blocks(decode(path.read_bytes())))


def _blocks(text: str) -> Iterator[Block]:
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text) or ",")
    header: list[str] | None = None
    try:
        for row in rows:
            cells = [" ".join(cell.split()) for cell in row]
            if not any(cells):
                continue
            yield Block(Part.ROW, row_text(header or [], cells))
            if header is None:
                header = cells if is_header(cells) else []
    except csv.Error as error:
        raise Unreadable(Problem.DAMAGED, f"The table is damaged at line {rows.line_num:,}. Save it again as CSV.", str(error)) from None


def is_header(cells: list[str]) -> bool:
    """Whether these are names: none is missing, none is twice there, none is a number."""
    return all(cells) and len(set(cells)) == len(cells) and not any(_NUMBER.fullmatch(cell) for cell in cells)


def row_text(header: list[str], cells: list[str]) -> str:
    """`Name: value; other: value` without empty cells, or the values alone when they have no names."""
    if not header:
        return " | ".join(cells).strip(" |")
    named = [f"{name}: {cell}" for name, cell in zip(header, cells, strict=False) if cell]
    return "; ".join(named + [cell for cell in cells[len(header) :] if cell])
