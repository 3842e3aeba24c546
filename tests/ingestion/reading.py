"""Reads a file in this process, for tests of what the readers find."""

from pathlib import Path

from ingestion.document import Block, Document, assemble
from ingestion.extract import reader_for
from ingestion.limits import Limits
from ingestion.recognise import recognise


def blocks_of(folder: Path, content: bytes) -> list[Block]:
    """The blocks that the reader of its kind finds in a file."""
    path = folder / "upload"
    path.write_bytes(content)
    return list(reader_for(recognise(path))(path, Limits(), lambda _: None).blocks)


def found(folder: Path, content: bytes) -> list[tuple[str, str]]:
    """Blocks as (part, text) as they are stored; a heading's part tells its level."""
    document = document_of(folder, content)
    return [(f"{span.part}{span.level or ''}", document.text[span.start : span.end]) for span in document.spans]


def document_of(folder: Path, content: bytes) -> Document:
    """A file's whole text and its blocks."""
    return assemble(blocks_of(folder, content), Limits().characters)
