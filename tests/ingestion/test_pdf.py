"""PDF: the text of each page, with headings, paragraphs, items and tables that its layout shows."""

import io
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from pypdf import PdfReader
from pypdf.errors import PyPdfError
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfbase.pdfmetrics import stringWidth

from ingestion.document import Part
from ingestion.errors import Problem, Unreadable
from ingestion.extract import reader_for
from ingestion.extract.pdf_layout import blocks_of as laid_out_blocks
from ingestion.extract.pdf_lines import Line
from ingestion.limits import Limits
from ingestion.recognise import Kind
from tests.ingestion.pdfs import body, flate, hand_made, heading, laid_out, one_line_pages, one_page, stream, table
from tests.ingestion.reading import blocks_of, document_of, found

LONG = (
    "The warranty of a lamp lasts for two years from the day on which it was bought, and for one year when it was bought used. "
    "It covers the lamp and its switch, but not the bulb. Ask for the form at the counter, or write to us."
)


def letter_by_letter(lines: list[tuple[int, int, str]]) -> bytes:
    """The content of a page as browsers write it: (size, height, text), each letter placed on its own."""
    shown = []
    for size, height, text in lines:
        shown += [b"/F1 %d Tf" % size]
        places = [50 + stringWidth(text[:at], "Helvetica", size) for at in range(len(text))]
        shown += [b"1 0 0 1 %.3f %d Tm (%b) Tj" % (x, height, letter.encode()) for x, letter in zip(places, text, strict=True)]
    return b"BT " + b"\n".join(shown) + b" ET" + b" % padding\n" * 4000


def test_pages_keep_their_numbers_and_places(tmp_path: Path) -> None:
    document = document_of(tmp_path, one_line_pages("Alpha", "", "Gamma"))
    assert [(page.number, document.text[page.start : page.end]) for page in document.pages] == [(1, "Alpha"), (3, "Gamma")]


def test_headings_paragraphs_and_tables_are_found_by_their_layout(tmp_path: Path) -> None:
    content = laid_out(
        [
            [heading("Warranty"), body(LONG), heading("Exceptions", 2), body("None."), body("Not even one.")],
            [table(["Item", "Years"], ["Lamp", "2"], ["Switch", "1"]), body(LONG)],
        ]
    )
    assert [(block.part, block.level, block.page, block.text) for block in blocks_of(tmp_path, content)] == [
        (Part.HEADING, 1, 1, "Warranty"),
        (Part.PARAGRAPH, 0, 1, LONG),
        (Part.HEADING, 2, 1, "Exceptions"),
        (Part.PARAGRAPH, 0, 1, "None."),
        (Part.PARAGRAPH, 0, 1, "Not even one."),
        (Part.ROW, 0, 2, "Item | Years"),
        (Part.ROW, 0, 2, "Item: Lamp; Years: 2"),
        (Part.ROW, 0, 2, "Item: Switch; Years: 1"),
        (Part.PARAGRAPH, 0, 2, LONG),
    ]


def test_a_page_drawn_letter_by_letter_has_the_same_structure(tmp_path: Path) -> None:
    content = letter_by_letter(
        [(24, 700, "Warranty"), (12, 660, "It lasts for two years and is"), (12, 646, "not for sale."), (12, 610, "Ask us.")]
    )
    assert len(content) > 32 * 1024
    assert found(tmp_path, one_page(flate(content))) == [
        ("heading1", "Warranty"),
        ("paragraph", "It lasts for two years and is not for sale."),
        ("paragraph", "Ask us."),
    ]


TEXT = b"BT /F1 12 Tf 72 700 Td (Hello there.) Tj ET"
FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica %b >>"


@pytest.mark.parametrize(
    ("content", "font"),
    [
        (stream(TEXT + b" BT << ("), FONT % b""),
        (stream(TEXT.hex().encode() + b"zz", b"/Filter /ASCIIHexDecode"), FONT % b""),
        (stream(TEXT), FONT % b"/FontDescriptor << /Flags (x) /FontBBox 5 >>"),
    ],
    ids=["unfinished", "wrong digits", "no encoding"],
)
def test_a_page_that_pypdf_cannot_read_is_read_by_pdfium(tmp_path: Path, content: bytes, font: bytes) -> None:
    kids = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>"
    pdf = hand_made([b"<< /Type /Catalog /Pages 2 0 R >>", kids, page, content, font])
    with suppress(PyPdfError):
        assert "Hello" not in PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
    assert found(tmp_path, pdf) == [("paragraph", "Hello there.")]


