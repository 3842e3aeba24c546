"""Text comes out as it was meant: decoded strictly, cleaned of what nobody can see, put together with its places."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.clean import clean
from ingestion.decode import decode
from ingestion.document import Block, PageSpan, Part, assemble
from ingestion.errors import Problem, Unreadable


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_text_with_or_without_a_mark_is_decoded(encoding: str) -> None:
    assert decode("Perché 🙂".encode(encoding)) == "Perché 🙂"


def test_a_wrong_byte_is_named_with_its_place() -> None:
    with pytest.raises(Unreadable) as refused:
        decode(b"\xef\xbb\xbfcaf\xe9 au lait")
    assert refused.value.problem is Problem.ENCODING
    assert "byte 7 (0xE9)" in refused.value.reason


def test_text_cut_within_a_character_is_refused() -> None:
    with pytest.raises(Unreadable, match="byte 3"):
        decode("caè".encode()[:-1])


@pytest.mark.parametrize("content", [b"a\x00b", b"\x01", "a\x00b".encode("utf-16")])
def test_control_characters_are_no_text(content: bytes) -> None:
    with pytest.raises(Unreadable) as refused:
        decode(content)
    assert refused.value.problem is Problem.KIND


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("a\r\nb\rc\vd\fe\u2028f", "a\nb\nc\nd\ne\nf"),
        ("  trailing  \t\n\n\n\nlines  ", "trailing\n\nlines"),
        ("soft\xadhyphen, \ufeffmark, a\xa0space", "softhyphen, mark, a space"),
        ("\ufb01rst e\ufb03cient", "first efficient"),
        ("e\u0301", "\u00e9"),
        ("nul\x00 and bell\x07", "nul and bell"),
        ("lone \ud800 surrogate", "lone \ufffd surrogate"),
        ("wide" + " " * 200 + "gap", "wide gap"),
        ("a" + "\u0323" * 1000, "\u1ea1" + "\u0323" * 29),
    ],
)
def test_text_is_cleaned(before: str, after: str) -> None:
    assert clean(before) == after


@given(st.text(st.characters()))
def test_clean_text_can_be_stored_and_stays_clean(text: str) -> None:
    cleaned = clean(text)
    assert b"\x00" not in cleaned.encode()
    assert clean(cleaned) == cleaned


def test_blocks_are_put_together_with_their_places() -> None:
    blocks = [
        Block(Part.HEADING, "Hours", 1, 1),
        Block(Part.PARAGRAPH, " Nine to five. ", 1),
        Block(Part.PARAGRAPH, "\x00", 1),
        Block(Part.ITEM, "Monday", 3),
        Block(Part.ITEM, "Friday", 3),
    ]
    document = assemble(blocks, 100)
    assert document.text == "Hours\n\nNine to five.\n\nMonday\nFriday"
    assert [document.text[span.start : span.end] for span in document.spans] == ["Hours", "Nine to five.", "Monday", "Friday"]
    assert list(document.pages) == [PageSpan(1, 0, 20), PageSpan(3, 22, 35)]


def test_a_document_without_text_is_refused() -> None:
    with pytest.raises(Unreadable, match=r"^The document contains no text\.$"):
        assemble([Block(Part.PARAGRAPH, " \x00\n")], 100)


def test_a_document_with_too_much_text_is_refused_while_it_is_read() -> None:
    def endless() -> list[Block]:
        return [Block(Part.PARAGRAPH, "word " * 10)] * 30

    with pytest.raises(Unreadable, match="more than 1,000 characters") as refused:
        assemble(endless(), 1000)
    assert refused.value.problem is Problem.TOO_BIG
