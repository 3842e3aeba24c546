"""The lines of a PDF page as pypdf meets them, with the place and the size of their letters."""

import math
from dataclasses import dataclass, field

Matrix = list[float]
# As a share of the size of the letters.
_SAME_HEIGHT = 0.2


@dataclass(slots=True)
class Line:
    """Places and sizes are in points, y upwards; None where they are not known. A row of a table has several cells."""

    cells: list[str]
    size: float = 0.0
    x: float | None = None
    y: float | None = None

    @property
    def text(self) -> str:
        """The cells as one line."""
        return " ".join(self.cells)


@dataclass(slots=True)
class LineCollector:
    """Gets each piece of text with its matrices, as pypdf's `visitor_text`; lines end where pypdf ends them."""

    lines: list[Line] = field(default_factory=list)
    _text: list[str] = field(default_factory=list)
    _size: float = 0.0
    _place: tuple[float, float] | None = None

    def visit(self, text: str, cm: Matrix, tm: Matrix, _font: object, font_size: float) -> None:
        """A piece of text: `tm` places it on what `cm` places on the page."""
        if not text:
            return
        first, *others = text.split("\n")
        if first.strip() and self._place is None:
            self._place = (tm[4] * cm[0] + tm[5] * cm[2] + cm[4], tm[4] * cm[1] + tm[5] * cm[3] + cm[5])
            self._size = font_size * math.sqrt(abs((tm[0] * tm[3] - tm[1] * tm[2]) * (cm[0] * cm[3] - cm[1] * cm[2])))
        self._text.append(first)
        for other in others:
            self._end_line()
            self._text.append(other)

    def finish(self) -> list[Line]:
        """All lines, in the order of the page's content."""
        self._end_line()
        return self.lines

    def _end_line(self) -> None:
        text = " ".join("".join(self._text).split())
        if text:
            add_line(self.lines, Line([text], self._size, *(self._place or (None, None))))
        self._text, self._place = [], None


def add_line(lines: list[Line], line: Line) -> None:
    """Append a line; what continues on the same height, further to the right, is another cell of the last one."""
    if lines and _continues(lines[-1], line):
        lines[-1].cells += line.cells
    else:
        lines.append(line)


def _continues(last: Line, line: Line) -> bool:
    if last.x is None or last.y is None or line.x is None or line.y is None:
        return False
    return line.x > last.x and abs(last.y - line.y) < _SAME_HEIGHT * line.size
