"""Two rankings of the same passages made one, by reciprocal rank (Cormack, Clarke and Büttcher, SIGIR 2009)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")

# How much less the first place is worth than the sum of a few good ones; the paper's value.
K = 60
PLACES = 6
# A limit up to the first takes as many candidates as the second from either leg.
DEPTHS = ((15, 30), (50, 100))


class Standing(NamedTuple):
    """What the two legs of a search say of a passage.

    `cosine` is None while the passage has no vector of the model; `text` is the share of the question's words that it has, each
    weighed by how rare it is, None if it has none. A rank counts from 1, equals share the middle of their places, and it is None
    where the passage was not among the leg's candidates.
    """

    cosine: float | None = None
    vector_rank: float | None = None
    text: float | None = None
    text_rank: float | None = None

    @property
    def score(self) -> float:
        """The cosine similarity in [0, 1]: opposite directions are as good as unrelated ones, and so is no vector.

        Rounded here, so that a printed score that comes back as a threshold finds the same passage.
        """
        return round(min(1.0, max(0.0, self.cosine or 0.0)), PLACES)

    @property
    def fused(self) -> float:
        """What the passage is ordered by."""
        vector, text = self.vector_rank, self.text_rank
        return (0.0 if vector is None else 1 / (K + vector)) + (0.0 if text is None else 1 / (K + text))

    @property
    def found_by(self) -> tuple[str, ...]:
        """The legs that found it."""
        ranks = {"vector": self.vector_rank, "text": self.text_rank}
        return tuple(leg for leg, rank in ranks.items() if rank is not None)


@dataclass(frozen=True, slots=True)
class Ranked(Generic[T]):
    """A passage in its place, from 1."""

    rank: int
    standing: Standing
    passage: T


def depth(limit: int) -> int:
    """How many candidates each leg brings, for so many results."""
    return next(candidates for most, candidates in DEPTHS if limit <= most)


def fuse(candidates: Iterable[tuple[Standing, T]], limit: int, threshold: float) -> Sequence[Ranked[T]]:
    """The best `limit` of those whose score is at least `threshold`, the best first; of equals, the one that came first."""
    scored = [(standing.score, standing, passage) for standing, passage in candidates]
    kept = ((-standing.fused, -score, place) for place, (score, standing, _) in enumerate(scored) if score >= threshold)
    return [Ranked(rank, *scored[place][1:]) for rank, (_, _, place) in enumerate(nsmallest(limit, kept), 1)]


def by_score(hits: Sequence[Ranked[T]]) -> Sequence[Ranked[T]]:
    """The same hits, the most similar first; of equals, the better ranked."""
    return sorted(hits, key=lambda hit: (-hit.standing.score, hit.rank))
