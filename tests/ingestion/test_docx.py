"""Word documents: what a reader sees, with its structure, whatever language Word spoke; hostile XML is refused."""

from pathlib import Path

import docx
import pytest

from ingestion.errors import Problem, Unreadable
from tests.ingestion.docs import NAMESPACE, paragraph, saved, word
from tests.ingestion.reading import found

ITALIAN_STYLES = f"""<w:styles {NAMESPACE}>
<w:style w:type="paragraph" w:styleId="Titolo2"><w:name w:val="heading 2"/><w:pPr><w:numPr><w:numId w:val="3"/></w:numPr></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="Mio"><w:name w:val="Il mio"/><w:basedOn w:val="Titolo2"/></w:style>
<w:style w:type="paragraph" w:styleId="Punto"><w:name w:val="List Bullet"/><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="A"><w:name w:val="a"/><w:basedOn w:val="B"/></w:style>
<w:style w:type="paragraph" w:styleId="B"><w:name w:val="b"/><w:basedOn w:val="A"/></w:style>
</w:styles>""".encode()


def test_headings_items_and_tables_are_found(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_heading("Handbook", 0)
    document.add_heading("Hours", 1)
    document.add_paragraph("We open at nine.")
    document.add_heading("Closed", 2)
    document.add_paragraph("on Sunday", style="List Bullet")
    document.add_paragraph("in August", style="List Number")
    table = document.add_table(rows=0, cols=2)
    for cells in (("Day", "From"), ("Monday", "9"), ("Friday", "")):
        for cell, text in zip(table.add_row().cells, cells, strict=True):
            cell.text = text
    document.add_paragraph("Bye")
    assert found(tmp_path, saved(document)) == [
        ("heading1", "Handbook"),
        ("heading1", "Hours"),
        ("paragraph", "We open at nine."),
        ("heading2", "Closed"),
        ("item", "on Sunday"),
        ("item", "in August"),
        ("row", "Day | From"),
        ("row", "Day: Monday; From: 9"),
        ("row", "Day: Friday"),
        ("paragraph", "Bye"),
    ]


def test_styles_are_known_by_their_english_names_and_by_what_they_are_based_on(tmp_path: Path) -> None:
    styled = "".join(paragraph(name, f'<w:pStyle w:val="{name}"/>') for name in ("Titolo2", "Mio", "Punto", "A", "Unknown"))
    assert found(tmp_path, word(styled, styles=ITALIAN_STYLES)) == [
        ("heading2", "Titolo2"),
        ("heading2", "Mio"),
        ("item", "Punto"),
        ("paragraph", "A"),
        ("paragraph", "Unknown"),
    ]


def test_a_paragraph_may_overrule_its_style(tmp_path: Path) -> None:
    content = (
        paragraph("Heading", '<w:outlineLvl w:val="2"/>')
        + paragraph("Body", '<w:pStyle w:val="Titolo2"/><w:outlineLvl w:val="9"/><w:numPr><w:numId w:val="0"/></w:numPr>')
        + paragraph("No item", '<w:pStyle w:val="Punto"/><w:numPr><w:numId w:val="0"/></w:numPr>')
        + paragraph("Was a heading", '<w:pPrChange><w:pPr><w:pStyle w:val="Titolo2"/></w:pPr></w:pPrChange>')
    )
    assert [part for part, _ in found(tmp_path, word(content, styles=ITALIAN_STYLES))] == [
        "heading3",
        "paragraph",
        "paragraph",
        "paragraph",
    ]


def test_what_is_deleted_moved_away_or_a_field_is_left_out(tmp_path: Path) -> None:
    runs = (
        "<w:p><w:pPr><w:tabs><w:tab w:val='left'/></w:tabs></w:pPr>"
        "<w:r><w:t>One</w:t><w:tab/><w:t>two</w:t><w:br/><w:t>three</w:t><w:noBreakHyphen/><w:t xml:space='preserve'>four </w:t></w:r>"
        "<w:del><w:r><w:delText>no</w:delText><w:t>no</w:t></w:r></w:del><w:moveFrom><w:r><w:t>no</w:t></w:r></w:moveFrom>"
        "<w:r><w:instrText>PAGE</w:instrText></w:r><w:ins><w:r><w:t>five</w:t></w:r></w:ins></w:p>"
    )
    assert found(tmp_path, word(runs)) == [("paragraph", "One\ttwo\nthree-four five")]


def test_text_boxes_are_read_once(tmp_path: Path) -> None:
    box = "<w:p><w:r><w:t>In a box</w:t></w:r></w:p>"
    content = (
        '<w:p xmlns:mc="m"><w:r><mc:AlternateContent><mc:Choice><w:txbxContent>' + box + "</w:txbxContent></mc:Choice>"
        "<mc:Fallback><w:txbxContent>" + box + "</w:txbxContent></mc:Fallback></mc:AlternateContent></w:r>"
        "<w:r><w:t>Around it</w:t></w:r></w:p>"
    )
    assert found(tmp_path, word(content)) == [("paragraph", "In a box"), ("paragraph", "Around it")]


def test_a_table_within_a_cell_belongs_to_the_cell(tmp_path: Path) -> None:
    inner = f"<w:tbl><w:tr><w:tc>{paragraph('9')}</w:tc><w:tc>{paragraph('17')}</w:tc></w:tr></w:tbl>"
    content = f"<w:tbl><w:tr><w:tc>{paragraph('Monday')}</w:tc><w:tc>{inner}{paragraph('')}</w:tc></w:tr></w:tbl>"
    assert found(tmp_path, word(content)) == [("row", "Monday | 9 | 17")]


def test_notes_follow_the_text(tmp_path: Path) -> None:
    notes = f"<w:footnotes {NAMESPACE}><w:footnote>{paragraph('The note.')}</w:footnote></w:footnotes>".encode()
    assert found(tmp_path, word(paragraph("The text."), footnotes=notes)) == [("paragraph", "The text."), ("paragraph", "The note.")]


@pytest.mark.parametrize(
    ("content", "problem", "sentence"),
    [
        (word(paragraph("&a;"), '<!DOCTYPE d [<!ENTITY a "ha">]>'), Problem.DAMAGED, "declares XML entities"),
        (word(paragraph("&a;"), '<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]>'), Problem.DAMAGED, "declares XML entities"),
        (word("<w:p>" * 600 + "</w:p>" * 600), Problem.DAMAGED, "nested more than 500 levels deep"),
        (word("<w:p>"), Problem.DAMAGED, "damaged inside"),
        (word(paragraph("x"), styles=b"<w:styles"), Problem.DAMAGED, "damaged inside"),
        (word(""), Problem.EMPTY, "contains no text"),
    ],
)
def test_hostile_and_damaged_xml_is_refused(tmp_path: Path, content: bytes, problem: Problem, sentence: str) -> None:
    with pytest.raises(Unreadable, match=sentence) as refused:
        found(tmp_path, content)
    assert refused.value.problem is problem


def test_a_part_longer_than_its_header_says_is_refused(tmp_path: Path) -> None:
    content = bytearray(word("".join(paragraph(f"{number} {number * 7919}") for number in range(2000))))
    at = content.find(b"word/document.xml", content.find(b"PK\x01\x02")) - 46 + 24
    content[at : at + 4] = (1000).to_bytes(4, "little")
    with pytest.raises(Unreadable, match="damaged inside"):
        found(tmp_path, bytes(content))