def test_words_parted_at_the_end_of_a_line_are_whole_again() -> None:
    lines = [Line(["The infor-"], 10, 50, 700), Line(["mation on Stratford-upon-"], 10, 50, 688), Line(["Avon."], 10, 50, 676)]
    assert [block.text for block in laid_out_blocks([(1, lines)])] == ["The information on Stratford-upon-Avon."]


def test_a_wide_gap_an_indent_and_a_bullet_part_paragraphs() -> None:
    lines = [
        Line(["One goes on over"], 10, 50, 700),
        Line(["two lines."], 10, 50, 688),
        Line(["Two stands apart"], 10, 50, 664),
        Line(["and ends here, at the far right."], 10, 50, 652),
        Line(["Three is indented."], 10, 65, 640),
        Line(["• four"], 10, 50, 628),
        Line(["2. five"], 10, 50, 616),
    ]
    assert [(block.part.value, block.text) for block in laid_out_blocks([(1, lines)])] == [
        ("paragraph", "One goes on over two lines."),
        ("paragraph", "Two stands apart and ends here, at the far right."),
        ("paragraph", "Three is indented."),
        ("item", "• four"),
        ("item", "2. five"),
    ]


def test_a_heading_over_two_lines_is_one() -> None:
    lines = [
        Line(["Terms and"], 18, 50, 700),
        Line(["conditions"], 18, 50, 680),
        Line(["Other"], 18, 50, 600),
        Line(["x" * 90], 10, 50, 560),
    ]
    assert [block.text for block in laid_out_blocks([(1, lines)])][:2] == ["Terms and conditions", "Other"]


def test_a_password_is_refused_and_an_empty_one_is_none(tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as refused:
        blocks_of(tmp_path, one_line_pages("Secret", password="open sesame"))
    assert refused.value.problem is Problem.PROTECTED
    may_be_read = StandardEncryption("", ownerPassword="owner", canPrint=0)
    assert found(tmp_path, one_line_pages("Not secret", password=may_be_read)) == [("paragraph", "Not secret")]


def test_a_pdf_of_pictures_asks_for_their_text(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="no text: its pages are empty or pictures") as refused:
        blocks_of(tmp_path, one_line_pages("", ""))
    assert refused.value.problem is Problem.EMPTY


def test_pages_above_the_limit_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_bytes(one_line_pages("1", "2", "3", "4"))
    with pytest.raises(Unreadable, match="The PDF has 4 pages, and at most 3 are read"):
        reader_for(Kind.PDF)(path, Limits(pages=3), lambda _: None)


def test_text_above_the_limit_stops_the_reading(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_bytes(one_line_pages(*["a line of twenty-four c."] * 10))
    done: list[float] = []
    reading = reader_for(Kind.PDF)(path, Limits(characters=60), done.append)
    with pytest.raises(Unreadable, match="more than 60 characters"):
        list(reading.blocks)
    assert done == [0.1, 0.2]


def test_progress_is_told_for_each_page(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_bytes(one_line_pages("1", "2", "3", "4"))
    done: list[float] = []
    reading = reader_for(Kind.PDF)(path, Limits(), done.append)
    assert reading.pages == 4
    assert [block.text for block in reading.blocks] == ["1", "2", "3", "4"]
    assert done == [0.25, 0.5, 0.75, 1.0]


def test_a_hundred_pages_drawn_letter_by_letter_take_less_than_3_s(tmp_path: Path) -> None:
    page = letter_by_letter([(12, 700 - 14 * row, LONG[row : row + 60]) for row in range(45)])
    pages = [b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 3 0 R /Resources << /Font << /F1 4 0 R >> >> >>"] * 100
    kids = b"<< /Type /Pages /Count 100 /Kids [%b] >>" % b" ".join(b"%d 0 R" % (number + 5) for number in range(100))
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    content = hand_made([b"<< /Type /Catalog /Pages 2 0 R >>", kids, flate(page), font, *pages])
    started = time.process_time()
    assert len(document_of(tmp_path, content).text) > 100 * 45 * 50
    assert time.process_time() - started < 3


def test_pdfium_is_loaded_only_when_it_is_needed(tmp_path: Path) -> None:
    path = tmp_path / "upload"
    path.write_bytes(one_line_pages("Hello"))
    program = (
        "import sys; from pathlib import Path; from ingestion.extract.pdf import read; from ingestion.limits import Limits; "
        f"print([b.text for b in read(Path({str(path)!r}), Limits(), lambda _: None).blocks], 'pypdfium2' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout == "['Hello'] False\n"
