"""The paragraphs, headings, items and rows of a Word document's text."""

from dataclasses import dataclass, field

from ingestion.document import Block, Part
from ingestion.extract.docx_styles import Styles, level_of_outline
from ingestion.extract.rows import is_header, row_text
from ingestion.extract.xml_events import Attributes

# Moved or deleted text and formats, the old twin of a new feature, and what is no text of the document.
_LEFT_OUT = frozenset({"del", "moveFrom", "pPrChange", "Fallback", "instrText", "delText"})
_MARKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}


@dataclass(slots=True)
class _Paragraph:
    text: list[str] = field(default_factory=list)
    style: str = ""
    level: int | None = None
    listed: bool | None = None
    # Tab stops are declared with the same name as a tab that is typed.
    in_properties: bool = False


class Body:
    """Collects blocks from the elements of `word/document.xml` or of its notes."""

    def __init__(self, styles: Styles) -> None:
        self._styles = styles
        self._found: list[Block] = []
        # A text box is a paragraph within a paragraph; a table within a cell belongs to the cell.
        self._open: list[_Paragraph] = []
        self._tables: list[list[str]] = []
        self._cells: list[list[str]] = []
        self._left_out = 0
        self._in_text = False

    def taken(self) -> list[Block]:
        """The blocks that are complete since the last call."""
        found, self._found = self._found, []
        return found

    def start(self, name: str, attributes: Attributes) -> None:
        """An element begins."""
        self._left_out += name in _LEFT_OUT
        if self._left_out:
            return
        if name == "p":
            self._open.append(_Paragraph())
        elif name == "tbl":
            self._tables.append([])
        elif name == "tr":
            self._cells.append([])
        elif name == "tc" and self._cells:
            self._cells[-1].append("")
        elif self._open:
            self._within(self._open[-1], name, attributes.get("val", ""))

    def _within(self, paragraph: _Paragraph, name: str, value: str) -> None:
        match name:
            case "t":
                self._in_text = True
            case "pPr":
                paragraph.in_properties = True
            case "pStyle":
                paragraph.style = value
            case "outlineLvl":
                paragraph.level = level_of_outline(value)
            case "numId":
                paragraph.listed = value != "0"
            case _ if name in _MARKS and not paragraph.in_properties:
                paragraph.text.append(_MARKS[name])

    def end(self, name: str) -> None:
        """An element ends."""
        if self._left_out:
            self._left_out -= name in _LEFT_OUT
        elif name == "t":
            self._in_text = False
        elif name == "pPr" and self._open:
            self._open[-1].in_properties = False
        elif name == "p" and self._open:
            self._end_paragraph(self._open.pop())
        elif name == "tr" and self._cells:
            self._end_row(self._cells.pop())
        elif name == "tbl" and self._tables:
            self._tables.pop()

    def data(self, text: str) -> None:
        """Text between tags; only what is in `w:t` is text of the document."""
        if self._in_text and self._open and not self._left_out:
            self._open[-1].text.append(text)

    def _end_paragraph(self, paragraph: _Paragraph) -> None:
        text = "".join(paragraph.text)
        if self._cells and self._cells[-1]:
            self._cells[-1][-1] += f" {' '.join(text.split())}"
            return
        level = self._styles.level(paragraph.style) if paragraph.level is None else paragraph.level
        listed = self._styles.listed(paragraph.style) if paragraph.listed is None else paragraph.listed
        part = Part.HEADING if level else Part.ITEM if listed else Part.PARAGRAPH
        self._found.append(Block(part, text, level=level))

    def _end_row(self, cells: list[str]) -> None:
        cells = [cell.strip() for cell in cells]
        if self._cells:
            # A row of a table within a cell.
            if self._cells[-1]:
                self._cells[-1][-1] += f" {row_text([], cells)}"
            return
        header = self._tables[-1] if self._tables else []
        self._found.append(Block(Part.ROW, row_text(header if len(header) == len(cells) else [], cells)))
        if self._tables and not header and len(cells) > 1 and is_header(cells):
            self._tables[-1] = cells
