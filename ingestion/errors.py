"""Why a document cannot be used."""

from enum import StrEnum


class Problem(StrEnum):
    """What kind of trouble a document is."""

    EMPTY = "empty"
    KIND = "kind"
    PROTECTED = "protected"
    ENCODING = "encoding"
    DAMAGED = "damaged"
    TOO_BIG = "too_big"
    TOO_SLOW = "too_slow"
    TOO_MUCH_MEMORY = "too_much_memory"
    CRASHED = "crashed"


# A busy machine can cause these; everything else is in the document and stays.
PASSING = frozenset({Problem.TOO_SLOW, Problem.TOO_MUCH_MEMORY, Problem.CRASHED})


class Unreadable(Exception):
    """A document cannot be used. `reason` is a sentence for the person who uploaded it; `detail` is for the log."""

    def __init__(self, problem: Problem, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.problem = problem
        self.reason = reason
        self.detail = detail

    @property
    def worth_retrying(self) -> bool:
        """Whether another try may end differently."""
        return self.problem in PASSING
