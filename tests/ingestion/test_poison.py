"""Hostile files end as text or with a sentence: never in a crash of ours, a hang, a zombie or a full memory."""

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from ingestion.errors import Problem, Unreadable
from ingestion.extraction import extract
from ingestion.limits import Limits
from tests.ingestion.children import children
from tests.ingestion.docs import paragraph, word, zipped
from tests.ingestion.pdfs import flate, hand_made, one_line_pages, one_page, stream

CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
BLANK_PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] >>"
TEXT = b"BT /F1 12 Tf 72 700 Td (Hello there.) Tj ET"
GOOD = one_page(stream(TEXT))


def bomb(megabytes: int, times: int) -> bytes:
    """A page whose content unpacks to this much, in so many steps."""
    content = b" " * (megabytes * 1_000_000)
    for _ in range(times):
        content = zlib.compress(content, 9)
    return one_page(stream(content, b"/Filter [" + b"/FlateDecode " * times + b"]"))


def page_tree(*kids: bytes) -> bytes:
    """A PDF whose pages are these nodes, from object 2."""
    return hand_made([CATALOG, *kids])


def fanned_out() -> bytes:
    """Nine levels of nodes with ten times the next one: a thousand million pages."""
    levels = [b"<< /Type /Pages /Count 9 /Kids [" + b"%d 0 R " % (at + 3) * 10 + b"] >>" for at in range(9)]
    return page_tree(*levels, BLANK_PAGE)


def drawings_that_draw_each_other(levels: int) -> bytes:
    """Each form draws the next one twenty times, and the last one writes and draws the first."""
    head = b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /Font << /F1 5 0 R >> /XObject << /Fm %d 0 R >> >>"
    forms = [stream(b"/Fm Do " * 20, head % (at + 7)) for at in range(levels)]
    return one_page(stream(b"/Fm Do " * 20), b"/XObject << /Fm 6 0 R >>", *forms, stream(TEXT + b" /Fm Do", head % 6))


def entities() -> bytes:
    """A billion laughs."""
    names = [f'<!ENTITY e{at} "{f"&e{at - 1};" * 10 if at else "ha"}">' for at in range(10)]
    return word(paragraph("&e9;"), f"<!DOCTYPE d [{''.join(names)}]>")


def many_rows() -> bytes:
    """45 MB of XML in a few MB, all of it text."""
    return word("".join(paragraph(str(at * 7919 % 1_000_003)) for at in range(600_000)))


def overlapping_entries() -> bytes:
    """Many entries of a zip file that share one packed content, as the best bombs do."""
    kernel = zipped({"word/document.xml": b" " * 900_000})
    at = kernel.find(b"PK\x01\x02")
    entry = kernel[at : kernel.rfind(b"PK\x05\x06")]
    directory = entry * 1000
    return kernel[:at] + directory + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1000, 1000, len(directory), at, 0)


