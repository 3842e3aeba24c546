"""Chunks follow a document's structure, fit the model, and lose nothing."""

from itertools import pairwise

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.chunks import Chunk, Chunker
from ingestion.document import Block, Document, Part, assemble
from ingestion.errors import Unreadable
from ingestion.limits import Chunking
from ingestion.tokens import Tokens, bundled_tokenizer

TOKENS = Tokens(bundled_tokenizer())
# A family, a flag, a letter with marks, Hangul in parts, a mark on a space, a sign that holds on to what follows.
TROUBLE = ["👩‍👩‍👧‍👦", "🇮🇹", "a\u0323\u0301", "\u1112\u1161\u11ab", " \u0301", "\u0600 1", "क्षि", "👍🏽"]


def cut(document: Document, size: int = 256, overlap: int = 32) -> list[Chunk]:
    """The chunks of a document for the bundled model."""
    return list(Chunker(Chunking(size, overlap), TOKENS).chunks(document))


def of(*blocks: Block) -> Document:
    """A document of these blocks."""
    return assemble(blocks, 10_000_000)


def sentence(number: int) -> str:
    """One of many sentences, all different, 12 tokens or so."""
    return f"Sentence number {number} is about the lamp in room {number * 7}."


def paragraph(first: int, last: int, page: int | None = None) -> Block:
    """A paragraph of numbered sentences."""
    return Block(Part.PARAGRAPH, " ".join(sentence(number) for number in range(first, last)), page)


def contents(document: Document, chunks: list[Chunk]) -> list[str]:
    """The chunks' text."""
    return [document.text[chunk.start : chunk.end] for chunk in chunks]


def test_a_short_document_is_one_chunk() -> None:
    document = of(Block(Part.HEADING, "Lamps", level=1), paragraph(0, 3))
    assert cut(document) == [Chunk(0, 0, len(document.text), None, ("Lamps",), TOKENS.count(document.text))]


def test_chunks_are_as_long_as_the_model_takes_and_no_longer() -> None:
    document = of(paragraph(0, 200))
    tokens = [chunk.tokens for chunk in cut(document)]
    assert max(tokens) <= 256
    assert min(tokens[:-1]) > 220
    assert tokens == [TOKENS.count(text) for text in contents(document, cut(document))]


def test_each_chunk_repeats_the_last_sentences_of_the_one_before() -> None:
    document = of(paragraph(0, 100))
    texts = contents(document, cut(document))
    for before, after in pairwise(texts):
        repeated = next(size for size in range(len(before), 0, -1) if before.endswith(after[:size]))
        assert 0 < TOKENS.count(after[:repeated]) <= 32
        assert after.startswith("Sentence number")
        assert before.endswith(".")


def test_without_an_overlap_nothing_is_repeated() -> None:
    document = of(paragraph(0, 100))
    chunks = cut(document, overlap=0)
    assert [after.start - before.end for before, after in pairwise(chunks)] == [1] * (len(chunks) - 1)


def test_a_heading_begins_a_chunk_and_nothing_is_repeated_across_it() -> None:
    document = of(
        Block(Part.HEADING, "Shop", level=1),
        paragraph(0, 2),
        Block(Part.HEADING, "Lamps", level=2),
        Block(Part.HEADING, "Table lamps", level=3),
        paragraph(2, 4),
        Block(Part.HEADING, "Bulbs", level=2),
        paragraph(4, 6),
    )
    chunks = cut(document)
    assert [chunk.headings for chunk in chunks] == [("Shop",), ("Shop", "Lamps", "Table lamps"), ("Shop", "Bulbs")]
    assert [text.partition("\n")[0] for text in contents(document, chunks)] == ["Shop", "Lamps", "Bulbs"]


def test_a_heading_stays_with_what_follows_it() -> None:
    huge = Block(Part.PARAGRAPH, "word " * 400)
    document = of(Block(Part.HEADING, "Lamps", level=1), huge)
    assert contents(document, cut(document))[0].startswith("Lamps\n\nword word")
    at_the_foot = of(paragraph(0, 2, 1), Block(Part.HEADING, "Lamps", 1, 1), paragraph(2, 4, 2))
    chunks = cut(at_the_foot)
    assert [(chunk.page, chunk.headings) for chunk in chunks] == [(1, ()), (2, ("Lamps",))]
    assert contents(at_the_foot, chunks)[1].startswith("Lamps\n\nSentence number 2")


