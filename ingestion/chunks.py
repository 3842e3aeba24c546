"""A document in chunks that follow its structure: headings, pages, paragraphs, sentences, and only then words."""

import re
from bisect import bisect_left
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingestion.document import Document, Part, Span
from ingestion.graphemes import runs, trimmed, words
from ingestion.limits import Chunking
from ingestion.sentences import sentences
from ingestion.tokens import Tokens

_LINE_END = re.compile(r"\n")
# Between two sentences there are a space or some line ends.
_JOINT = 2
# No tokenizer puts more letters than this into each token on average.
_LETTERS = 64
# Of each heading in a chunk's path.
_HEADING_LETTERS = 200


@dataclass(frozen=True, slots=True)
class Chunk:
    """Characters `start` to `end` of the document's text, without the last. `page` is where its own text begins: what it repeats of
    the chunk before it, for the context, may stand on the page before."""

    ordinal: int
    start: int
    end: int
    page: int | None
    headings: tuple[str, ...]
    tokens: int


@dataclass(frozen=True, slots=True)
class _Unit:
    """What stays together: a sentence, a row, a heading, or a part of one that is too long."""

    start: int
    end: int
    tokens: int


@dataclass(slots=True)
class _Section:
    """What stands under one heading on one page. The headings it begins with are its first units."""

    headings: tuple[str, ...]
    page: int | None
    leading: list[Span]
    body: list[Span]
    # Whether it goes on from the section before: the same headings, on the next page.
    continued: bool


