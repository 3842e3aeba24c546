"""The headers of a zip file, looked at before anything is unpacked."""

import struct
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from ingestion.errors import Problem, Unreadable

MOST_ENTRIES = 5000
# Bytes of the list of entries; reading it costs time before anything else is known.
LONGEST_DIRECTORY = 512 * 1024
MOST_UNPACKED = 256 * 1024 * 1024
# Word's own XML packs 10 to 20 times; a bomb a thousand times.
HIGHEST_RATIO = 100
RATIO_MATTERS_FROM = 1024 * 1024

_END = struct.Struct("<4s4H2LH")
_END_SIGNATURE = b"PK\x05\x06"
_ZIP64_LOCATOR = b"PK\x06\x07"
_ENCRYPTED = 0x1


def open_checked(path: Path) -> ZipFile:
    """Open a zip file that is safe to unpack entry by entry; raises `Unreadable` otherwise."""
    _check_directory(path)
    try:
        archive = ZipFile(path)
    except (BadZipFile, NotImplementedError, ValueError) as error:
        raise _damaged(str(error)) from None
    try:
        _check_entries(archive.infolist())
    except Unreadable:
        archive.close()
        raise
    return archive


def _check_directory(path: Path) -> None:
    """The end record alone tells how much there is to list."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - 65_536 - _END.size - 20))
        tail = file.read()
    at = tail.rfind(_END_SIGNATURE)
    if at < 0 or len(tail) - at < _END.size:
        raise _damaged("no end record")
    _, _, _, _, entries, directory, _, _ = _END.unpack_from(tail, at)
    if entries > MOST_ENTRIES or directory > LONGEST_DIRECTORY or tail[max(0, at - 20) : at].startswith(_ZIP64_LOCATOR):
        raise Unreadable(Problem.TOO_BIG, f"The document has more than {MOST_ENTRIES:,} parts inside. It is not an ordinary Word document.")


def _check_entries(entries: list[ZipInfo]) -> None:
    if any(entry.flag_bits & _ENCRYPTED for entry in entries):
        raise Unreadable(Problem.PROTECTED, "The document is protected by a password. Save it without one and upload it again.")
    if any(entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED) for entry in entries):
        raise _damaged("unusual compression")
    total = sum(entry.file_size for entry in entries)
    dense = any(entry.file_size > max(RATIO_MATTERS_FROM, HIGHEST_RATIO * entry.compress_size) for entry in entries)
    if total > MOST_UNPACKED or dense:
        raise Unreadable(Problem.TOO_BIG, f"The document would unpack to {total / 1e6:,.0f} MB. It is not an ordinary Word document.")


def _damaged(detail: str) -> Unreadable:
    return Unreadable(Problem.DAMAGED, "The document is damaged. Open it in Word, save it again and upload the new file.", detail)
