"""Shapes to SQL. PostgreSQL prints the JSON, by concatenating text: measured about twice as fast as json_build_object.

Only names known from the metadata are written into the text; every value is a parameter.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, NamedTuple, Protocol, TypeVar

from sqlalchemy import Boolean, Column, Date, DateTime, Integer, Numeric, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from models.catalogue import Edge
from models.db.compile import compile_statement, shift
from models.filters import Binder
from models.page import Page
from models.rows import Rows
from models.shape import Count, Leaf, Many, Node, Object, One, Part, Shape

# Connections run in UTC, so a time's offset is always +00:00; putting Z there is quicker than AT TIME ZONE or a cast to timestamp.
# How each type prints: what stands before it, the SQL, and what stands behind it.
PRINTED: tuple[tuple[tuple[type, ...], tuple[str, str, str]], ...] = (
    ((Uuid,), ('"', "{}::text", '"')),
    ((DateTime,), ("", "replace(JSON_SCALAR({})::text, '+00:00', 'Z')", "")),
    ((Date,), ('"', "to_char({}, 'YYYY-MM-DD')", '"')),
    ((Numeric,), ("", "trim_scale({})::text", "")),
    ((Boolean, Integer, JSONB), ("", "{}::text", "")),
    ((ARRAY,), ("", "array_to_json({})::text", "")),
)
OTHERWISE = ("", "JSON_SCALAR({})::text", "")


class Gathering(NamedTuple):
    """How the texts of rows, in the order in which these are read, become one with commas between them."""

    opens: str
    closes: str
    ends: str

    def of(self, item: str, kept: str = "") -> str:
        """The SQL: empty where there is no row; `kept` is a FILTER."""
        return f"coalesce({self.opens}{item}{self.closes}{kept}{self.ends}, '')"


FORWARDS = Gathering("string_agg(", ", ',')", "")
# Turning the texts over costs less than half of having PostgreSQL sort the rows once more (docs/decisions/0017-postgresql-18.md).
# The cast names the type of an item that is one literal.
BACKWARDS = Gathering("array_to_string(array_reverse(array_agg(", "::text)", "), ',')")
GATHERED = Gathering("{opens}", "{closes}", "{ends}")


class Keyed(Protocol):
    """Anything printed under a key."""

    @property
    def key(self) -> str:
        """The key."""


N = TypeVar("N", bound=Keyed)


@dataclass(slots=True)
class Text:
    """A concatenation in the making: neighbouring literals become one."""

    parts: list[str] = field(default_factory=list)
    literal: str = ""

    def say(self, words: str) -> None:
        """Add fixed text."""
        self.literal += words

    def sql(self, expression: str) -> None:
        """Add an SQL expression of type text that is never NULL."""
        self._flush()
        self.parts.append(expression)

    def done(self) -> str:
        """The whole concatenation as one expression."""
        self._flush()
        return " || ".join(self.parts) or "''"

    def _flush(self) -> None:
        if self.literal:
            self.parts.append("'" + self.literal.replace("'", "''") + "'")
            self.literal = ""


@dataclass(slots=True)
class Rendered:
    """A shape's SQL: `body` prints from the alias `r`; `slots` names what its parameters stand for, in order."""

    body: str
    slots: list[str]

    @property
    def shown(self) -> frozenset[str]:
        """The columns of the rows that it looks at."""
        return columns_of("r", self.body)


