"""Word documents for the tests: well made ones by python-docx, hostile ones part by part."""

import io
import zipfile
from collections.abc import Mapping

from docx.document import Document

NAMESPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
TYPES = b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'


def saved(document: Document) -> bytes:
    """A document of python-docx as a file."""
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def zipped(parts: Mapping[str, bytes]) -> bytes:
    """A zip file of these parts."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def word(body: str, prologue: str = "", **parts: bytes) -> bytes:
    """A Word document with this XML in its body; other parts are named without folder and suffix."""
    main = f"{prologue}<w:document {NAMESPACE}><w:body>{body}</w:body></w:document>".encode()
    others = {f"word/{name}.xml": content for name, content in parts.items()}
    return zipped({"[Content_Types].xml": TYPES, "word/document.xml": main} | others)


def paragraph(text: str, properties: str = "") -> str:
    """A paragraph with its properties."""
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"
