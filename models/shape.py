"""Shapes: which fields of which rows, as a tree. Doors make them once; `models.render` turns them into SQL once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from models.catalogue import Edge, Entity


@dataclass(frozen=True, slots=True)
class Leaf:
    """A public field, printed under `key`."""

    key: str
    field: str


@dataclass(frozen=True, slots=True)
class One:
    """The row at the far end of a `one` edge, or null."""

    key: str
    edge: Edge
    of: "Object"


@dataclass(frozen=True, slots=True)
class Many:
    """The first rows at the far end of a `many` edge; `limit` names the slot that says how many."""

    key: str
    edge: Edge
    of: "Object"
    limit: str = "limit"


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows a `many` edge leads to."""

    key: str
    edge: Edge


@dataclass(frozen=True, slots=True)
class Part:
    """Fields of the same row, printed as an object of their own."""

    key: str
    of: "Object"


Node = Leaf | One | Many | Count | Part


@dataclass(frozen=True, slots=True)
class Object:
    """The fields of one row, in the order they are printed. `weight` is what one row costs; see `models.graph`."""

    entity: Entity
    nodes: tuple[Node, ...]
    weight: int = 0

    def scopes(self) -> frozenset[str]:
        """The scopes that reading all of it takes."""
        reached = {self.entity.read_scope}
        for node in self.nodes:
            if isinstance(node, One | Many | Part):
                reached |= node.of.scopes()
            elif isinstance(node, Count):
                reached.add(node.edge.target.read_scope)
        return frozenset(reached)


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """What one statement prints: one row or a list, bare or under `key`, with the total and echoed slots beside a list."""

    kind: Literal["one", "list"]
    of: Object
    key: str | None = None
    total: bool = False
    echoed: tuple[str, ...] = ()
    scopes: frozenset[str] = frozenset()


def one_shape(of: Object, key: str | None = None) -> Shape:
    """One row as `{...}`, or `{key: {...}}`."""
    return Shape("one", of, key, scopes=of.scopes())


def list_shape(of: Object, key: str, *, total: bool = True, echoed: tuple[str, ...] = ("limit", "offset")) -> Shape:
    """A list as `{key: [...], total, limit, offset}`."""
    return Shape("list", of, key, total, echoed, of.scopes())


def leaves(entity: Entity, *skipped: str, also: Mapping[str, str] | None = None) -> tuple[Leaf, ...]:
    """All public fields but the skipped ones, printed under their columns' names; `also` adds keys for fields."""
    named = {entity.columns[field].name: field for field in entity.columns if field not in skipped}
    return tuple(Leaf(key, field) for key, field in (named | dict(also or {})).items())
