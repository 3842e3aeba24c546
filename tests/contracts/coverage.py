"""Which fields, arguments and inputs of the schema a set of operations has touched."""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from graphql import (
    ArgumentNode,
    FieldNode,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLObjectType,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableNode,
    Visitor,
    get_named_type,
    parse,
    type_from_ast,
    visit,
)

from tests.contracts.graphql_walk import GRAPHQL, bare


@dataclass
class Coverage:
    """Names seen: `Query.contacts`, `Query.contacts(first)`, `ContactFilter.email`."""

    seen: set[str] = field(default_factory=set)

    def note(self, document: str, variables: dict[str, Any]) -> None:
        """Count what an operation touches; an argument counts when its variable was sent."""
        names, arguments, inputs = touched(document)
        self.seen |= names
        self.seen |= {name for name, variable in arguments if variable is None or variable in variables}
        for name, of in inputs:
            self._note_input(of, variables.get(name))

    def _note_input(self, of: Any, value: Any) -> None:
        plain = bare(of)
        if isinstance(plain, GraphQLList):
            for each in value or ():
                self._note_input(plain.of_type, each)
        elif isinstance(plain, GraphQLInputObjectType):
            for name, each in (value or {}).items():
                self.seen.add(f"{plain.name}.{name}")
                self._note_input(plain.fields[name].type, each)

    def missing(self) -> set[str]:
        """What the schema has and no operation touched."""
        return everything() - self.seen


Touched = tuple[frozenset[str], frozenset[tuple[str, str | None]], tuple[tuple[str, Any], ...]]


@cache
def touched(document: str) -> Touched:
    """A document's fields, its arguments with the variable that feeds each, and its variables' types."""
    node, info = parse(document), TypeInfo(GRAPHQL)
    fields: set[str] = set()
    arguments: set[tuple[str, str | None]] = set()

    class Notes(Visitor):
        def enter_field(self, node: FieldNode, *_: Any) -> None:
            fields.add(f"{info.get_parent_type()}.{node.name.value}")

        def enter_argument(self, node: ArgumentNode, *_: Any) -> None:
            variable = node.value.name.value if isinstance(node.value, VariableNode) else None
            arguments.add((f"{info.get_parent_type()}.{_field_name(info)}({node.name.value})", variable))

    visit(node, TypeInfoVisitor(info, Notes()))
    operation = node.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    inputs = tuple((each.variable.name.value, type_from_ast(GRAPHQL, each.type)) for each in operation.variable_definitions or ())
    return frozenset(fields), frozenset(arguments), inputs


def _field_name(info: TypeInfo) -> str:
    parent, found = info.get_parent_type(), info.get_field_def()
    return next(name for name, each in parent.fields.items() if each is found)  # type: ignore[union-attr]  # parents of fields have some


def live() -> set[str]:
    """The types that only subscriptions show; test_live_isolation.py drives them."""
    subscription = GRAPHQL.subscription_type
    assert subscription is not None
    return {subscription.name, *(get_named_type(each.type).name for each in subscription.fields.values())}


def everything() -> set[str]:
    """Every field, argument and input field of the schema, apart from what is told live."""
    found: set[str] = set()
    for of in GRAPHQL.type_map.values():
        if (
            of.name.startswith("__")
            or of.name in live()
            or not isinstance(of, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType)
        ):
            continue
        for name, each in of.fields.items():
            found.add(f"{of.name}.{name}")
            found |= {f"{of.name}.{name}({argument})" for argument in getattr(each, "args", ())}
    return found
