"""PDF: pypdf first, since it is safe in memory; PDFium for pages on which pypdf finds no text or would take long."""

from collections.abc import Iterator
from pathlib import Path
from zlib import error as ZlibError  # noqa: N812  # zlib's own name says nothing here

from pypdf import PageObject, PdfReader, overwrite_configuration
from pypdf.errors import DependencyError, LimitReachedError, PyPdfError

from ingestion.document import Block, too_long
from ingestion.errors import Problem, Unreadable
from ingestion.extract import Progress, Reading
from ingestion.extract.pdf_layout import blocks_of
from ingestion.extract.pdf_lines import Line, LineCollector
from ingestion.extract.pdfium import Pdfium
from ingestion.limits import MIB, Limits

# What one stream may unpack to. A page's text is a few kB; pictures are not unpacked.
_STREAM = 32 * MIB
# Bytes of a page's content: an ordinary page has 2 to 20 kB. Browsers place each letter on its own, which is 80 kB; pypdf takes
# 50 to 80 ms for that and PDFium 2.
_LONG = 32 * 1024
_UNKNOWN = 0.1
_LIMITED = (
    "maximum_declared_stream_length",
    "array_based_stream_maximum_output_length",
    "lzw_maximum_output_length",
    "run_length_maximum_output_length",
    "zlib_maximum_output_length",
)
# What pypdf raises on damaged files besides its own errors: it meets an object of another type than expected.
_STUMBLED = (PyPdfError, ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, TypeError, ValueError, ZlibError)


def read(path: Path, limits: Limits, progress: Progress) -> Reading:
    """A PDF's pages from 1; raises `Unreadable` when it has a password, too many pages, or none that can be read."""
    overwrite_configuration(None, **dict.fromkeys(_LIMITED, _STREAM))
    fallback = Pdfium(path)
    pages = _open(path, limits)
    count = fallback.count() if pages is None else len(pages)
    if count > limits.pages:
        raise _too_many(count, limits)
    return Reading(count, _blocks(pages or [None] * count, fallback, limits, progress))


def _open(path: Path, limits: Limits) -> list[PageObject | None] | None:
    """The pages; None when pypdf cannot find them."""
    try:
        reader = PdfReader(path)
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable(Problem.PROTECTED, "The PDF is protected by a password. Save it without one and upload it again.")
        pages: list[PageObject | None] = []
        for page in reader.pages:
            pages.append(page)
            if len(pages) > limits.pages:
                raise _too_many(len(reader.pages), limits)
    except LimitReachedError as error:
        raise _bomb("The PDF", str(error)) from None
    except (*_STUMBLED, DependencyError):
        return None
    return pages


def _blocks(pages: list[PageObject | None], fallback: Pdfium, limits: Limits, progress: Progress) -> Iterator[Block]:
    found: list[tuple[int, list[Line]]] = []
    characters = 0
    for number, page in enumerate(pages, 1):
        lines = (fallback.lines(number) if _is_long(page, number) else []) or _lines(page, number) or fallback.lines(number)
        characters += sum(len(line.text) for line in lines)
        if characters > limits.characters:
            raise too_long(limits.characters)
        found.append((number, lines))
        progress(number / len(pages))
    if not characters:
        sentence = "The PDF contains no text: its pages are empty or pictures. Recognise the text (OCR) and upload the result."
        raise Unreadable(Problem.EMPTY, sentence)
    yield from blocks_of(found)


def _is_long(page: PageObject | None, number: int) -> bool:
    """Whether a page has much content for pypdf."""
    try:
        content = page.get_contents() if page else None
        return content is not None and len(content.get_data()) > _LONG
    except LimitReachedError as error:
        raise _bomb(f"Page {number} of the PDF", str(error)) from None
    except _STUMBLED:
        return False


def _lines(page: PageObject | None, number: int) -> list[Line]:
    """What pypdf finds on a page; nothing when it stumbles."""
    collector = LineCollector()
    if page is None:
        return []
    try:
        text = page.extract_text(visitor_text=collector.visit)
    except LimitReachedError as error:
        raise _bomb(f"Page {number} of the PDF", str(error)) from None
    except _STUMBLED:
        return []
    # With a font that it does not understand, pypdf finds letters but not which.
    return [] if text.count("\ufffd") > len(text) * _UNKNOWN else collector.finish()


def _bomb(what: str, detail: str) -> Unreadable:
    return Unreadable(Problem.TOO_BIG, f"{what} would unpack to more than {_STREAM // MIB} MB. It is not an ordinary PDF.", detail)


def _too_many(count: int, limits: Limits) -> Unreadable:
    sentence = f"The PDF has {count:,} pages, and at most {limits.pages:,} are read. Split it and upload the parts."
    return Unreadable(Problem.TOO_BIG, sentence)
