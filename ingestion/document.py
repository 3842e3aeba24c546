"""The text of a document and what its parts are."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from ingestion.clean import clean
from ingestion.errors import Problem, Unreadable


class Part(StrEnum):
    """What a block is in its document."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    ROW = "row"


@dataclass(frozen=True, slots=True)
class Block:
    """A piece as a reader found it. `page` counts from 1 and is None where a format has no pages; `level` is a heading's, from 1."""

    part: Part
    text: str
    page: int | None = None
    level: int = 0


@dataclass(frozen=True, slots=True)
class Span:
    """A block in the document's text: characters `start` to `end`, without the last."""

    part: Part
    start: int
    end: int
    page: int | None
    level: int


@dataclass(frozen=True, slots=True)
class PageSpan:
    """A page that has text, and where that is in the document's text."""

    number: int
    start: int
    end: int


@dataclass(slots=True)
class Document:
    """The whole text and its blocks in reading order."""

    text: str = ""
    spans: list[Span] = field(default_factory=list)

    @property
    def pages(self) -> Iterator[PageSpan]:
        """The pages that have text, in order."""
        first = last = None
        for span in self.spans:
            if first is None or last is None or span.page != last.page:
                if first and last and last.page:
                    yield PageSpan(last.page, first.start, last.end)
                first = span
            last = span
        if first and last and last.page:
            yield PageSpan(last.page, first.start, last.end)


def assemble(blocks: Iterable[Block], most_characters: int) -> Document:
    """Put blocks together: cleaned, empty ones left out, parted by a line or, around headings and paragraphs, by an empty line.

    Raises `Unreadable` when there is no text, or more than `most_characters`.
    """
    document, length = Document(), 0
    pieces: list[str] = []
    for block in blocks:
        text = clean(block.text)
        if not text:
            continue
        gap = _gap(document.spans[-1].part, block.part) if document.spans else ""
        start = length + len(gap)
        length = start + len(text)
        if length > most_characters:
            raise too_long(most_characters)
        pieces += (gap, text)
        document.spans.append(Span(block.part, start, length, block.page, block.level))
    if not document.spans:
        raise Unreadable(Problem.EMPTY, "The document contains no text.")
    document.text = "".join(pieces)
    return document


def too_long(most_characters: int) -> Unreadable:
    """The document has more text than is read."""
    sentence = f"The document has more than {most_characters:,} characters of text. Split it and upload the parts."
    return Unreadable(Problem.TOO_BIG, sentence)


def _gap(before: Part, after: Part) -> str:
    return "\n" if before == after and after in (Part.ITEM, Part.ROW) else "\n\n"
