"""Arguments of a planned field: graphql-core coerces them, and what it gives is put into the schema's own input classes.

Strawberry's conversion does the same, but resolves every lazy type anew: it was a third of a query's CPU.
"""

from collections.abc import Callable
from functools import cache, cached_property
from typing import Any

import strawberry
from graphql import (
    FieldNode,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
)
from graphql.execution.values import VariableValues, get_argument_values
from strawberry.types.base import StrawberryMaybe

Convert = Callable[[Any], Any]
CONVERTERS = "parley-converters"


def read_arguments(definition: GraphQLField, node: FieldNode, variables: VariableValues) -> dict[str, Any]:
    """A field's arguments by their Python names; those that were not given are missing. Raises graphql-core's errors."""
    found: dict[str, Any] = {}
    values = get_argument_values(definition, node, variables)
    for name, (python, convert) in converters(definition).items():
        if name in values:
            found[python] = None if values[name] is None else convert(values[name])
    return found


def converters(definition: GraphQLField) -> dict[str, tuple[str, Convert]]:
    """Each argument's Python name, and how its coerced value is converted.

    Made once a field; kept in its extensions, because fields cannot be hashed.
    """
    known: dict[str, tuple[str, Convert]] | None = definition.extensions.get(CONVERTERS)
    if known is None:
        declared = definition.extensions["strawberry-definition"].arguments
        pairs = zip(definition.args.items(), declared, strict=True)
        known = {name: (argument.python_name, converter(made.type)) for (name, made), argument in pairs}
        definition.extensions[CONVERTERS] = known
    return known


@cache
def converter(kind: GraphQLInputType) -> Convert:
    """How a coerced value of a type becomes the value that resolvers know; null is handled by whoever holds it."""
    if isinstance(kind, GraphQLNonNull):
        return converter(kind.of_type)
    if isinstance(kind, GraphQLList):
        return _list_of(converter(kind.of_type))
    if isinstance(kind, GraphQLEnumType):
        return _member_of(kind.extensions["strawberry-definition"].wrapped_cls)
    return InputOf(kind) if isinstance(kind, GraphQLInputObjectType) else _as_it_is


def _as_it_is(value: Any) -> Any:
    return value


def _list_of(convert: Convert) -> Convert:
    return lambda values: [None if each is None else convert(each) for each in values]


def _member_of(values: Any) -> Convert:
    return lambda value: value if isinstance(value, values) else values(value)


class InputOf:
    """Makes instances of an input class that have only the fields that were given."""

    def __init__(self, kind: GraphQLInputObjectType) -> None:
        self.kind = kind

    @cached_property
    def made(self) -> type:
        """The class."""
        found: type = self.kind.extensions["strawberry-definition"].origin
        return found

    @cached_property
    def fields(self) -> dict[str, tuple[str, Convert, bool]]:
        """Of each field its Python name, its conversion, and whether `Maybe` wraps it. Read late, because filters contain themselves."""
        named = zip(self.kind.fields.items(), self.kind.extensions["strawberry-definition"].fields, strict=True)
        return {name: (field.python_name, converter(made.type), isinstance(field.type, StrawberryMaybe)) for (name, made), field in named}

    def __call__(self, given: dict[str, Any]) -> Any:
        made: Any = object.__new__(self.made)
        for name, value in given.items():
            python, convert, wrapped = self.fields[name]
            read = None if value is None else convert(value)
            setattr(made, python, strawberry.Some(read) if wrapped else read)
        return made
