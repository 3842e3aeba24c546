"""What is already selected at a place of the answer, so that a further selection of the same key can be merged with it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from graphql import GraphQLInterfaceType

from tests.contracts.graphql_walk import GRAPHQL

ABSTRACT = frozenset(name for name, of in GRAPHQL.type_map.items() if isinstance(of, GraphQLInterfaceType))


class Meaning(NamedTuple):
    """What a response key stands for: a field of a type, its arguments, and the type of its value."""

    on: str
    name: str
    arguments: str
    type: str

    def goes_with(self, other: "Meaning") -> bool:
        """Whether both may have one key: objects of different types only need values of one type."""
        apart = self.on != other.on and not {self.on, other.on} & ABSTRACT
        return self.type == other.type if apart else self[1:] == other[1:]


@dataclass
class Place:
    """The keys selected at one place, with all that each means and the place below it."""

    taken: "dict[str, tuple[set[Meaning], Place]]" = field(default_factory=dict)

    def admits(self, key: str, meanings: Iterable[Meaning]) -> bool:
        """Whether a selection of the key can stand here."""
        known = self.taken[key][0] if key in self.taken else ()
        return all(meaning.goes_with(other) for meaning in meanings for other in known)

    def take(self, key: str, meanings: Iterable[Meaning]) -> "Place":
        """Select a key; the place below it."""
        known, below = self.taken.setdefault(key, (set(), Place()))
        known.update(meanings)
        return below

    def admits_all(self, other: "Place") -> bool:
        """Whether everything selected at another place can stand here too."""
        return all(
            self.admits(key, meanings) and (key not in self.taken or self.taken[key][1].admits_all(below))
            for key, (meanings, below) in other.taken.items()
        )

    def take_all(self, other: "Place") -> None:
        """Select here what is selected there."""
        for key, (meanings, below) in other.taken.items():
            self.take(key, meanings).take_all(below)


@dataclass
class Reach:
    """How deep a selection goes and how many rows it may come to, at most."""

    depth: int
    rows: int

    def note(self, depth: int, rows: int) -> None:
        """Something was selected there."""
        self.depth, self.rows = max(self.depth, depth), max(self.rows, rows)


@dataclass(frozen=True)
class Position:
    """Where a selection stands: in the operation and in each of the fragments around it. `rows` is how many may come here."""

    places: Sequence[Place]
    reaches: Sequence[Reach]
    depth: int
    rows: int

    def admits(self, key: str, meaning: Meaning) -> bool:
        """Whether a selection of the key can stand here."""
        return all(place.admits(key, [meaning]) for place in self.places)

    def below(self, key: str, meaning: Meaning, rows: int) -> "Position":
        """Select a key; the position of what is selected of it."""
        for reach in self.reaches:
            reach.note(self.depth + 1, rows)
        return Position([place.take(key, [meaning]) for place in self.places], self.reaches, self.depth + 1, rows)

    def within(self, place: Place, reach: Reach) -> "Position":
        """The same position, inside a fragment besides."""
        return Position([*self.places, place], [*self.reaches, reach], self.depth, self.rows)

    def spread(self, place: Place, reach: Reach) -> None:
        """Select all that a fragment selects; `reach` is relative."""
        for each in self.places:
            each.take_all(place)
        for noted in self.reaches:
            noted.note(self.depth + reach.depth, self.rows * reach.rows)

    def taken(self, on: str) -> Mapping[str, Meaning]:
        """What is selected here so far of objects of a type."""
        found = ((key, meaning) for key, (meanings, _) in self.places[0].taken.items() for meaning in sorted(meanings))
        return {key: meaning for key, meaning in found if meaning.on == on}
