"""What two answers to one question must have in common, and what neither may show."""

import base64
import binascii
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.differential.callers import Caller
from tests.differential.smallest import smallest
from tests.differential.ways import Answer, Question, Ways
from tests.differential.world import World

# The text of every cursor: `["`, an order's first letter or its minus, and so on.
CURSOR = re.compile(r"Wy[IJ][A-Za-z0-9_-]+")


# Errors of a document that was asked wrongly: the executor is to word them.
WRONG = {"VALIDATION_ERROR", "BAD_USER_INPUT"}
# Nothing that is asked may come to this.
OURS = "INTERNAL_ERROR"


@dataclass
class Tally:
    """How many questions were asked, and how they were answered."""

    counts: Counter[str] = field(default_factory=Counter)

    def note(self, planned: Answer, executed: Answer) -> None:
        """Count one question."""
        self.counts["asked"] += 1
        self.counts["refused" if executed.refused else "planned" if planned.planned else without_a_plan(executed)] += 1
        self.counts["denied something"] += "FORBIDDEN" in executed.codes

    @property
    def covered(self) -> float:
        """The share that plans answered of the questions that were right and took the database."""
        return self.counts["planned"] / max(1, self.counts["planned"] + self.counts["left to the executor"])

    def __str__(self) -> str:
        counted = ", ".join(f"{count} {kind}" for kind, count in sorted(self.counts.items()))
        return f"{counted}; plans answered {self.covered:.1%} of those that were right and took the database"


def without_a_plan(executed: Answer) -> str:
    """Which kind of question it was that no plan answered."""
    if executed.codes & WRONG:
        return "wrong"
    if not executed.statements:
        return "without the database"
    return "answered by Python" if "is answered by Python" in executed.reason else "left to the executor"


@dataclass
class Comparison:
    """Asks both ways and compares."""

    world: World
    ways: Ways
    tally: Tally = field(default_factory=Tally)

    async def same(self, caller: Caller, question: Question, origin: str = "") -> None:
        """Ask both ways; fails with the smallest document found for which the answers differ, or show what they must hide."""
        difference = await self._difference(caller, question, self.tally)
        if not difference:
            return

        async def differs(candidate: Question) -> bool:
            return bool(await self._difference(caller, candidate, Tally()))

        small = await smallest(question, differs)
        # What differed but once is no less wrong: something remembered it.
        shown = await self._difference(caller, small, Tally()) or f"{difference}\n(not when it was asked again)"
        raise AssertionError(f"{origin} {caller}{small}{shown}\nfound with:{question}")

    async def _difference(self, caller: Caller, question: Question, tally: Tally) -> str:
        """What differs between the two answers; empty when nothing does."""
        try:
            planned, executed = await self.ways.planned(caller, question), await self.ways.executed(caller, question)
        except Exception as error:  # noqa: BLE001 - a crash is a difference too
            return f"{type(error).__name__}: {error}"
        tally.note(planned, executed)
        for name in ("data", "errors", "cost"):
            ours, theirs = getattr(planned, name), getattr(executed, name)
            if ours != theirs:
                return f"{name} planned: {ours}\n{name} executed: {theirs}"
        if OURS in planned.codes:
            return f"a fault of ours, both ways: {planned.errors}"
        return self._shown(caller, question, planned)

    def _shown(self, caller: Caller, question: Question, answer: Answer) -> str:
        """What of another company is in the data, or in the errors though the question did not name it; empty when nothing is."""
        for other in self.world.companies.values():
            if other.mark != caller.company.mark and other.mark in shown(answer.body.get("data")):
                return f"the data shows rows of {other.mark}: {answer.body}"
            named = other.mark in shown([question.text, question.variables])
            if other.mark != caller.company.mark and not named and other.mark in shown(answer.body.get("errors")):
                return f"the errors name {other.mark}: {answer.body}"
        return ""


def shown(value: Any) -> str:
    """All texts of an answer, with the cursors read."""
    if isinstance(value, dict):
        return "\n".join(f"{key}\n{shown(each)}" for key, each in value.items())
    if isinstance(value, list):
        return "\n".join(map(shown, value))
    if isinstance(value, str) and CURSOR.fullmatch(value):
        return f"{value}\n{decoded(value)}"
    return str(value)


def decoded(cursor: str) -> str:
    """What a cursor says; empty for a text that only begins like one."""
    try:
        return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode(errors="replace")
    except binascii.Error:
        return ""