class Chunker:
    """Cuts documents for one embedding model. The same document gives the same chunks."""

    def __init__(self, chunking: Chunking, tokens: Tokens) -> None:
        self._size = chunking.size
        self._overlap = chunking.overlap
        self._tokens = tokens

    def chunks(self, document: Document) -> Iterator[Chunk]:
        """The chunks in reading order. Together they hold all text but white space; none is longer than the size asked for."""
        ordinal, last = 0, None
        for section in _sections(document):
            before = last if section.continued else None
            for start, end, tokens in self._pack(document.text, self._units(document.text, section), before):
                yield Chunk(ordinal, start, end, section.page, section.headings, tokens)
                ordinal += 1
                last = _Unit(start, end, tokens)

    def _units(self, text: str, section: _Section) -> list[_Unit]:
        leading = [(span.start, span.end) for span in section.leading]
        body = [piece for span in section.body for piece in _pieces(text, span)]
        units = self._counted(text, leading + body)
        # The first of the body shares its chunk with the headings above it.
        room = max(self._size // 2, self._size - sum(unit.tokens + _JOINT for unit in units[: len(leading)]))
        return [
            part
            for at, unit in enumerate(units)
            for part in self._parts(text, unit, room if at == len(leading) and leading else self._size)
        ]

    def _counted(self, text: str, pieces: Sequence[tuple[int, int]]) -> list[_Unit]:
        """Pieces with their tokens. What is long beyond doubt is not counted, since a long run of letters takes long."""
        most = self._size * _LETTERS
        counts = self._tokens.count_each([text[start:end] if end - start <= most else "" for start, end in pieces])
        counted = zip(pieces, counts, strict=True)
        return [_Unit(start, end, tokens if end - start <= most else end - start) for (start, end), tokens in counted]

    def _parts(self, text: str, unit: _Unit, most: int) -> Iterator[_Unit]:
        """A unit that is too long in lines, words or runs of letters that are not."""
        if unit.tokens <= most:
            yield unit
            return
        lines = list(_lines(text, unit.start, unit.end))
        if len(lines) > 1:
            for line in self._counted(text, lines):
                yield from self._parts(text, line, most)
            return
        group: list[_Unit] = []
        for word in self._words(text, unit, most):
            while group and sum(each.tokens for each in group) + word.tokens > most:
                group = yield from self._first(text, group, most)
            group.append(word)
        while group:
            group = yield from self._first(text, group, most)

    def _first(self, text: str, group: list[_Unit], most: int) -> Generator[_Unit, None, list[_Unit]]:
        """As many words as fit together, what stands between them counted; returns those that are left."""
        stop = len(group)
        while stop > 1 and self._tokens.count(text[group[0].start : group[stop - 1].end]) > most:
            stop -= 1
        yield _together(group[:stop])
        return group[stop:]

    def _words(self, text: str, unit: _Unit, most: int) -> Iterator[_Unit]:
        """The words of a unit; a token has at least a byte, so a long word is cut by bytes."""
        for word in self._counted(text, list(words(text, unit.start, unit.end))):
            if word.tokens <= most:
                yield word
            else:
                yield from self._counted(text, list(runs(text, word.start, word.end, most - _JOINT)))

    def _pack(self, text: str, units: list[_Unit], before: _Unit | None) -> Iterator[tuple[int, int, int]]:
        """As many units as fit, again and again; each time the end of the text before is repeated."""
        at = 0
        while at < len(units):
            carried = self._tail(text, before) if before and self._overlap else None
            start, stop, tokens = self._filled(text, units, at, units[at].start if carried is None else carried)
            yield start, units[stop - 1].end, tokens
            before = _Unit(start, units[stop - 1].end, tokens)
            at = stop

    def _filled(self, text: str, units: list[_Unit], at: int, carried: int) -> tuple[int, int, int]:
        """Start, the unit after the last that fits, and the tokens; without what is carried over when not even one unit fits."""
        total = self._overlap + _JOINT if carried < units[at].start else 0
        stop = at
        while stop < len(units) and total + units[stop].tokens <= self._size:
            total += units[stop].tokens
            stop += 1
        # Counted apart, units may have fewer tokens than together.
        if stop > at and not self._fits(text, carried, units[stop - 1].end):
            stop = bisect_left(range(stop), True, at, key=lambda end: not self._fits(text, carried, units[end].end))
        start = carried if stop > at else units[at].start
        stop = max(stop, at + 1)
        return start, stop, self._tokens.count(text[start : units[stop - 1].end])

    def _fits(self, text: str, start: int, end: int) -> bool:
        return self._tokens.count(text[start:end]) <= self._size

    def _tail(self, text: str, before: _Unit) -> int | None:
        """Where the last sentences of a chunk begin that have at most the overlap's tokens; if there are none, its last words."""
        low = max(before.start, before.end - self._overlap * 8)
        last_sentences = [start for start, _ in sentences(text, before.start, before.end) if start > low]
        # The first word may be cut, or be all that the chunk has.
        last_words = [start for start, _ in words(text, low, before.end)][1:]
        for starts in (last_sentences, last_words):
            first = bisect_left(starts, True, key=lambda start: self._tokens.count(text[start : before.end]) <= self._overlap)
            if first < len(starts):
                return starts[first]
        return None


def _sections(document: Document) -> Iterator[_Section]:
    """A new section begins with a heading and with a page; headings in a row belong to one."""
    path: list[tuple[int, str]] = []
    section: _Section | None = None
    for span in document.spans:
        heading = span.part == Part.HEADING
        if section and section.body and (heading or span.page != section.page):
            yield section
            section = None
        if heading:
            name = document.text[span.start : span.end][:_HEADING_LETTERS]
            path = [*(entry for entry in path if entry[0] < span.level), (span.level, name)]
        names = tuple(name for _, name in path)
        if section is None:
            section = _Section(names, span.page, [], [], continued=not heading)
        # Headings at the foot of a page belong to what follows them.
        section.headings, section.page = names, span.page
        (section.leading if heading else section.body).append(span)
    if section:
        yield section


def _pieces(text: str, span: Span) -> Iterator[tuple[int, int]]:
    """A row is one piece; everything else is sentences."""
    if span.part == Part.ROW:
        yield span.start, span.end
    else:
        yield from sentences(text, span.start, span.end)


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    edges = [start, *(found.end() for found in _LINE_END.finditer(text, start, end)), end]
    for first, after in pairwise(edges):
        line = trimmed(text, first, after)
        if line[0] < line[1]:
            yield line


def _together(units: list[_Unit]) -> _Unit:
    return _Unit(units[0].start, units[-1].end, sum(unit.tokens for unit in units))
