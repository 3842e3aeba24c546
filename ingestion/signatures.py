"""What files of other kinds begin with, and how they are called."""

_ADVICE = {
    "a picture": "Pictures have no text to search; upload the text as PDF, DOCX or plain text.",
    "an archive": "Unpack it and upload the documents inside.",
    "a program": "",
    "a recording": "Upload a transcript instead.",
    "an RTF document": "Save it as DOCX or PDF.",
    "a PostScript file": "Save it as PDF.",
    "a database": "Export what you need as CSV.",
}

_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "a picture"),
    (0, b"\xff\xd8\xff", "a picture"),
    (0, b"GIF87a", "a picture"),
    (0, b"GIF89a", "a picture"),
    (0, b"II*\x00", "a picture"),
    (0, b"MM\x00*", "a picture"),
    (0, b"8BPS", "a picture"),
    (8, b"WEBP", "a picture"),
    (4, b"ftypheic", "a picture"),
    (4, b"ftypavif", "a picture"),
    (4, b"ftyp", "a recording"),
    (0, b"ID3", "a recording"),
    (0, b"OggS", "a recording"),
    (0, b"fLaC", "a recording"),
    (8, b"WAVE", "a recording"),
    (8, b"AVI ", "a recording"),
    (0, b"\x1aE\xdf\xa3", "a recording"),
    (0, b"\x1f\x8b", "an archive"),
    (0, b"BZh", "an archive"),
    (0, b"\xfd7zXZ\x00", "an archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "an archive"),
    (0, b"Rar!\x1a\x07", "an archive"),
    (0, b"\x28\xb5\x2f\xfd", "an archive"),
    (257, b"ustar", "an archive"),
    (0, b"\x7fELF", "a program"),
    (0, b"MZ\x90\x00", "a program"),
    (0, b"\xca\xfe\xba\xbe", "a program"),
    (0, b"\xcf\xfa\xed\xfe", "a program"),
    (0, b"\x00asm", "a program"),
    (0, b"{\\rtf", "an RTF document"),
    (0, b"%!PS", "a PostScript file"),
    (0, b"SQLite format 3\x00", "a database"),
)


def foreign(head: bytes) -> str | None:
    """A sentence about a file that begins like something we cannot read; None when nothing is known of it."""
    for offset, signature, name in _SIGNATURES:
        if head.startswith(signature, offset):
            return f"This is {name}, not a document. {_ADVICE[name]}".rstrip()
    return None
