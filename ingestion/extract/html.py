"""HTML: its visible text, with headings, items and rows; scripts, styles and templates are left out."""

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from ingestion.decode import decode
from ingestion.document import Block, Part
from ingestion.extract import Progress, Reading
from ingestion.extract.rows import is_header, row_text
from ingestion.limits import Limits

_HIDDEN = frozenset({"script", "style", "template", "noscript", "title", "svg", "iframe", "object"})
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_CELLS = frozenset({"td", "th"})
_WITHIN_LINES = """
a abbr b bdi bdo big cite code data del dfn em font i img input ins kbd label mark q s samp small span strike strong sub sup time tt
u var wbr
"""
_INLINE = frozenset(_WITHIN_LINES.split())
_PIECE = 64 * 1024


def read(path: Path, limits: Limits, progress: Progress) -> Reading:
    """A page or a part of one, in UTF-8 or with its mark."""
    return Reading(None, _blocks(decode(path.read_bytes()), progress))


def _blocks(text: str, progress: Progress) -> Iterator[Block]:
    parser = _Parser()
    for start in range(0, len(text), _PIECE):
        parser.feed(text[start : start + _PIECE])
        yield from parser.taken()
        progress(min(1.0, (start + _PIECE) / len(text)))
    parser.close()
    parser.finish()
    yield from parser.taken()


class _Parser(HTMLParser):
    """Collects text until a tag ends the block; unclosed and misplaced tags do no harm, since only the open kind is remembered."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._found: list[Block] = []
        self._text: list[str] = []
        self._part = Part.PARAGRAPH
        self._level = 0
        self._hidden: list[str] = []
        self._verbatim = False
        self._header: list[str] = []
        self._row: list[str] | None = None

    def taken(self) -> list[Block]:
        """The blocks that are complete since the last call."""
        found, self._found = self._found, []
        return found

    def finish(self) -> None:
        """Nothing follows: what is open is complete."""
        self._end_row()
        self._end_block()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A tag opens; what has no meaning for us within a line is text of that line."""
        if tag in _HIDDEN:
            self._hidden.append(tag)
        if self._hidden:
            return
        if tag == "br":
            self._text.append("\n")
        elif tag in _CELLS:
            self._start_cell()
        elif tag == "tr":
            self._end_row()
            self._end_block()
            self._row = []
        elif tag not in _INLINE:
            self._start_block(tag)

    def handle_endtag(self, tag: str) -> None:
        """A tag closes, whether or not it was open."""
        if tag in self._hidden:
            del self._hidden[self._hidden.index(tag) :]
        elif self._hidden or tag in _INLINE:
            return
        elif tag in ("tr", "table"):
            self._end_row()
            self._header = [] if tag == "table" else self._header
        elif self._row is None:
            self._end_block()
            self._verbatim = self._verbatim and tag != "pre"

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self._text.append(data if self._verbatim else _spaced(data))

    def _start_block(self, tag: str) -> None:
        if self._row is not None:
            self._text.append(" ")
            return
        self._end_block()
        self._level = _HEADINGS.get(tag, 0)
        self._part = Part.HEADING if self._level else Part.ITEM if tag in ("li", "dt", "dd") else Part.PARAGRAPH
        self._verbatim = self._verbatim or tag == "pre"

    def _end_block(self) -> None:
        text = "".join(self._text)
        self._found.append(Block(self._part, text if self._verbatim else _folded(text), level=self._level))
        self._text, self._part, self._level = [], Part.PARAGRAPH, 0

    def _start_cell(self) -> None:
        self._row = [] if self._row is None else self._row
        self._end_cell()
        self._row.append("")

    def _end_cell(self) -> None:
        if self._row:
            self._row[-1] = " ".join("".join(self._text).split())
        self._text = []

    def _end_row(self) -> None:
        if self._row is None:
            return
        self._end_cell()
        row, self._row = self._row, None
        self._found.append(Block(Part.ROW, row_text(self._header if len(row) == len(self._header) else [], row)))
        if not self._header and len(row) > 1 and is_header(row):
            self._header = row


def _spaced(data: str) -> str:
    """White space of the source is a space; a break of a line comes from `<br>` alone."""
    return " ".join(data.replace("\xa0", " ").split("\n")) if "\n" in data else data


def _folded(text: str) -> str:
    return "\n".join(" ".join(line.split()) for line in text.split("\n"))
