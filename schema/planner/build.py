"""From an operation's selections to shapes: which column, edge or connection each field is, as the catalogue declares it."""

from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cache, cached_property
from typing import Any

from graphql import FieldNode, VariableNode
from strawberry.utils.str_converters import to_camel_case

from models.catalogue import Edge, Entity
from models.graph import Connection, Constant, Cursor, Edges, Fact, NodeOf, Nodes, PageFacts, RootNode, Single, Total, Word
from models.shape import Leaf, Object, One
from schema.fields import graphql_type
from schema.limits import walk
from schema.listings import Root
from schema.planner.collect import Collector, Fields


class NotCoveredError(Exception):
    """The operation has something that only the executor can answer."""


@dataclass(frozen=True)
class Asked:
    """One listing of the plan: the node whose arguments it reads, and where its rows come from."""

    node: FieldNode
    type_name: str
    entity: Entity
    root: Root | None
    edge: Edge | None
    lists: bool = True
    looks_ahead: bool = False
    counts: bool = False

    @cached_property
    def constant(self) -> bool:
        """Whether no argument reads a variable."""
        return not any(isinstance(each, VariableNode) for argument in self.node.arguments or () for each in walk(argument))


@dataclass(slots=True)
class Builder:
    """Builds one operation's shapes and notes its listings, by their numbers, and the scopes that they take."""

    collector: Collector
    asked: list[Asked | None] = field(default_factory=list)
    scopes: set[str] = field(default_factory=set)

    def root(self, key: str, nodes: list[FieldNode], root: Root) -> RootNode:
        """The shape of a root field."""
        self.scopes.add(root.entity.read_scope)
        if not root.single:
            return self._connection(key, nodes, root.entity, Asked(nodes[0], "Query", root.entity, root, None))
        number = self._number()
        shape = self.object(nodes, root.entity)
        self.asked[number] = Asked(nodes[0], "Query", root.entity, root, None)
        return Single(key, number, shape)

    def object(self, nodes: list[FieldNode], entity: Entity) -> Object:
        """The shape of a row."""
        name = entity.name.title()
        return Object(entity, tuple(self._field(*each, entity) for each in self.collector.fields(nodes, name).items()))

    def _field(self, key: str, nodes: list[FieldNode], entity: Entity) -> Any:
        public = nodes[0].name.value
        if public == "__typename":
            return _typename(key, entity.name.title())
        column = public_fields(entity).get(public)
        if column is not None:
            return Word(key, column) if column in enumerations(entity) else Leaf(key, column)
        edge = entity.edges.get(public)
        if edge is None:
            raise NotCoveredError(public)
        self.scopes.add(edge.target.read_scope)
        if edge.kind == "one":
            return One(key, edge, self.object(nodes, edge.target))
        return self._connection(key, nodes, edge.target, Asked(nodes[0], entity.name.title(), edge.target, None, edge))

    def _connection(self, key: str, nodes: list[FieldNode], entity: Entity, asked: Asked) -> Connection:
        number = self._number()
        title = f"{entity.name.title()}Connection"
        parts = tuple(self._part(*each, entity) for each in self.collector.fields(nodes, title).items())
        made = Connection(key, number, entity, asked.edge, parts)
        self.asked[number] = replace(asked, lists=made.lists, looks_ahead=made.looks_ahead, counts=made.counts)
        return made

    def _part(self, key: str, nodes: list[FieldNode], entity: Entity) -> Any:
        title = entity.name.title()
        match nodes[0].name.value:
            case "__typename":
                return _typename(key, f"{title}Connection")
            case "nodes":
                return Nodes(key, self.object(nodes, entity))
            case "totalCount":
                return Total(key)
            case "edges":
                fields = self.collector.fields(nodes, f"{title}Edge")
                return Edges(key, tuple(self._edge_part(*each, entity) for each in fields.items()))
            case "pageInfo":
                return PageFacts(key, _facts(self.collector.fields(nodes, "PageInfo")))
            case other:
                raise NotCoveredError(other)

    def _edge_part(self, key: str, nodes: list[FieldNode], entity: Entity) -> Any:
        match nodes[0].name.value:
            case "__typename":
                return _typename(key, f"{entity.name.title()}Edge")
            case "cursor":
                return Cursor(key)
            case "node":
                return NodeOf(key, self.object(nodes, entity))
            case other:
                raise NotCoveredError(other)

    def _number(self) -> int:
        self.asked.append(None)
        return len(self.asked) - 1


def _facts(fields: Fields) -> tuple[Fact | Constant, ...]:
    named = ((key, nodes[0].name.value) for key, nodes in fields.items())
    return tuple(_typename(key, "PageInfo") if name == "__typename" else Fact(key, name) for key, name in named)


def _typename(key: str, name: str) -> Constant:
    return Constant(key, f'"{name}"')


@cache
def public_fields(entity: Entity) -> dict[str, str]:
    """An entity's fields by their GraphQL names."""
    named = entity.fields.model_fields.items()
    return {info.alias or to_camel_case(name): name for name, info in named}


@cache
def enumerations(entity: Entity) -> frozenset[str]:
    """The fields whose values GraphQL spells in upper case."""
    kinds = {name: graphql_type(info.annotation) for name, info in entity.fields.model_fields.items()}
    return frozenset(name for name, kind in kinds.items() if isinstance(kind, type) and issubclass(kind, Enum))
