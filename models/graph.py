"""Shapes of GraphQL documents: what `models.shape` has, and connections whose rows are known only when a request comes.

Whatever has a weight prints that many newlines: JSON allows them between its tokens, and nothing else prints any, for
PostgreSQL escapes those inside of texts. So the newlines of an answer are what it really cost.
"""

from dataclasses import dataclass

from models.catalogue import Edge, Entity
from models.shape import Object


@dataclass(frozen=True, slots=True)
class Constant:
    """Fixed JSON, such as a type's name."""

    key: str
    json: str


@dataclass(frozen=True, slots=True)
class Word:
    """An enumeration's value in GraphQL's spelling: `closed-won` prints as `CLOSED_WON`. `dashed`: one of its values has a dash."""

    key: str
    field: str
    dashed: bool


@dataclass(frozen=True, slots=True)
class Nodes:
    """The rows of a page."""

    key: str
    of: Object


@dataclass(frozen=True, slots=True)
class Cursor:
    """The row's place in the connection's order."""

    key: str


@dataclass(frozen=True, slots=True)
class NodeOf:
    """The row inside its edge."""

    key: str
    of: Object


@dataclass(frozen=True, slots=True)
class Edges:
    """The rows of a page, each with what its edge shows."""

    key: str
    parts: tuple[Cursor | NodeOf | Constant, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """One of hasNextPage, hasPreviousPage, startCursor, endCursor."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class PageFacts:
    """`pageInfo`."""

    key: str
    facts: tuple[Fact | Constant, ...]


@dataclass(frozen=True, slots=True)
class Total:
    """How many rows all pages have."""

    key: str
    weight: int = 0


ConnectionPart = Nodes | Edges | PageFacts | Total | Constant


@dataclass(frozen=True, slots=True)
class Connection:
    """A page of rows. `number` says which of the request's listings it shows; `edge` is how it hangs on its row."""

    key: str
    number: int
    entity: Entity
    edge: Edge | None
    parts: tuple[ConnectionPart, ...]
    weight: int = 0

    @property
    def looks_ahead(self) -> bool:
        """Whether one row more is read, to know if there is a further page."""
        return any(isinstance(part, PageFacts) for part in self.parts)

    @property
    def counts(self) -> bool:
        """Whether the total is asked for."""
        return any(isinstance(part, Total) for part in self.parts)

    @property
    def lists(self) -> bool:
        """Whether any row is looked at."""
        return any(isinstance(part, Nodes | Edges | PageFacts) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Single:
    """One row of a root field, or null; `number` says which of the request's listings it is.

    Where a row is `required`, its absence leaves nothing to print at all.
    """

    key: str
    number: int
    of: Object
    required: bool = False


@dataclass(frozen=True, slots=True)
class Given:
    """JSON that the request itself brings along; `number` says which of its listings."""

    key: str
    number: int


@dataclass(frozen=True, slots=True)
class Anything:
    """The row with an id, of whichever entity it is, or null; with `many` a list of them, in the order of the ids."""

    key: str
    number: int
    choices: tuple[Object, ...]
    many: bool


@dataclass(frozen=True, slots=True)
class Struct:
    """An object that is no row, such as `viewer`."""

    key: str
    parts: "tuple[RootNode, ...]"
    weight: int = 0


RootNode = Connection | Single | Constant | Given | Anything | Struct
