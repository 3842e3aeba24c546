"""Bytes to text: UTF-8, or UTF-16 that says so, and nothing by guessing."""

import codecs
import re

from ingestion.errors import Problem, Unreadable

# UTF-32 comes before UTF-16, whose mark it begins with.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Control characters that no text file has; form feeds, the end mark of DOS and escapes of terminals are tolerated.
_BINARY = re.compile(r"[\x00-\x08\x0e-\x19\x1c-\x1f]")


def decode(data: bytes) -> str:
    """The text of a whole file; raises `Unreadable` that says where it stops being text."""
    return _decode(data, final=True)


def decode_head(head: bytes, *, whole: bool) -> str:
    """The text of a file's beginning, whose last character may be cut; raises `Unreadable` when it is none."""
    return _decode(head, final=whole)


def _decode(data: bytes, *, final: bool) -> str:
    mark, encoding = next(((mark, name) for mark, name in _MARKS if data.startswith(mark)), (b"", "utf-8"))
    try:
        text = codecs.getincrementaldecoder(encoding)("strict").decode(data[len(mark) :], final)
    except UnicodeDecodeError as error:
        if b"\x00" in data:
            raise _binary("NUL bytes") from None
        at = error.start + len(mark)
        sentence = (
            f"The text is not in UTF-8: byte {at + 1:,} (0x{data[at]:02X}) does not belong there. Save it as UTF-8 and upload it again."
        )
        raise Unreadable(Problem.ENCODING, sentence) from None
    if found := _BINARY.search(text):
        raise _binary(f"character 0x{ord(found.group()):02X} at {found.start()}")
    return text


def _binary(detail: str) -> Unreadable:
    return Unreadable(Problem.KIND, "This is not a text file in UTF-8: it contains binary data, whatever its name says.", detail)
