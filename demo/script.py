"""The scripts of the demo's dialogues, read from a small notation.

`U` begins a line of the customer, `A` one of the agent; lines of the same speaker that follow each other are alternatives, an
indented line continues the one before. Marks after the letter tell the customer's intent (`?` question, `!` complaint,
`>` request, `$` purchase, `*` goodbye) and mood (`+` positive, `-` negative, `~` mixed); `#photo` or `#pdf` goes with the
message. `[a|b]` is a choice, `{name}` a slot, `= Title` names an aside.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from typing import Literal, NamedTuple

from demo import asides_en, asides_it, care_en, care_it, sales_en, sales_it

Code = Literal["en", "it"]
INTENTS = {"?": "question", "!": "complaint", ">": "request", "$": "purchase", "*": "goodbye"}
MOODS = {"+": "positive", "-": "negative", "~": "mixed"}
CHOICE = re.compile(r"\[([^\]]+)\]")


class Line(NamedTuple):
    """One thing that can be said; `file` is `photo` or `pdf`, or empty."""

    text: str
    intent: str
    mood: str
    file: str


class Exchange(NamedTuple):
    """What the customer may say, and what the agent may answer; `title` is set for an aside."""

    title: str
    user: tuple[Line, ...]
    agent: tuple[Line, ...]
    written: bool


@dataclass(slots=True)
class _Draft:
    title: str = ""
    user: list[Line] = field(default_factory=list)
    agent: list[Line] = field(default_factory=list)

    def finished(self) -> Exchange:
        """The exchange; with a file in it, it cannot be spoken."""
        return Exchange(self.title, tuple(self.user), tuple(self.agent), any(line.file for line in (*self.user, *self.agent)))


class Script(NamedTuple):
    """Everything that can be said in one language; the first exchange of a topic opens it."""

    topics: dict[str, tuple[Exchange, ...]]
    asides: tuple[Exchange, ...]
    farewell: Exchange
    system: dict[str, tuple[str, str]]
    summaries: dict[str, str]


@cache
def script(code: Code) -> Script:
    """The script of a language."""
    care, sales, asides = (care_en, sales_en, asides_en) if code == "en" else (care_it, sales_it, asides_it)
    topics = {topic: parse(text) for topic, text in (care.SCRIPTS | sales.SCRIPTS).items()}
    return Script(topics, parse(asides.ASIDES), parse(asides.FAREWELLS)[0], asides.SYSTEM, asides.SUMMARIES)


def parse(text: str) -> tuple[Exchange, ...]:
    """The exchanges of a script; raises `ValueError` for a line that is in no notation."""
    drafts: list[_Draft] = []
    for line in _whole_lines(text):
        head, _, rest = line.partition(" ")
        answered = bool(drafts and drafts[-1].agent)
        if head == "=" or not drafts or (head[0] == "U" and answered):
            drafts.append(_Draft())
        if head == "=":
            drafts[-1].title = rest
        else:
            (drafts[-1].user if head[0] == "U" else drafts[-1].agent).extend(_lines(head, rest.strip()))
    return tuple(draft.finished() for draft in drafts)


def expanded(text: str) -> list[str]:
    """Every reading of a text with choices."""
    parts = CHOICE.split(text)
    return ["".join(reading) for reading in product(*(part.split("|") if at % 2 else [part] for at, part in enumerate(parts)))]


def _whole_lines(text: str) -> Iterator[str]:
    return (line for line in re.sub(r"\n +", " ", text).split("\n") if line)


def _lines(head: str, text: str) -> Iterator[Line]:
    if head[0] not in "UA":
        raise ValueError(f"a line begins with U, A or =, not {head!r}")
    file, text = text[1:].split(" ", 1) if text.startswith("#") else ("", text)
    intent = next((INTENTS[mark] for mark in head if mark in INTENTS), "support")
    mood = next((MOODS[mark] for mark in head if mark in MOODS), "neutral")
    return (Line(reading, intent, mood, file) for reading in expanded(text))
