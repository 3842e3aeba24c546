"""What the doors may know of a table: its public fields, its edges, its orders. Declared once, beside the table.

Filters, loaders, shapes, GraphQL types and cursors are all derived from these declarations.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import Column, Table
from sqlmodel import SQLModel


@dataclass(frozen=True, slots=True)
class Order:
    """One sort key: a column and its direction. NULLs come last in both directions unless said otherwise."""

    column: str
    descending: bool = False
    nulls_first: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    """A way from one entity to another: `key` is the source's column for `one`, the target's for `many`."""

    name: str
    kind: Literal["one", "many"]
    to: str
    key: str
    description: str
    order: tuple[Order, ...] = ()

    @property
    def target(self) -> "Entity":
        """The entity at the far end."""
        return entity(self.to)


@dataclass(frozen=True, slots=True, eq=False)
class Entity:
    """A table as the doors see it. `columns` maps each public field of `fields` to its column."""

    name: str
    table: Table
    fields: type[SQLModel]
    scope: str
    order: tuple[Order, ...]
    orders: tuple[str, ...]
    searched: tuple[str, ...]
    edges: dict[str, Edge]
    columns: dict[str, Column[Any]] = field(repr=False)

    @property
    def read_scope(self) -> str:
        """The scope that reading it takes."""
        return f"{self.scope}:read"

    def column(self, name: str) -> Column[Any]:
        """The column behind a public field, or one that a door names by itself, such as `company_id`."""
        return self.columns[name] if name in self.columns else self.table.c[name]


ENTITIES: dict[str, Entity] = {}


def entity(name: str) -> Entity:
    """The declared entity of that singular name, such as `contact`."""
    return ENTITIES[name]


def parse_order(text: str) -> tuple[Order, ...]:
    """`-started_at` to a complete order; the id is the tie-breaker, in the direction of the last key."""
    keys = [Order(word.removeprefix("-"), word.startswith("-")) for word in text.split()]
    return complete(keys)


def complete(keys: Iterable[Order]) -> tuple[Order, ...]:
    """The keys, and the id where it is missing, so that no two rows are equal."""
    listed = tuple(keys)
    for key in listed:
        if key.column == "id":
            return listed
    return (*listed, Order("id", bool(listed) and listed[-1].descending))


def one(name: str, to: str, key: str, *, description: str) -> Edge:
    """An edge to at most one row: this table's column `key` holds its id."""
    return Edge(name, "one", to, key, description)


def many(name: str, to: str, key: str, *, order: str, description: str) -> Edge:
    """An edge to any number of rows: their column `key` holds this row's id."""
    return Edge(name, "many", to, key, description, parse_order(order))


def declare(model: type[SQLModel], fields: type[SQLModel], **spec: Any) -> Entity:
    """Register a table: `scope`, `order`, `orders`, and optionally `searched` and `edges`."""
    table: Table = model.__table__  # type: ignore[attr-defined]  # SQLModel adds it to table classes at run time
    names = {name: "metadata" if name == "meta" else name for name in fields.model_fields}
    made = Entity(
        name=model.__name__.lower(),
        table=table,
        fields=fields,
        scope=spec["scope"],
        order=parse_order(spec["order"]),
        orders=spec["orders"],
        searched=spec.get("searched", ()),
        edges={edge.name: edge for edge in spec.get("edges", ())},
        columns={name: table.c[column] for name, column in names.items()},
    )
    ENTITIES[made.name] = made
    return made
