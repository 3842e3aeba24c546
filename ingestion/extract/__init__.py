"""A reader for each kind of document. Only the child process calls them, since files may be hostile."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import cast

from ingestion.document import Block
from ingestion.limits import Limits
from ingestion.recognise import Kind

# Called with the share that is done, from 0 to 1.
Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader gives: the number of pages, where the format has them, and the blocks as they are found."""

    pages: int | None
    blocks: Iterator[Block]


Reader = Callable[[Path, Limits, Progress], Reading]

# By name, so that a process loads the one that it needs.
_MODULES = {
    Kind.PDF: "pdf",
    Kind.DOCX: "docx",
    Kind.HTML: "html",
    Kind.MARKDOWN: "markdown",
    Kind.CSV: "rows",
    Kind.TEXT: "plain",
}


def reader_for(kind: Kind) -> Reader:
    """The reader of a kind; it raises `Unreadable`, at once or while its blocks are taken."""
    return cast(Reader, import_module(f"{__name__}.{_MODULES[kind]}").read)
