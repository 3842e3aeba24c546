"""What kind of document a file is, from its content; its name says nothing."""

import re
from enum import StrEnum
from pathlib import Path

from ingestion.archive import open_checked
from ingestion.decode import decode_head
from ingestion.errors import Problem, Unreadable
from ingestion.signatures import foreign
from ingestion.tabular import is_table

HEAD = 64 * 1024


class Kind(StrEnum):
    """What can be read; the values are media types."""

    PDF = "application/pdf"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    TEXT = "text/plain"
    MARKDOWN = "text/markdown"
    CSV = "text/csv"
    HTML = "text/html"


ACCEPTED = "PDF, DOCX, plain text, Markdown, CSV and HTML"

_TAGS = """
html head body title meta link style script h1 h2 h3 h4 h5 h6 p div span table ul ol dl pre form article main section header nav footer
"""
_HTML = re.compile(rf"<(?:!doctype\s+html|{'|'.join(_TAGS.split())})\b", re.I)
_VISIBLE = re.compile(r"\S")
_SVG = re.compile(r"<(?:!doctype\s+svg|svg)\b", re.I)
# Lengths are bounded so that no text takes more than linear time.
_STYLED_WITHIN = 16 * 1024
_MARKDOWN = re.compile(
    r"^#{1,6} \S|^(?:```|~~~)|^\S.*\n(?:={3,}|-{3,})$|^[-*+] \[[ xX]\] |^\|.+\|\n\|[ :|-]+\|$"
    r"|\*\*\S[^*\n]{0,200}\*\*|\[[^]\n]{1,80}\]\([^)\s]{1,500}\)",
    re.MULTILINE,
)
_OFFICE = (
    ("xl/workbook", "This is an Excel workbook. Save the sheets you need as CSV."),
    ("ppt/presentation", "This is a PowerPoint presentation. Save it as PDF."),
    ("content.xml", "This is an OpenDocument file. Save it as DOCX or PDF."),
)
_WORD = re.compile(r"word/document\d*\.xml")


def recognise(path: Path) -> Kind:
    """The kind of a file; raises `Unreadable` with a sentence for its owner when it is none that we read.

    Reads the first 64 KiB, and of a zip file its list of entries: well under 50 ms, but the disk may block, so call it in a thread.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head:
        raise Unreadable(Problem.EMPTY, "The file is empty.")
    if head.lstrip().startswith(b"%PDF-") or (b"%PDF-" in head[:1024] and b" obj" in head):
        return Kind.PDF
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zipped(path)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        raise _compound(head)
    if sentence := foreign(head):
        raise Unreadable(Problem.KIND, sentence)
    return _textual(decode_head(head, whole=len(head) < HEAD))


def _zipped(path: Path) -> Kind:
    with open_checked(path) as archive:
        names = archive.namelist()
    if any(_WORD.fullmatch(name) for name in names):
        return Kind.DOCX
    for start, sentence in _OFFICE:
        if any(name.startswith(start) for name in names):
            raise Unreadable(Problem.KIND, sentence)
    raise Unreadable(Problem.KIND, "This is a zip archive, not a Word document. Unpack it and upload the documents inside.")


def _compound(head: bytes) -> Unreadable:
    """Word before 2007 and documents with a password share a container."""
    if "EncryptedPackage".encode("utf-16-le") in head:
        return Unreadable(Problem.PROTECTED, "The document is protected by a password. Save it without one and upload it again.")
    return Unreadable(
        Problem.KIND, "This is an Office document in the format before 2007. Save it as DOCX, or what you need of it as PDF or CSV."
    )


def _textual(text: str) -> Kind:
    start = _prologue_end(text)
    if _SVG.match(text, start):
        raise Unreadable(Problem.KIND, "This is a picture (SVG), not a document.")
    if _HTML.match(text, start):
        return Kind.HTML
    if _MARKDOWN.search(text, 0, _STYLED_WITHIN):
        return Kind.MARKDOWN
    return Kind.CSV if is_table(text) else Kind.TEXT


def _prologue_end(text: str) -> int:
    """Where the first tag may begin: after white space, comments and XML's declaration."""
    at = 0
    while True:
        visible = _VISIBLE.search(text, at)
        at = visible.start() if visible else len(text)
        close = next((close for start, close in (("<!--", "-->"), ("<?xml", "?>")) if text.startswith(start, at)), None)
        end = text.find(close, at) if close else -1
        if close is None or end < 0:
            return at
        at = end + len(close)
