"""Text as it is stored: no characters that PostgreSQL refuses or that nobody can see."""

import re
import unicodedata

import regex

# Spaces that do not break, soft hyphens, byte order marks and the ligatures that PDFs are full of.
_REPLACED = str.maketrans(
    {
        "\xa0": " ",
        "\u202f": " ",
        "\u2007": " ",
        "\u2028": "\n",
        "\u2029": "\n",
        "\x85": "\n",
        "\xad": None,
        "\ufeff": None,
        "\ufb00": "ff",
        "\ufb01": "fi",
        "\ufb02": "fl",
        "\ufb03": "ffi",
        "\ufb04": "ffl",
        "\ufb05": "st",
        "\ufb06": "st",
    }
)
_LINE_ENDS = re.compile(r"\r\n?|[\v\f]")
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_LONE_SURROGATES = re.compile(r"[\ud800-\udfff]")
_GAPS = re.compile(r"[^\S\n]{100,}")
# Unicode's stream-safe format has 30 marks on a letter; more are noise, and putting n of them in order takes n² steps.
_MARKS = regex.compile(r"(\p{M}{30})\p{M}+")
_EMPTY_LINES = re.compile(r"\n{3,}")


def clean(text: str) -> str:
    """Normal form C, lines that end with LF, and neither control characters nor lone surrogates; nothing around it."""
    text = _LINE_ENDS.sub("\n", text)
    text = _CONTROLS.sub("", text)
    text = _LONE_SURROGATES.sub("\ufffd", text)
    text = unicodedata.normalize("NFC", _MARKS.sub(r"\1", text.translate(_REPLACED)))
    text = _GAPS.sub(" ", text)
    # Line by line, since a pattern for trailing spaces takes quadratic time on a long run of them.
    text = "\n".join(line.rstrip(" \t") for line in text.split("\n"))
    return _EMPTY_LINES.sub("\n\n", text).strip()