def test_a_chunk_belongs_to_the_page_of_its_own_text() -> None:
    document = of(paragraph(0, 40, 1), paragraph(40, 80, 2), paragraph(80, 82, 3))
    chunks = cut(document)
    edges = {page.number: (page.start, page.end) for page in document.pages}
    for before, chunk in pairwise([None, *chunks]):
        assert chunk is not None
        own = max(chunk.start, before.end) if before else chunk.start
        assert chunk.page is not None
        assert edges[chunk.page][0] <= own + 2 <= chunk.end <= edges[chunk.page][1]
    assert [chunk.page for chunk in chunks] == sorted(chunk.page or 0 for chunk in chunks)
    # A sentence that goes on over the page keeps its beginning.
    first_of_second = next(chunk for chunk in chunks if chunk.page == 2)
    assert document.text[first_of_second.start : first_of_second.end].startswith(
        "Sentence number 39 is about the lamp in room 273.\n\nSentence number 40"
    )


def test_rows_are_kept_whole() -> None:
    document = of(*(Block(Part.ROW, f"Item: lamp {number}; Price: {number}.50; Note: no. {number}. Really") for number in range(100)))
    texts = contents(document, cut(document, overlap=0))
    assert len(texts) > 5
    assert all(text.startswith("Item: ") and text.endswith("Really") for text in texts)


def test_what_is_longer_than_a_chunk_is_cut_at_lines_then_words() -> None:
    lines = of(Block(Part.PARAGRAPH, "\n".join(f"line {number} without an end" for number in range(100))))
    assert all(text.startswith("line") and text.endswith("end") for text in contents(lines, cut(lines, overlap=0)))
    words = of(Block(Part.PARAGRAPH, "lampshade " * 500))
    assert all(set(text.split()) == {"lampshade"} for text in contents(words, cut(words)))


PIECES = st.one_of(st.text(st.characters(), max_size=20), st.sampled_from([*TROUBLE, *" \n.!?。", ". A", "x" * 300, "\u1100" * 50]))
TEXTS = st.lists(PIECES, max_size=20).map("".join)
BLOCKS = st.builds(Block, st.sampled_from(Part), TEXTS, st.none(), st.integers(1, 3))


@settings(max_examples=100, deadline=None)
@given(st.lists(BLOCKS, max_size=6), st.integers(16, 64))
def test_any_document_is_covered_by_chunks_that_fit_and_cut_no_grapheme(blocks: list[Block], size: int) -> None:
    try:
        document = of(*blocks)
    except Unreadable:
        return
    chunks = cut(document, size, size // 4)
    boundaries = {0} | {found.end() for found in regex.finditer(r"\X", document.text)}
    long = [found.span() for found in regex.finditer(r"\X", document.text) if len(found[0].encode()) > size // 2 - 3]
    covered: set[int] = set()
    for before, chunk in pairwise([None, *chunks]):
        assert chunk is not None
        assert chunk.tokens <= size
        assert chunk.ordinal == (before.ordinal + 1 if before else 0)
        assert not before or (before.start < chunk.start and before.end < chunk.end)
        for edge in (chunk.start, chunk.end):
            assert edge in boundaries or any(start < edge < end for start, end in long)
        covered |= set(range(chunk.start, chunk.end))
    assert "".join(letter for at, letter in enumerate(document.text) if at not in covered).strip() == ""
    assert cut(document, size, size // 4) == chunks


def test_a_grapheme_that_is_longer_than_a_chunk_is_cut_after_all() -> None:
    document = of(Block(Part.PARAGRAPH, "\u1100" * 300))
    chunks = cut(document, 32, 0)
    assert max(chunk.tokens for chunk in chunks) <= 32
    assert "".join(contents(document, chunks)) == document.text


def test_a_long_heading_does_not_fill_every_chunk() -> None:
    document = of(Block(Part.HEADING, "very " * 200 + "long", level=1), paragraph(0, 100))
    assert {len(name) for chunk in cut(document) for name in chunk.headings} == {200}


@pytest.mark.parametrize(("size", "overlap"), [(15, 0), (8193, 0), (256, 129), (256, -1)])
def test_impossible_sizes_are_refused(size: int, overlap: int) -> None:
    with pytest.raises(ValueError, match="tokens"):
        Chunking(size, overlap)


def test_three_million_letters_without_a_space_are_cut_in_time() -> None:
    document = of(Block(Part.PARAGRAPH, "x9" * 300_000))
    assert "".join(contents(document, cut(document, overlap=0))) == document.text
