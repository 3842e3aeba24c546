"""The elements of an XML part, streamed; document types are refused, and with them entities of every sort."""

from collections.abc import Iterator
from typing import Protocol
from xml.parsers.expat import ExpatError, ParserCreate
from zipfile import BadZipFile, ZipFile, ZipInfo
from zlib import error as ZlibError  # noqa: N812  # zlib's own name says nothing here

from ingestion.errors import Problem, Unreadable
from ingestion.extract import Progress

_PIECE = 64 * 1024
_DEEPEST = 500
_SEPARATOR = " "

Attributes = dict[str, str]


class Handler(Protocol):
    """Gets each element by its name without the namespace's address, and the text between."""

    def start(self, name: str, attributes: Attributes) -> None: ...

    def end(self, name: str) -> None: ...

    def data(self, text: str) -> None: ...


class XmlPart:
    """One part of a zip file as it is parsed; raises `Unreadable` for what Word would not write."""

    def __init__(self, archive: ZipFile, entry: ZipInfo, handler: Handler) -> None:
        self._archive = archive
        self._entry = entry
        self._handler = handler
        self._depth = 0
        self._parser = ParserCreate(namespace_separator=_SEPARATOR)
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = handler.data
        self._parser.StartDoctypeDeclHandler = self._doctype

    def parse(self, progress: Progress) -> Iterator[None]:
        """Feed the whole part; after each piece the caller may take what the handler has got."""
        try:
            with self._archive.open(self._entry) as stream:
                for piece in iter(lambda: stream.read(_PIECE), b""):
                    self._parser.Parse(piece, False)
                    progress(stream.tell() / max(1, self._entry.file_size))
                    yield
                self._parser.Parse(b"", True)
        except (ExpatError, BadZipFile, ZlibError, EOFError) as error:
            raise _damaged(f"{self._entry.filename}: {error}") from None

    def _start(self, name: str, attributes: Attributes) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            sentence = f"The document is nested more than {_DEEPEST} levels deep. It is not an ordinary Word document."
            raise Unreadable(Problem.DAMAGED, sentence)
        self._handler.start(_local(name), {_local(key): value for key, value in attributes.items()})

    def _end(self, name: str) -> None:
        self._depth -= 1
        self._handler.end(_local(name))

    def _doctype(self, *_: object) -> None:
        raise Unreadable(Problem.DAMAGED, "The document declares XML entities, which Word never does. It is not read, for safety.")


def _local(name: str) -> str:
    return name.rpartition(_SEPARATOR)[2]


def _damaged(detail: str) -> Unreadable:
    return Unreadable(Problem.DAMAGED, "The document is damaged inside. Open it in Word, save it again and upload the new file.", detail)
