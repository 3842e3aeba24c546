"""From an operation's selections to shapes: which column, edge or connection each field is, as the catalogue declares it."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cache, cached_property
from typing import Any

from graphql import FieldNode, VariableNode
from strawberry.utils.str_converters import to_camel_case

from models.catalogue import Edge, Entity, entity
from models.graph import (
    Anything,
    Connection,
    Constant,
    Cursor,
    Edges,
    Fact,
    Given,
    NodeOf,
    Nodes,
    PageFacts,
    RootNode,
    Single,
    Struct,
    Total,
    Word,
)
from models.shape import Leaf, Object, One
from resolvers.nodes import FINDABLE
from schema import declared
from schema.declared import Declared
from schema.fields import graphql_type
from schema.limits import walk
from schema.planner.collect import Collector, Fields
from schema.planner.denied import Denial, Place
from schema.planner.types import FieldFacts, Types

NULL = "null"


class NotCoveredError(Exception):
    """The operation has something that only the executor can answer; the text says what."""


@dataclass(frozen=True)
class Asked:
    """What the plan asks of a request in one place: rows of a listing, a row by its id, or a value.

    `node` is the field whose arguments it reads. Rows come from what the field declares (`source`) or hang on an `edge`.
    """

    node: FieldNode
    type_name: str
    source: Declared | None = None
    entity: Entity | None = None
    edge: Edge | None = None
    lists: bool = True
    looks_ahead: bool = False
    counts: bool = False

    @cached_property
    def constant(self) -> bool:
        """Whether no argument reads a variable."""
        return not reads(self.node)


def reads(node: FieldNode, names: Collection[str] | None = None) -> bool:
    """Whether an argument of a field reads one of these variables, or any."""
    found = (each.name.value for argument in node.arguments or () for each in walk(argument) if isinstance(each, VariableNode))
    return any(names is None or name in names for name in found)


@dataclass(slots=True)
class Builder:
    """Builds one operation's shapes, and notes what they ask by numbers, the scopes they reach, and the fields denied.

    `missing` are the scopes that the caller lacks.
    """

    collector: Collector
    missing: Collection[str] = ()
    asked: list[Asked | None] = field(default_factory=list)
    scopes: set[str] = field(default_factory=set)
    denials: list[Denial] = field(default_factory=list)

    @property
    def types(self) -> Types:
        """The schema."""
        return self.collector.types

    def roots(self, fields: Fields, type_name: str, place: Place) -> tuple[RootNode, ...]:
        """The shapes of fields that stand on no row."""
        return tuple(self._root(key, nodes, type_name, (*place, key)) for key, nodes in fields.items())

    def live(self, key: str, nodes: list[FieldNode], facts: FieldFacts) -> Struct:
        """The shape of what a live event shows."""
        return Struct(key, self.roots(self.collector.fields(nodes, facts.named), facts.named, (key,)), facts.weight)

    def guard(self, node: FieldNode, of: Entity) -> int:
        """The number of a listing that shows nothing: whether the event's row meets the field's filter."""
        return self._number(Asked(node, "Subscription", declared.Subject(of), of))

    def changed(self, fields: Fields, of: Entity) -> tuple[RootNode, ...]:
        """The shapes of a payload's fields: the row that a command changed, once or under several names."""
        return tuple(self._changed(key, nodes, of) for key, nodes in fields.items())

    def _changed(self, key: str, nodes: list[FieldNode], of: Entity) -> RootNode:
        title = f"{of.name.title()}Payload"
        if nodes[0].name.value == "__typename":
            return _typename(key, title)
        return replace(self._single(key, nodes, Asked(nodes[0], title, None, of), (key,)), required=True)

    def _root(self, key: str, nodes: list[FieldNode], type_name: str, place: Place) -> RootNode:
        name = nodes[0].name.value
        if name == "__typename":
            return _typename(key, type_name)
        facts = self.types.field(type_name, name)
        source = facts.declared if facts else None
        if facts is None or source is None:
            raise NotCoveredError(f"{type_name}.{name} is answered by Python")
        asked = Asked(nodes[0], type_name, source)
        match source:
            case declared.Root(of, _, single):
                denied = self._denied(of.read_scope, nodes, facts, place)
                made = self._single if single else self._connection
                return Constant(key, NULL) if denied else made(key, nodes, replace(asked, entity=of), place)
            case declared.Own(of) | declared.Subject(of):
                return self._single(key, nodes, replace(asked, entity=of), place)
            case declared.ById():
                return self._anything(key, nodes, asked, place)
            case declared.Fact():
                return Given(key, self._number(asked))
            case _:
                parts = self.roots(self.collector.fields(nodes, facts.named), facts.named, place)
                return Struct(key, parts, facts.weight)

    def _single(self, key: str, nodes: list[FieldNode], asked: Asked, place: Place) -> Single:
        assert asked.entity is not None
        number = self._number(asked)
        return Single(key, number, self._object(nodes, asked.entity, place, self._weight(asked.type_name, nodes)))

    def _anything(self, key: str, nodes: list[FieldNode], asked: Asked, place: Place) -> Anything:
        source = asked.source
        assert isinstance(source, declared.ById)
        number = self._number(asked)
        self.scopes.update(entity(noun).read_scope for noun in FINDABLE)
        readable = [entity(noun) for noun in FINDABLE if entity(noun).read_scope not in self.missing]
        if not readable:
            raise NotCoveredError("there is nothing that the caller may read")
        before = len(self.denials)
        weight = self._weight(asked.type_name, nodes)
        choices = tuple(self._object(nodes, each, (*place, None) if source.many else place, weight) for each in readable)
        if len(self.denials) > before:
            raise NotCoveredError("a scope is missing below a type that only the row tells")
        return Anything(key, number, choices, source.many)

    def _object(self, nodes: list[FieldNode], of: Entity, place: Place, weight: int) -> Object:
        """The shape of a row."""
        fields = self.collector.fields(nodes, of.name.title())
        return Object(of, tuple(self._field(key, each, of, (*place, key)) for key, each in fields.items()), weight)

    def _field(self, key: str, nodes: list[FieldNode], of: Entity, place: Place) -> Any:
        public, title = nodes[0].name.value, of.name.title()
        if public == "__typename":
            return _typename(key, title)
        column = public_fields(of).get(public)
        if column is not None:
            return Leaf(key, column) if column not in enumerations(of) else Word(key, column, enumerations(of)[column])
        edge, facts = of.edges.get(public), self.types.field(title, public)
        if edge is None or facts is None:
            raise NotCoveredError(f"{title}.{public} is answered by Python")
        if self._denied(edge.target.read_scope, nodes, facts, place):
            return Constant(key, NULL)
        if edge.kind == "one":
            return One(key, edge, self._object(nodes, edge.target, place, facts.weight))
        return self._connection(key, nodes, Asked(nodes[0], title, None, edge.target, edge), place)

    def _denied(self, scope: str, nodes: list[FieldNode], facts: FieldFacts, place: Place) -> bool:
        """Whether the caller may not look at a field; its error is noted."""
        self.scopes.add(scope)
        if scope not in self.missing:
            return False
        if not facts.nullable:
            raise NotCoveredError("a scope is missing where null may not stand")
        if any(self.collector.perhaps_null and reads(node, self.collector.perhaps_null) for node in nodes):
            raise NotCoveredError("a scope is missing where an argument may be null that may not")
        self.denials.append(Denial(place, scope, tuple(map(light, nodes))))
        return True

    def _connection(self, key: str, nodes: list[FieldNode], asked: Asked, place: Place) -> Connection:
        of = asked.entity
        assert of is not None
        number = self._number(asked)
        fields = self.collector.fields(nodes, f"{of.name.title()}Connection")
        parts = tuple(self._part(name, each, of, (*place, name)) for name, each in fields.items())
        made = Connection(key, number, of, asked.edge, parts, self._weight(asked.type_name, nodes))
        self.asked[number] = replace(asked, node=light(asked.node), lists=made.lists, looks_ahead=made.looks_ahead, counts=made.counts)
        return made

    def _part(self, key: str, nodes: list[FieldNode], of: Entity, place: Place) -> Any:
        title = f"{of.name.title()}Connection"
        match nodes[0].name.value:
            case "__typename":
                return _typename(key, title)
            case "nodes":
                return Nodes(key, self._object(nodes, of, (*place, None), self._weight(title, nodes)))
            case "totalCount":
                return Total(key, self._weight(title, nodes))
            case "edges":
                fields = self.collector.fields(nodes, f"{of.name.title()}Edge")
                return Edges(key, tuple(self._edge_part(name, each, of, (*place, None, name)) for name, each in fields.items()))
            case "pageInfo":
                return PageFacts(key, _facts(self.collector.fields(nodes, "PageInfo")))
            case other:
                raise NotCoveredError(f"{title}.{other} is answered by Python")

    def _edge_part(self, key: str, nodes: list[FieldNode], of: Entity, place: Place) -> Any:
        title = f"{of.name.title()}Edge"
        match nodes[0].name.value:
            case "__typename":
                return _typename(key, title)
            case "cursor":
                return Cursor(key)
            case "node":
                return NodeOf(key, self._object(nodes, of, place, self._weight(title, nodes)))
            case other:
                raise NotCoveredError(f"{title}.{other} is answered by Python")

    def _weight(self, type_name: str, nodes: list[FieldNode]) -> int:
        facts = self.types.field(type_name, nodes[0].name.value)
        return facts.weight if facts else 0

    def _number(self, asked: Asked) -> int:
        """Its own number, before those of what stands inside of it."""
        self.asked.append(replace(asked, node=light(asked.node)))
        return len(self.asked) - 1


def light(node: FieldNode) -> FieldNode:
    """A field without what stands below it, so that a plan does not keep the whole document in memory."""
    return FieldNode(name=node.name, arguments=node.arguments, loc=node.loc)


def _facts(fields: Fields) -> tuple[Fact | Constant, ...]:
    named = ((key, nodes[0].name.value) for key, nodes in fields.items())
    return tuple(_typename(key, "PageInfo") if name == "__typename" else Fact(key, name) for key, name in named)


def _typename(key: str, name: str) -> Constant:
    return Constant(key, f'"{name}"')


@cache
def public_fields(of: Entity) -> dict[str, str]:
    """An entity's fields by their GraphQL names."""
    named = of.fields.model_fields.items()
    return {info.alias or to_camel_case(name): name for name, info in named}


@cache
def enumerations(of: Entity) -> dict[str, bool]:
    """The fields whose values GraphQL spells in upper case, and whether one of their values has a dash."""
    kinds = {name: graphql_type(info.annotation) for name, info in of.fields.model_fields.items()}
    enums = {name: kind for name, kind in kinds.items() if isinstance(kind, type) and issubclass(kind, Enum)}
    return {name: any("-" in member.value for member in kind) for name, kind in enums.items()}
