"""Fields that the caller may not look at: null in the answer, and an error in each place where one would have stood."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from graphql import FieldNode
from graphql.error import located_error

from resolvers.errors import Forbidden
from schema.errors import field_error

# Response keys; None stands for every item of a list.
Place = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Denial:
    """A field without its scope."""

    place: Place
    scope: str
    nodes: tuple[FieldNode, ...]


def denied_errors(data: Any, denials: Iterable[Denial]) -> list[dict[str, Any]]:
    """The errors of an answer's data, as the executor words them."""
    return [
        field_error(located_error(Forbidden.scope(denial.scope), list(denial.nodes), list(path)))
        for denial in denials
        for path in _paths(data, denial.place)
    ]


def _paths(data: Any, place: Place) -> Iterator[tuple[str | int, ...]]:
    """The places of the pattern that the data really has."""
    key, *rest = place
    if data is None:
        return
    if key is None:
        for index, each in enumerate(data):
            yield from ((index, *path) for path in _paths(each, tuple(rest)))
    elif not rest:
        yield (key,)
    else:
        yield from ((key, *path) for path in _paths(data[key], tuple(rest)))