@dataclass(slots=True)
class Renderer:
    """One shape's rendering: hands out aliases and parameter numbers."""

    slots: list[str] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def object(self, of: Object, alias: str) -> str:
        """The SQL that prints one row of `alias`, after as many newlines as it weighs."""
        text = Text()
        text.say("\n" * of.weight)
        self._fields(text, of, alias)
        return text.done()

    def _fields(self, text: Text, of: Object, alias: str) -> None:
        for opening, node in opened(of.nodes):
            text.say(opening)
            self._node(text, node, of, alias)
        text.say("}" if of.nodes else "{}")

    def _node(self, text: Text, node: Node, of: Object, alias: str) -> None:
        match node:
            case Leaf(_, name):
                print_column(text, of.entity.column(name), alias)
            case One(_, edge, inner):
                far = self._alias()
                there = f"SELECT {self.object(inner, far)} FROM {edge.target.table.name} {far} WHERE {far}.id = {alias}.{edge.key}"
                text.sql(f"coalesce(({there}), 'null')")
            case Part(_, inner):
                self._fields(text, inner, alias)
            case Many(_, edge, inner, limit):
                text.sql(self._many(edge, inner, limit, alias))
            case Count(_, edge):
                far = self._alias()
                text.sql(f"(SELECT count(*)::text FROM {edge.target.table.name} {far} WHERE {far}.{edge.key} = {alias}.id)")

    def _many(self, edge: Edge, inner: Object, limit: str, alias: str) -> str:
        far = self._alias()
        rows: Rows[Any] = Rows.of(edge.target).ordered(*edge.order).paged(Page(0)).hung_on(edge.key, f"{alias}.id")
        # The limit is the one value that these rows bind.
        compiled = compile_statement(rows.statement(Binder()))
        first = len(self.slots)
        self.slots.append(limit)
        listed = f"SELECT {FORWARDS.of(self.object(inner, far))} FROM ({shift(compiled.text, first)}) {far}"
        return f"'[' || ({listed}) || ']'"

    def _alias(self) -> str:
        return f"t{next(self.numbers)}"


def opened(nodes: Sequence[N]) -> Iterator[tuple[str, N]]:
    """Each node with what stands before its value: a brace or a comma, and its key."""
    for index, node in enumerate(nodes):
        yield ("," if index else "{") + f'"{node.key}":', node


def render(shape: Shape) -> Rendered:
    """The SQL of a shape, without its root: `{rows}` and `{total}` stand where the resolver's statements go.

    What gathers the rows, which depends on how they are read, is left as the marks of `GATHERED`.
    """
    renderer = Renderer()
    item = renderer.object(shape.of, "r")
    text = Text()
    if shape.kind == "one":
        text.say(f'{{"{shape.key}":' if shape.key else "")
        text.sql(item)
        text.say("}" if shape.key else "")
        return Rendered(f"SELECT {text.done()} FROM ({{rows}}) r", renderer.slots)
    text.say(f'{{"{shape.key}":[')
    text.sql(GATHERED.of(item))
    text.say("]")
    if shape.total:
        text.say(',"total":')
        text.sql("({total})::text")
    for name in shape.echoed:
        renderer.slots.append(name)
        text.say(f',"{name}":')
        text.sql(f"${len(renderer.slots)}::integer::text")
    text.say("}")
    return Rendered(f"SELECT {text.done()} FROM ({{rows}}) r", renderer.slots)


def columns_of(alias: str, sql: str) -> frozenset[str]:
    """The columns that SQL text reads of an alias, and perhaps further words."""
    return frozenset(re.findall(rf"\b{alias}\.(\w+)", sql))


def print_column(text: Text, of: Column[Any], alias: str) -> None:
    """Print one column as JSON; null where it may be NULL.

    Times are RFC 3339 in UTC ending in Z, numbers lose their trailing zeros, JSON columns stay as they are.
    """
    before, pattern, behind = next((how for kinds, how in PRINTED if isinstance(of.type, kinds)), OTHERWISE)
    print_value(text, before, pattern.format(f"{alias}.{of.name}"), behind, nullable=of.nullable)


def print_value(text: Text, before: str, expression: str, behind: str, *, nullable: bool | None) -> None:
    """Print an SQL expression of type text between fixed words, which join those around them; null when it is NULL."""
    inner = Text() if nullable else text
    inner.say(before)
    inner.sql(expression)
    inner.say(behind)
    if nullable:
        text.sql(f"coalesce({inner.done()}, 'null')")
