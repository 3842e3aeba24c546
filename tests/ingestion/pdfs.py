"""PDFs for the tests: well made ones by reportlab, and hostile ones object by object."""

import io
import zlib
from collections.abc import Sequence

from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, PageBreak, Paragraph, SimpleDocTemplate, Table

STYLES = getSampleStyleSheet()
FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"


def heading(text: str, level: int = 1) -> Flowable:
    """A heading in reportlab's own style."""
    return Paragraph(text, STYLES[f"Heading{level}"])


def body(text: str) -> Flowable:
    """A paragraph in reportlab's own style."""
    return Paragraph(text, STYLES["BodyText"])


def table(*rows: list[str]) -> Flowable:
    """A table whose cells are placed one by one."""
    return Table([list(row) for row in rows])


def laid_out(pages: Sequence[Sequence[Flowable]]) -> bytes:
    """A PDF whose pages have these things."""
    flow: list[Flowable] = []
    for page in pages:
        flow += [*page, PageBreak()]
    file = io.BytesIO()
    SimpleDocTemplate(file).build(flow)
    return file.getvalue()


def one_line_pages(*lines: str, password: str | StandardEncryption | None = None) -> bytes:
    """A PDF with a line on each page; an empty one stays empty."""
    file = io.BytesIO()
    canvas = Canvas(file, encrypt=password)
    for line in lines:
        canvas.drawString(72, 700, line)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def hand_made(objects: Sequence[bytes], *, root: int = 1, trailer: bytes = b"") -> bytes:
    """A PDF of these objects, numbered from 1."""
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    xref = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return bytes(out + b"trailer\n<< /Size %d /Root %d 0 R %b >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, root, trailer, xref))


def stream(content: bytes, entries: bytes = b"") -> bytes:
    """A stream object."""
    return b"<< /Length %d %b >>\nstream\n%b\nendstream" % (len(content), entries, content)


def flate(content: bytes, entries: bytes = b"") -> bytes:
    """A compressed stream object."""
    return stream(zlib.compress(content, 9), b"/Filter /FlateDecode " + entries)


def one_page(content: bytes, resources: bytes = b"", *others: bytes) -> bytes:
    """A PDF whose only page draws a stream object (4); its font is F1 (5), and other objects follow from 6."""
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> %b >> >>"
    return hand_made(
        [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", page % resources, content, FONT, *others]
    )
