"""A request's variables: those of plain types are taken as they are, all others are left to graphql-core.

graphql-core reads each variable's type from the syntax tree anew at every request, which took as long as the way to the database.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from graphql import GraphQLSchema, VariableDefinitionNode, get_named_type, is_list_type
from graphql.execution.get_variable_signature import GraphQLVariableSignature, get_variable_signature
from graphql.execution.values import VariableValues, VariableValueSource, get_variable_values
from graphql.type import get_nullable_type

from models.page import LARGEST_PAGE

# The values that graphql-core hands on unchanged, by the names of their types.
UNCHANGED: Mapping[str, Callable[[Any], bool]] = {
    "ID": lambda value: type(value) is str,
    "String": lambda value: type(value) is str,
    "Boolean": lambda value: type(value) is bool,
    "Int": lambda value: type(value) is int and -(2**31) <= value < 2**31,
    "PageSize": lambda value: type(value) is int and 0 <= value <= LARGEST_PAGE,
}
NONE = VariableValues({}, {})


class Plain(NamedTuple):
    """A variable whose values are taken as they are when `fits` says so."""

    name: str
    fits: Callable[[Any], bool]
    signature: GraphQLVariableSignature


@dataclass(frozen=True, slots=True)
class Variables:
    """What an operation declares; `plain` is empty when graphql-core has to read them all."""

    schema: GraphQLSchema
    definitions: Sequence[VariableDefinitionNode]
    plain: Sequence[Plain]

    @classmethod
    def of(cls, schema: GraphQLSchema, definitions: Sequence[VariableDefinitionNode]) -> "Variables":
        """The variables of an operation that fits the schema."""
        found = [_plain(schema, each) for each in definitions]
        plain = tuple(each for each in found if each is not None)
        return cls(schema, tuple(definitions), plain if len(plain) == len(found) else ())

    def read(self, raw: Mapping[str, Any]) -> VariableValues | None:
        """The coerced values; None when one is wrong, which the executor will word."""
        if not self.definitions:
            return NONE
        if self.plain and all(each.name in raw and each.fits(raw[each.name]) for each in self.plain):
            sources = {each.name: VariableValueSource(each.signature, raw[each.name]) for each in self.plain}
            return VariableValues(sources, {each.name: raw[each.name] for each in self.plain})
        coerced = get_variable_values(self.schema, self.definitions, dict(raw), max_errors=1)
        return None if isinstance(coerced, list) else coerced


def _plain(schema: GraphQLSchema, definition: VariableDefinitionNode) -> Plain | None:
    signature = get_variable_signature(schema, definition)
    if not isinstance(signature, GraphQLVariableSignature) or is_list_type(get_nullable_type(signature.type)):
        return None
    fits = UNCHANGED.get(get_named_type(signature.type).name)
    return fits and Plain(signature.name, fits, signature)
