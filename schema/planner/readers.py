"""How a planned field's arguments are read from a request's variables: worked out once, where graphql-core does it each time.

What is not plain (a value that is missing or null, a list of one that was written without brackets, a default) is left to
`schema.planner.arguments`, so that graphql-core has the last word on all of it.
"""

from collections.abc import Callable, Mapping
from typing import Any

import strawberry
from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    Undefined,
    ValueNode,
    VariableNode,
)
from graphql.utilities import coerce_input_literal

from schema.limits import walk
from schema.planner.arguments import InputOf, converter, converters

Read = Callable[[Mapping[str, Any]], Any]
"""From coerced variables to what a resolver takes; raises `LookupError` where a variable is missing or null."""


class NotPlainError(Exception):
    """It has to be left to graphql-core."""


def reader_of(definition: GraphQLField, node: FieldNode) -> Read | None:
    """How the field's arguments are read, by their Python names; None when graphql-core has to read them."""
    given = {argument.name.value: argument.value for argument in node.arguments or ()}
    try:
        for name, made in definition.args.items():
            _may_be_missing(name in given, made)
        reads = [(python, _value(given[name], definition.args[name].type)) for name, (python, _) in _named(definition) if name in given]
    except NotPlainError:
        return None
    return lambda variables: {python: read(variables) for python, read in reads}


def _named(definition: GraphQLField) -> list[tuple[str, tuple[str, Any]]]:
    return list(converters(definition).items())


def _may_be_missing(given: bool, made: Any) -> None:
    """Raise for what is not given and has a default."""
    if not given and (made.default is not None or made.default_value is not Undefined):
        raise NotPlainError


def _value(node: ValueNode, kind: GraphQLInputType) -> Read:
    if isinstance(node, VariableNode):
        return _variable(node.name.value, converter(kind))
    if not any(isinstance(each, VariableNode) for each in walk(node)):
        return _constant(node, kind)
    plain = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
    if isinstance(node, ObjectValueNode) and isinstance(plain, GraphQLInputObjectType) and not plain.is_one_of:
        return _object(node, plain)
    if isinstance(node, ListValueNode) and isinstance(plain, GraphQLList):
        return _list([_value(each, plain.of_type) for each in node.values])
    raise NotPlainError


def _variable(name: str, convert: Callable[[Any], Any]) -> Read:
    def read(variables: Mapping[str, Any]) -> Any:
        value = variables[name]
        if value is None:
            raise LookupError(name)
        return convert(value)

    return read


def _constant(node: ValueNode, kind: GraphQLInputType) -> Read:
    coerced = coerce_input_literal(node, kind)
    if coerced is Undefined:
        raise NotPlainError
    value = None if isinstance(node, NullValueNode) else converter(kind)(coerced)
    return lambda _: value


def _list(reads: list[Read]) -> Read:
    return lambda variables: [read(variables) for read in reads]


def _object(node: ObjectValueNode, kind: GraphQLInputObjectType) -> Read:
    given = {field.name.value: field.value for field in node.fields}
    make = converter(kind)
    assert isinstance(make, InputOf)
    for name, made in kind.fields.items():
        _may_be_missing(name in given, made)
    reads = [(make.fields[name][0], make.fields[name][2], _value(value, kind.fields[name].type)) for name, value in given.items()]

    def read(variables: Mapping[str, Any]) -> Any:
        made: Any = object.__new__(make.made)
        for python, wrapped, inner in reads:
            value = inner(variables)
            setattr(made, python, strawberry.Some(value) if wrapped else value)
        return made

    return read
