"""PDFium, for pages on which pypdf finds nothing or would take long. It is loaded when the first such page comes."""

import ctypes
import math
import re
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

from ingestion.errors import Problem, Unreadable
from ingestion.extract.pdf_lines import Line, add_line

# How PDFium writes the hyphen of a word that is parted at the end of a line.
_HYPHENS = {0x02: "-", 0xFFFE: "-"}
_LINE = re.compile(r"[^\r\n]*\S[^\r\n]*")


class Pdfium:
    """A PDF as PDFium sees it; a file that it cannot open has no lines."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def count(self) -> int:
        """The number of pages; raises `Unreadable` when PDFium cannot open the file either."""
        document = self._document
        if document is None:
            raise Unreadable(Problem.DAMAGED, "The PDF is damaged and cannot be read. Open it, save it again and upload the new file.")
        return len(document)

    def lines(self, number: int) -> list[Line]:
        """The lines of a page, from 1."""
        document = self._document
        if document is None or number > len(document):
            return []
        lines: list[Line] = []
        try:
            page = document[number - 1]
            text = page.get_textpage()
        except self._library.PdfiumError:
            return []
        for found in _LINE.finditer(text.get_text_range()):
            add_line(lines, self._line(text, found))
        text.close()
        page.close()
        return lines

    def _line(self, page: Any, found: re.Match[str]) -> Line:
        """A line with the place and the size of its first letter."""
        at = found.start() + len(found[0]) - len(found[0].lstrip())
        x, y, matrix = ctypes.c_double(), ctypes.c_double(), self._raw.FS_MATRIX()
        text = " ".join(found[0].translate(_HYPHENS).split())
        if not self._raw.FPDFText_GetCharOrigin(page, at, x, y) or not self._raw.FPDFText_GetMatrix(page, at, matrix):
            return Line([text])
        scale = math.sqrt(abs(matrix.a * matrix.d - matrix.b * matrix.c))
        return Line([text], self._raw.FPDFText_GetFontSize(page, at) * scale, x.value, y.value)

    @cached_property
    def _library(self) -> Any:
        return import_module("pypdfium2")

    @cached_property
    def _raw(self) -> Any:
        return import_module("pypdfium2.raw")

    @cached_property
    def _document(self) -> Any:
        try:
            # By its content: PDFium would look for the name behind the path, which a file that is being uploaded does not have.
            return self._library.PdfDocument(self._path.read_bytes())
        except self._library.PdfiumError:
            return None