REFUSED: dict[str, tuple[Callable[[], bytes], Problem]] = {
    "pdf: 500 MB in one step": (lambda: bomb(500, 1), Problem.TOO_BIG),
    "pdf: 500 MB in two steps": (lambda: bomb(500, 2), Problem.TOO_BIG),
    "pdf: declared length": (lambda: one_page(b"<< /Length 99999999999 >>\nstream\n" + TEXT + b"\nendstream"), Problem.TOO_BIG),
    "pdf: eight million operators": (lambda: one_page(flate(b"q Q " * 4_000_000)), Problem.TOO_BIG),
    "pdf: 50,000 pages": (
        lambda: page_tree(
            b"<< /Type /Pages /Count 1 /Kids [" + b"".join(b"%d 0 R " % at for at in range(3, 50_003)) + b"] >>", *[BLANK_PAGE] * 50_000
        ),
        Problem.TOO_BIG,
    ),
    "pdf: pages without number": (fanned_out, Problem.TOO_BIG),
    "pdf: pages in a circle": (lambda: page_tree(b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"), Problem.EMPTY),
    "pdf: cut off": (lambda: one_line_pages("alpha", "beta")[:-600], Problem.DAMAGED),
    "pdf: only its first line": (lambda: b"%PDF-1.7\n" + b"nothing " * 100, Problem.DAMAGED),
    "pdf: no pages": (lambda: hand_made([b"<< /Type /Catalog >>"]), Problem.DAMAGED),
    "docx: 300 MB in 0.3 MB": (lambda: word(" " * 300_000_000), Problem.TOO_BIG),
    "docx: 45 MB of text": (many_rows, Problem.TOO_BIG),
    "docx: overlapping entries": (overlapping_entries, Problem.TOO_BIG),
    "docx: a billion laughs": (entities, Problem.DAMAGED),
    "docx: 200,000 levels": (lambda: word("".join(f"<w:p{at * 7919 % 1_000_003}>" for at in range(200_000))), Problem.DAMAGED),
    "docx: no end": (lambda: word("<w:p>"), Problem.DAMAGED),
    "html: comments in comments": (lambda: b"<html>" + b"<!--" * 2_500_000, Problem.TOO_SLOW),
    "html: tags in tags": (lambda: b"<html>" + b"<a" * 5_000_000, Problem.TOO_SLOW),
    "text: too long": (lambda: b"word " * 700_000, Problem.TOO_BIG),
}

READ: dict[str, Callable[[], bytes]] = {
    "pdf: lost table": lambda: GOOD.replace(b"startxref\n", b"startxref\n99"),
    "pdf: a table before itself": lambda: GOOD.replace(b"/Root 1 0 R", b"/Root 1 0 R /Prev %d" % GOOD.rfind(b"xref\n0")),
    "pdf: brackets, 100,000 deep": lambda: one_page(stream(TEXT + b" " + b"[" * 100_000 + b"]" * 100_000 + b" TJ")),
    "pdf: dictionaries, 50,000 deep": lambda: one_page(stream(TEXT), b"/X " + b"<</A " * 50_000 + b"1" + b">>" * 50_000),
    "pdf: drawings without number": lambda: drawings_that_draw_each_other(8),
    "html: a million levels": lambda: b"<html>" + b"<div>" * 500_000 + b"Hello there.",
    "html: ampersands": lambda: b"<p>Hello there." + b"&" * 2_000_000,
    "text: no space": lambda: b"Hello there." + b"x9" * 1_000_000,
    "text: spaces": lambda: b"Hello there." + b" " * 5_000_000 + b"x",
    "text: marks": lambda: b"Hello there." + "\u0301\u0323".encode() * 1_000_000,
    "text: Hangul without an end": lambda: b"Hello there." + "\u1100".encode() * 500_000,
    "text: dots": lambda: b"Hello there." + b"." * 2_000_000 + b"x",
    "text: short lines": lambda: b"Hello there.\n" + b"a\n" * 100_000,
    "csv: a quote that never closes": lambda: b'Hello there.,b\n1,"' + b"x" * 2_000_000,
    "csv: 50,000 columns": lambda: b"Hello there." + b",".join(b"%d" % at for at in range(50_000)) + b"\n" + b"," * 49_999,
    "markdown: fences": lambda: b"# Hello there.\n" + b"```\n" * 500_000 + b"x",
}


def made(folder: Path, make: Callable[[], bytes]) -> Path:
    """The file."""
    path = folder / "upload"
    path.write_bytes(make())
    return path


@pytest.mark.parametrize("name", REFUSED)
async def test_a_hostile_file_is_refused_with_a_sentence(tmp_path: Path, name: str) -> None:
    make, problem = REFUSED[name]
    path, before = made(tmp_path, make), children()
    with pytest.raises(Unreadable) as refused:
        await extract(path, limits=Limits(cpu=2 if problem is Problem.TOO_SLOW else 60))
    assert (refused.value.problem, refused.value.reason[-1]) == (problem, "."), refused.value.detail
    assert children() == before


@pytest.mark.parametrize("name", READ)
async def test_a_strange_file_is_read(tmp_path: Path, name: str) -> None:
    extracted = await extract(made(tmp_path, READ[name]), limits=Limits())
    assert extracted.text.startswith("Hello there.")
    assert max(chunk.tokens for chunk in extracted.chunks) <= 256
    assert extracted.chunks[-1].end == len(extracted.text)
