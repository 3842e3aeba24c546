"""What the planner asks of the schema: declarations, weights, and which types stand behind a name. Read once a field."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_composite_type,
)

from schema.cost import Cost, ListSize
from schema.declared import Declared, declaration


@dataclass(frozen=True, slots=True)
class FieldFacts:
    """A field as the planner sees it: `weight` is what each object (or value) of it costs."""

    definition: GraphQLField
    declared: Declared | None
    named: str
    composite: bool
    listed: bool
    nullable: bool
    weight: int
    size: ListSize | None


@dataclass(frozen=True, slots=True)
class Types:
    """One schema's types, looked up by name."""

    schema: GraphQLSchema
    known: dict[tuple[str, str], FieldFacts | None] = field(default_factory=dict)

    def field(self, type_name: str, name: str) -> FieldFacts | None:
        """A field's facts; None for what every type has, such as `__typename`."""
        key = (type_name, name)
        if key not in self.known:
            self.known[key] = self._read(type_name, name)
        return self.known[key]

    def covers(self, condition: str, type_name: str) -> bool:
        """Whether a fragment on `condition` speaks of objects of the type."""
        if condition == type_name:
            return True
        abstract, concrete = self.schema.type_map[condition], self.schema.type_map[type_name]
        if not isinstance(abstract, GraphQLInterfaceType | GraphQLUnionType):
            return False
        return isinstance(concrete, GraphQLObjectType) and self.schema.is_sub_type(abstract, concrete)

    def possible(self, name: str) -> list[str]:
        """The object types that stand behind a type's name."""
        found = self.schema.type_map[name]
        if isinstance(found, GraphQLInterfaceType | GraphQLUnionType):
            return [each.name for each in self.schema.get_possible_types(found)]
        return [name]

    def _read(self, type_name: str, name: str) -> FieldFacts | None:
        fields: Mapping[str, GraphQLField] = getattr(self.schema.type_map[type_name], "fields", {})
        found = fields.get(name)
        if found is None:
            return None
        named = get_named_type(found.type)
        composite = is_composite_type(named)
        weight = _weight(_directives(found), _weight(_directives(named), 1 if composite else 0))
        size = next((each for each in _directives(found) if isinstance(each, ListSize)), None)
        nullable = not isinstance(found.type, GraphQLNonNull)
        return FieldFacts(found, declaration(found), named.name, composite, _is_list(found.type), nullable, weight, size)


def _directives(of: Any) -> list[object]:
    definition = of.extensions.get("strawberry-definition")
    return list(getattr(definition, "directives", None) or ())


def _weight(directives: list[object], default: int) -> int:
    return next((int(each.weight) for each in directives if isinstance(each, Cost)), default)


def _is_list(kind: GraphQLOutputType) -> bool:
    return isinstance(kind.of_type if isinstance(kind, GraphQLNonNull) else kind, GraphQLList)
