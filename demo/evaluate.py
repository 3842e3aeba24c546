"""How well searches find what answers: thirty questions in other words than the texts', and the passage that answers each."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from demo.library import KNOWLEDGE, knowledge_files
from models.search import Passage
from resolvers.ctx import Ctx
from resolvers.logic.fusion import Ranked
from resolvers.search import MOST, KnowledgeSearch, search_knowledge

AT = 5
LEGS = ("hybrid", "vector", "text")


@dataclass(frozen=True, slots=True)
class Question:
    """Words, the file that answers them, and a phrase of the one passage that does."""

    question: str
    document: str
    passage: str

    def answered_by(self, passage: Passage) -> bool:
        """Whether this is the passage."""
        return passage.file_name == self.document and plain(self.passage) in plain(passage.content)


@dataclass(frozen=True, slots=True)
class Asked:
    """At which place each leg has the answer, from 1; None beyond those that were looked at."""

    question: Question
    places: dict[str, int | None]


def plain(text: str) -> str:
    """A text without its line ends."""
    return " ".join(text.split())


def questions() -> list[Question]:
    """The set, as it is written down."""
    return [Question(**each) for each in json.loads((KNOWLEDGE / "questions.json").read_text())]


async def evaluate(ctx: Ctx) -> list[Asked]:
    """Ask every question of a company that has `knowledge_files`."""
    return [await ask(ctx, each) for each in questions()]


async def ask(ctx: Ctx, question: Question) -> Asked:
    """One search; the order of each leg alone is in what it explains."""
    hits = (await search_knowledge(ctx, KnowledgeSearch(query=question.question, limit=MOST))).hits
    return Asked(question, {leg: place(ordered(hits, leg), question) for leg in LEGS})


def ordered(hits: Sequence[Ranked[Passage]], leg: str) -> list[Passage]:
    """The passages in the order of a leg, those alone that it found."""
    ranks = {"hybrid": lambda hit: hit.rank, "vector": lambda hit: hit.standing.vector_rank, "text": lambda hit: hit.standing.text_rank}
    return [hit.passage for hit in sorted((hit for hit in hits if ranks[leg](hit) is not None), key=ranks[leg])]


def place(passages: Sequence[Passage], question: Question) -> int | None:
    """Where the answer stands."""
    return next((at for at, passage in zip(count(1), passages, strict=False) if question.answered_by(passage)), None)


def recall(asked: Sequence[Asked], leg: str, at: int = AT) -> float:
    """The share of questions whose answer is among the first `at`."""
    return sum((each.places[leg] or at + 1) <= at for each in asked) / len(asked)


def reciprocal(asked: Sequence[Asked], leg: str) -> float:
    """The mean reciprocal rank."""
    return sum(1 / found for each in asked if (found := each.places[leg])) / len(asked)


def report(asked: Sequence[Asked]) -> Iterator[str]:
    """The lines of a report: each question with its places, then the figures."""
    yield f"{'hybrid':>6} {'vector':>6} {'text':>6}  question"
    for each in asked:
        yield " ".join(f"{each.places[leg] or '-':>6}" for leg in LEGS) + f"  {each.question.question}"
    yield f"{len(asked)} questions over {len(knowledge_files())} documents"
    for leg in LEGS:
        yield f"{leg}: recall@{AT} {recall(asked, leg):.3f}, recall@1 {recall(asked, leg, 1):.3f}, MRR {reciprocal(asked, leg):.3f}"
