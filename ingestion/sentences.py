"""Where sentences end, in English and Italian: abbreviations, initials, decimals and the numbers of items are no ends."""

import re
from collections.abc import Iterator

import regex

from ingestion.graphemes import HELD, trimmed
from ingestion.marks import CLOSERS, OPENERS, WIDE_CLOSERS, WIDE_STOPS

# A name or an example follows.
_TITLES = """
mr mrs ms dr prof messrs hon rev capt lt sgt gen vs viz e.g i.e cf
sig sigg sig.ra sig.na dott dott.ssa prof.ssa avv geom rag gent spett egr preg ad.es p.es cfr d.lgs d.p.r d.l d.m
"""
# Words as well, unless a number follows: "No. 5", "art. 12", "on 3 Sept. 2026".
_COUNTED = """
no nos fig figs eq vol sec ch approx est jan feb mar apr jun jul aug sep sept oct nov dec
n nn num art artt p pp pag pagg cap capp par sez tab tabb all l tel cell ca gen febb magg giu lug ago sett ott dic
"""
_BEFORE_ANYTHING = frozenset(_TITLES.split())
_BEFORE_NUMBERS = frozenset(_COUNTED.split())

_END = regex.compile(
    rf"(?<![.!?…])[.!?…]++[{re.escape(CLOSERS)}]*+(?=\s)|[{WIDE_STOPS}]++[{re.escape(CLOSERS + WIDE_CLOSERS)}]*+{HELD}",
)
_LAST_WORD = re.compile(r"[\w.]*$")
# A word before an end is looked for within this many characters, and the letter after it.
_LOOK_BACK = 24
_LOOK_AHEAD = 16


def sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The sentences of `text[start:end]` as (start, end) in `text`, without the white space between them, in order."""
    at = start
    for found in _END.finditer(text, start, end):
        if _is_end(text, found, end):
            yield trimmed(text, at, found.end())
            at = found.end()
    last = trimmed(text, at, end)
    if last[0] < last[1]:
        yield last


def _is_end(text: str, found: regex.Match[str], end: int) -> bool:
    """What goes on with a small letter goes on: "cfr. sopra", and "Why? he asked"."""
    mark = found[0]
    if mark[0] in WIDE_STOPS:
        return True
    follows = text[found.end() : min(end, found.end() + _LOOK_AHEAD)].lstrip().lstrip(OPENERS)[:1]
    return not follows.islower() and not (mark == "." and _belongs_to_word(text, found.start(), follows))


def _belongs_to_word(text: str, dot: int, follows: str) -> bool:
    """Whether a dot ends an abbreviation, an initial or the number of an item, and not the sentence."""
    found = _LAST_WORD.search(text[max(0, dot - _LOOK_BACK) : dot])
    word = found[0] if found else ""
    if word.lower() in _BEFORE_ANYTHING or (follows.isdigit() and word.lower() in _BEFORE_NUMBERS):
        return True
    begins = dot == len(word) or text[dot - len(word) - 1] == "\n"
    return (len(word) == 1 and word.isupper()) or (begins and word.isdigit() and len(word) <= 3)
