"""The GraphQL schema, walked: every path of edges, a valid value for every input, every place that takes an id.

Nothing here names a field of Parley: what is added to the schema is driven by the same tests.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
    is_required_input_field,
)

from schema.root import SCHEMA

GRAPHQL = SCHEMA._schema
Path = tuple[str, ...]


def root(operation: str) -> dict[str, GraphQLField]:
    """The fields of `Query` or `Mutation`."""
    found = GRAPHQL.query_type if operation == "query" else GRAPHQL.mutation_type
    assert found is not None
    return found.fields


def is_connection(of: Any) -> bool:
    """Whether a type is a Relay connection."""
    return isinstance(of, GraphQLObjectType) and of.name.endswith("Connection")


def node_of(of: Any) -> Any:
    """A connection's node type; any other type itself."""
    return get_named_type(of.fields["nodes"].type) if is_connection(of) else of


def edges(of: GraphQLObjectType) -> dict[str, GraphQLField]:
    """The fields of a type that lead to other objects."""
    return {name: field for name, field in of.fields.items() if not is_leaf_type(get_named_type(field.type))}


def paths(of: Any, depth: int) -> Iterator[Path]:
    """Every way along edges, up to `depth` of them, the empty one first; an interface leads to each of its types."""
    yield ()
    if is_leaf_type(of):
        return
    if isinstance(of, GraphQLInterfaceType):
        yield from ((each.name,) for each in GRAPHQL.get_possible_types(of))
        return
    for name, field in edges(of).items() if depth else ():
        for rest in paths(node_of(get_named_type(field.type)), depth - 1):
            yield (name, *rest)


def selection(of: Any, path: Path = ()) -> str:
    """All leaves of a type and, along the path, all leaves of the types it leads to; nothing of a type that is a leaf itself."""
    if is_leaf_type(of):
        return ""
    if isinstance(of, GraphQLInterfaceType):
        inner = f" ... on {path[0]} {selection(GRAPHQL.type_map[path[0]], path[1:])}" if path else ""
        return f"{{ __typename id{inner} }}"
    if is_connection(of):
        rows, page = selection(node_of(of)), selection(GRAPHQL.type_map["PageInfo"])
        further = selection(node_of(of), path) if path else "{ id }"
        return f"{{ totalCount pageInfo {page} edges {{ cursor node {rows} }} nodes {further} }}"
    leaves = [name for name, field in of.fields.items() if is_leaf_type(get_named_type(field.type))]
    path = path or (() if leaves else (next(iter(of.fields)),))
    further = [f"{path[0]} {selection(get_named_type(of.fields[path[0]].type), path[1:])}"] if path else []
    return "{ " + " ".join([*leaves, *further]) + " }"


def document(operation: str, name: str, path: Path = (), arguments: tuple[str, ...] | None = None) -> str:
    """An operation of one root field with its arguments (all of them unless said) as variables."""
    field = root(operation)[name]
    taken = {each: of for each, of in field.args.items() if arguments is None or each in arguments or is_required_argument(of)}
    declared = ", ".join(f"${each}: {argument.type}" for each, argument in taken.items())
    passed = ", ".join(f"{each}: ${each}" for each in taken)
    head = f"{operation} ({declared}) {{ {name}({passed})" if taken else f"{operation} {{ {name}"
    return f"{head} {selection(get_named_type(field.type), path)} }}"


SAMPLES: dict[str, Any] = {
    "String": "https://s.example/enough",
    "Int": 100,
    "Float": 1.5,
    "Boolean": True,
    "Decimal": 1.5,
    "DateTime": "2026-03-04T05:06:07Z",
    "Date": "2026-03-04",
    "JSON": {"sample": True},
    "PageSize": 5,
}
# Places that not every text fits.
BY_NAME: dict[str, Any] = {"document": "{ __typename }", "threshold": 0.5}


@dataclass(frozen=True)
class Sampler:
    """Valid values: `ids` gives an id for a place by its name, such as `contactId`; `depth` bounds nested inputs."""

    ids: dict[str, str]
    depth: int = 2

    def arguments(self, field: GraphQLField) -> dict[str, Any]:
        """A value for every argument of a field."""
        return {name: self.value(argument.type, name) for name, argument in field.args.items()}

    def value(self, of: Any, name: str, depth: int = 0) -> Any:
        """A value of an input type."""
        plain = bare(of)
        if name in BY_NAME:
            return BY_NAME[name]
        if isinstance(plain, GraphQLList):
            return [self.value(plain.of_type, name, depth)]
        if isinstance(plain, GraphQLInputObjectType):
            return {each: self.value(field.type, each, depth + 1) for each, field in plain.fields.items() if self._taken(field, depth)}
        if isinstance(plain, GraphQLEnumType):
            return next(iter(plain.values))
        return self.ids[name] if plain.name == "ID" else SAMPLES[plain.name]

    def _taken(self, field: GraphQLInputField, depth: int) -> bool:
        return depth < self.depth or is_required_input_field(field)


def bare(of: Any) -> Any:
    """An input type without its `!`; a list stays one."""
    return of.of_type if isinstance(of, GraphQLNonNull) else of


def places(of: Any, value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where in a value ids stand, as paths of keys and indexes."""
    plain = bare(of)
    if isinstance(plain, GraphQLList):
        for index, each in enumerate(value):
            yield from places(plain.of_type, each, (*at, index))
    elif isinstance(plain, GraphQLInputObjectType):
        for name, each in value.items():
            yield from places(plain.fields[name].type, each, (*at, name))
    elif plain.name == "ID":
        yield at


def id_places(arguments: dict[str, GraphQLArgument], values: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Where in a field's variables ids stand."""
    return [(name, *place) for name, argument in arguments.items() for place in places(argument.type, values[name])]


def put(value: Any, place: tuple[Any, ...], new: Any) -> Any:
    """A copy of the value with something else at that place."""
    if not place:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[place[0]] = put(copy[place[0]], place[1:], new)
    return copy
