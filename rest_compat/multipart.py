"""Forms with a file (RFC 7578), read as they come: fields are kept, the file is handed on piece by piece, nothing is put aside."""

from collections.abc import AsyncIterator
from typing import Any

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from resolvers.errors import BadRequest, UnsupportedMediaType

MULTIPART = "multipart/form-data"
FILE = "file"
MOST_PARTS = 20
# Bytes of all fields together, the file not counted.
MOST_FIELDS = 64 * 1024


class Form:
    """A form that is still coming: first `file` has to be read to its end, then `rest`; `fields` are whole after that."""

    def __init__(self, request: Request) -> None:
        self.fields: dict[str, str] = {}
        self.file_name: str | None = None
        self._stream = request.stream()
        self._parts = _Parts(boundary(request))

    async def file(self) -> AsyncIterator[bytes]:
        """The file's content; raises `BadRequest` when there is none."""
        while self._parts.file_name is None:
            if not await self._more():
                raise BadRequest.field(FILE, "No file provided; send it as the part `file` of the form, with a file name")
        self.file_name = self._parts.file_name
        while not self._parts.file_ended:
            for piece in self._parts.taken():
                yield piece
            await self._more()
        for piece in self._parts.taken():
            yield piece

    async def rest(self) -> dict[str, str]:
        """All fields, once the form has ended."""
        while await self._more():
            continue
        for name, value in self._parts.fields:
            if name in self.fields:
                raise BadRequest.field(name, "is sent twice")
            try:
                self.fields[name] = bytes(value).decode()
            except UnicodeDecodeError:
                raise BadRequest.field(name, "is not text in UTF-8") from None
        return self.fields

    async def _more(self) -> bool:
        """Read on; False at the form's end, behind which nothing is read. Raises `BadRequest` when the body ends before."""
        if self._parts.ended:
            return False
        piece = await anext(self._stream, None)
        if piece is None:
            raise _malformed("it ends before the form does")
        self._parts.read(piece)
        return True


class _Parts:
    """What has come of the parts so far."""

    def __init__(self, mark: bytes) -> None:
        self.fields: list[tuple[str, bytearray]] = []
        self.file_name: str | None = None
        self.file_ended = self.ended = False
        self._pieces: list[bytes] = []
        self._headers: dict[bytes, bytearray] = {}
        self._header = (bytearray(), bytearray())
        self._count = self._size = 0
        names = (
            "part_begin",
            "part_data",
            "part_end",
            "header_begin",
            "header_field",
            "header_value",
            "header_end",
            "headers_finished",
            "end",
        )
        calls: dict[str, Any] = {f"on_{name}": getattr(self, f"_{name}") for name in names}
        self._into: bytearray | None = None
        try:
            self._parser = MultipartParser(mark, calls)  # type: ignore[arg-type]  # a dictionary of exactly these callbacks
        except FormParserError as error:
            raise _malformed(str(error)) from None

    def read(self, piece: bytes) -> None:
        """Take in the next piece of the body; raises `BadRequest`."""
        try:
            self._parser.write(piece)
        except FormParserError as error:
            raise _malformed(str(error)) from None

    def taken(self) -> list[bytes]:
        """What came of the file since the last time."""
        pieces, self._pieces = self._pieces, []
        return pieces

    def _part_begin(self) -> None:
        self._count += 1
        if self._count > MOST_PARTS:
            raise BadRequest.field("body", f"has over {MOST_PARTS} parts; send one file and its fields")
        self._headers = {}

    def _header_begin(self) -> None:
        self._header = (bytearray(), bytearray())

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._header[0].extend(data[start:end])

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._header[1].extend(data[start:end])

    def _header_end(self) -> None:
        self._headers[bytes(self._header[0]).lower()] = self._header[1]

    def _headers_finished(self) -> None:
        kind, options = parse_options_header(bytes(self._headers.get(b"content-disposition", b"")))
        if kind != b"form-data" or b"name" not in options:
            raise _malformed("each part needs `Content-Disposition: form-data; name=...`")
        name = options[b"name"].decode("utf-8", "replace")
        if name != FILE:
            self._into = bytearray()
            self.fields.append((name, self._into))
        elif self.file_name is not None:
            raise BadRequest.field(FILE, "is sent twice; send one file")
        else:
            self._into = None
            self.file_name = options.get(b"filename", b"").decode("utf-8", "replace")

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        if self._into is None:
            self._pieces.append(data[start:end])
            return
        self._size += end - start
        if self._size > MOST_FIELDS:
            raise BadRequest.field(self.fields[-1][0], f"all fields together may have {MOST_FIELDS:,} bytes")
        self._into += data[start:end]

    def _part_end(self) -> None:
        self.file_ended = self.file_ended or self._into is None

    def _end(self) -> None:
        self.ended = True


def boundary(request: Request) -> bytes:
    """What parts the parts; raises `UnsupportedMediaType` or `BadRequest`."""
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != MULTIPART.encode():
        raise UnsupportedMediaType(f"Send the file as a form with the header `Content-Type: {MULTIPART}`")
    if not options.get(b"boundary"):
        raise _malformed("its Content-Type names no boundary")
    return options[b"boundary"]


def _malformed(detail: str) -> BadRequest:
    return BadRequest.field("body", f"is not a form: {detail}")
