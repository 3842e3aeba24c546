"""Whether a text is a table of separated values, and by which character."""

import csv

DELIMITERS = ",;\t|"
_LOOKED_AT = 50


def is_table(text: str) -> bool:
    """Whether the first lines are rows of one width with at least two columns."""
    return delimiter_of(text) is not None


def delimiter_of(text: str) -> str | None:
    """The character between the columns; None for a text that is no table."""
    lines = [line for line in text.split("\n", _LOOKED_AT * 4)[: _LOOKED_AT * 4] if line.strip()]
    return next((each for each in DELIMITERS if _fits(lines, each)), None)


def _fits(lines: list[str], delimiter: str) -> bool:
    try:
        rows = list(csv.reader(lines, delimiter=delimiter))[:_LOOKED_AT]
    except csv.Error:
        return False
    # The last line read may be cut, or within quotes that close later.
    widths = {len(row) for row in (rows[:-1] if len(rows) > 2 else rows)}
    return len(rows) >= 2 and len(widths) == 1 and widths.pop() >= 2 and not _is_prose(lines, delimiter)


def _is_prose(lines: list[str], delimiter: str) -> bool:
    """In sentences a comma is followed by a space; in most tables it is not."""
    every = sum(line.count(delimiter) for line in lines)
    return delimiter in ",;" and sum(line.count(f"{delimiter} ") for line in lines) * 2 > every
