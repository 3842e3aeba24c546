"""The kind of a file comes from its content; what cannot be read is refused with a sentence for its owner."""

import gzip
import time
import zlib
from pathlib import Path

import docx
import pytest

from ingestion.errors import Problem, Unreadable
from ingestion.recognise import Kind, recognise
from tests.ingestion.docs import saved, word, zipped
from tests.ingestion.pdfs import one_line_pages

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)


def written(folder: Path, content: bytes, name: str = "upload") -> Path:
    """A file with this content."""
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (one_line_pages("Hello"), Kind.PDF),
        (b"junk before it\n" + one_line_pages("Hello"), Kind.PDF),
        (saved(docx.Document()), Kind.DOCX),
        (b"Opening hours are nine to five.", Kind.TEXT),
        (b"Hello, world\nGoodbye, moon\n", Kind.TEXT),
        (b"The header of a file is %PDF-1.7.", Kind.TEXT),
        ("\ufeffPerché no?".encode(), Kind.TEXT),
        ("Perché no?".encode("utf-16"), Kind.TEXT),
        (b"# Hours\n\nNine to five.", Kind.MARKDOWN),
        (b"Hours\n=====\n\nNine to five.", Kind.MARKDOWN),
        (b"See [the list](https://example.com) for more.", Kind.MARKDOWN),
        (b"| a | b |\n|---|---|\n| 1 | 2 |\n", Kind.MARKDOWN),
        (b"name,price\nlamp,3.50\n", Kind.CSV),
        (b"name;price\nlamp;3,50\nbulb;1,20\n", Kind.CSV),
        (b"name\tprice\nlamp\t3.50\n", Kind.CSV),
        (b'name,note\nlamp,"two\nlines, quoted"\nbulb,none\n', Kind.CSV),
        (b"<!DOCTYPE html><p>Hello", Kind.HTML),
        (b"  <!-- made by hand -->\n<HTML><body>Hello", Kind.HTML),
        (b'<?xml version="1.0"?>\n<html xmlns="http://www.w3.org/1999/xhtml"><body/></html>', Kind.HTML),
        (b"<h1>Hours</h1>", Kind.HTML),
        (b"1 < 2, and <b> is a tag.", Kind.TEXT),
    ],
)
def test_the_content_tells_the_kind(tmp_path: Path, content: bytes, kind: Kind) -> None:
    assert recognise(written(tmp_path, content, "wrong-name.png")) is kind


@pytest.mark.parametrize(
    ("content", "problem", "sentence"),
    [
        (b"", Problem.EMPTY, "The file is empty."),
        (PNG, Problem.KIND, "This is a picture, not a document."),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", Problem.KIND, "This is a picture (SVG), not a document."),
        (gzip.compress(b"text", mtime=0), Problem.KIND, "This is an archive, not a document. Unpack it"),
        (b"\x7fELF\x02\x01\x01" + bytes(64), Problem.KIND, "This is a program, not a document."),
        (b"{\\rtf1 Hello}", Problem.KIND, "This is an RTF document, not a document. Save it as DOCX or PDF."),
        (OLE, Problem.KIND, "This is an Office document in the format before 2007."),
        (OLE + "EncryptedPackage".encode("utf-16-le"), Problem.PROTECTED, "The document is protected by a password."),
        (zipped({"notes.txt": b"Hello"}), Problem.KIND, "This is a zip archive, not a Word document."),
        (zipped({"xl/workbook.xml": b"<x/>"}), Problem.KIND, "This is an Excel workbook."),
        (zipped({"ppt/presentation.xml": b"<x/>"}), Problem.KIND, "This is a PowerPoint presentation."),
        (word("")[:-30], Problem.DAMAGED, "The document is damaged."),
        (bytes(range(256)), Problem.KIND, "This is not a text file in UTF-8: it contains binary data, whatever its name says."),
        ("Perché no?".encode("latin-1"), Problem.ENCODING, "The text is not in UTF-8: byte 6 (0xE9) does not belong there."),
        ("Perché no?".encode("utf-16-le"), Problem.KIND, "This is not a text file in UTF-8"),
    ],
)
def test_what_cannot_be_read_is_refused_with_a_sentence(tmp_path: Path, content: bytes, problem: Problem, sentence: str) -> None:
    with pytest.raises(Unreadable) as refused:
        recognise(written(tmp_path, content, "notes.txt"))
    assert refused.value.problem is problem
    assert refused.value.reason.startswith(sentence)
    assert refused.value.reason.endswith(".")
    assert not refused.value.worth_retrying


def test_a_character_that_the_first_64_kib_cut_is_no_error(tmp_path: Path) -> None:
    assert recognise(written(tmp_path, "è".encode() * 40_000 + b"x")) is Kind.TEXT
    assert recognise(written(tmp_path, b"x" + "è".encode() * 40_000)) is Kind.TEXT


def test_a_zip_bomb_is_refused_from_its_headers_within_50_ms(tmp_path: Path) -> None:
    path = written(tmp_path, word(" " * 300_000_000))
    assert path.stat().st_size < 400_000
    started = time.process_time()
    with pytest.raises(Unreadable, match="would unpack to 300 MB"):
        recognise(path)
    assert time.process_time() - started < 0.05


def test_a_zip_of_a_hundred_thousand_entries_is_refused_within_50_ms(tmp_path: Path) -> None:
    path = written(tmp_path, zipped({str(number): b"" for number in range(100_000)}))
    started = time.process_time()
    with pytest.raises(Unreadable, match="more than 5,000 parts"):
        recognise(path)
    assert time.process_time() - started < 0.05


def test_many_entries_that_the_end_record_hides_are_refused_too(tmp_path: Path) -> None:
    whole = zipped({str(number): b"" for number in range(20_000)})
    at = whole.rfind(b"PK\x05\x06")
    path = written(tmp_path, whole[: at + 8] + b"\x01\x00\x01\x00" + whole[at + 12 :])
    with pytest.raises(Unreadable, match="more than 5,000 parts"):
        recognise(path)


def test_an_entry_with_a_password_is_refused(tmp_path: Path) -> None:
    content = bytearray(word("<w:p/>"))
    content[content.find(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(Unreadable) as refused:
        recognise(written(tmp_path, bytes(content)))
    assert refused.value.problem is Problem.PROTECTED


@pytest.mark.parametrize("text", ["[" * 100_000, "<!---->" * 10_000, "**a" * 30_000, "|-" * 50_000, "-" * 100_000, " " * 100_000])
def test_no_text_takes_long_to_recognise(tmp_path: Path, text: str) -> None:
    path = written(tmp_path, text.encode() + b"x")
    started = time.process_time()
    assert recognise(path) in {Kind.TEXT, Kind.CSV, Kind.MARKDOWN}
    assert time.process_time() - started < 0.1


def test_random_bytes_are_never_taken_for_text(tmp_path: Path) -> None:
    for seed in range(20):
        content = zlib.compress(bytes([seed]) * 10_000 + bytes(range(256)))
        with pytest.raises(Unreadable):
            recognise(written(tmp_path, content))
