"""Fields of a selection, merged by response key, with fragments spread and @skip and @include applied."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    VariableNode,
)

from schema.errors import RequestError
from schema.planner.types import Types

Fields = dict[str, list[FieldNode]]


@dataclass(frozen=True, slots=True)
class Collector:
    """One operation's way of collecting: its fragments, and the variables' values as far as they decide what is included.

    Raises `RequestError` where such a value is null, which neither includes nor skips.
    `perhaps_null` are the variables that may stand where null may not, because of their defaults, and be null all the same.
    """

    types: Types
    fragments: Mapping[str, FragmentDefinitionNode]
    truths: Mapping[str, Any]
    perhaps_null: Collection[str] = ()

    def fields(self, nodes: Iterable[FieldNode], type_name: str) -> Fields:
        """The sub-selections of several nodes of one response key, for an object of the type."""
        found: Fields = {}
        spread: set[str] = set()
        for node in nodes:
            if node.selection_set is not None:
                self._collect(node.selection_set.selections, type_name, found, spread)
        return found

    def roots(self, operation: OperationDefinitionNode) -> Fields:
        """The fields of an operation itself."""
        found: Fields = {}
        self._collect(operation.selection_set.selections, operation.operation.value.title(), found, set())
        return found

    def _collect(self, selections: Iterable[SelectionNode], type_name: str, found: Fields, spread: set[str]) -> None:
        """Add a selection's fields to `found`, in the order GraphQL prints them; a fragment counts where it is spread first."""
        for selection in selections:
            if not self._included(selection.directives):
                continue
            match selection:
                case FieldNode():
                    key = selection.alias.value if selection.alias else selection.name.value
                    found.setdefault(key, []).append(selection)
                case InlineFragmentNode(type_condition=condition):
                    if condition is None or self.types.covers(condition.name.value, type_name):
                        self._collect(selection.selection_set.selections, type_name, found, spread)
                case FragmentSpreadNode() if selection.name.value not in spread:
                    spread.add(selection.name.value)
                    fragment = self.fragments[selection.name.value]
                    if self.types.covers(fragment.type_condition.name.value, type_name):
                        self._collect(fragment.selection_set.selections, type_name, found, spread)

    def _included(self, directives: Iterable[DirectiveNode] | None) -> bool:
        included = True
        for directive in directives or ():
            name = directive.name.value
            if name in {"skip", "include"}:
                # Each is read, also where another has decided already: which of two comes first must not tell whether null is refused.
                included &= self._holds(directive) != (name == "skip")
        return included

    def _holds(self, directive: DirectiveNode) -> bool:
        value = (directive.arguments or ())[0].value
        if not isinstance(value, VariableNode):
            return isinstance(value, BooleanValueNode) and value.value
        truth = self.truths[value.name.value]
        if truth is None:
            # A default lets null through here; graphql-core would find it under each row, and after a mutation has changed something.
            said = f"Variable '${value.name.value}' of @{directive.name.value} is null; send true or false, or leave it to its default."
            raise RequestError(said, "BAD_USER_INPUT", errors=[GraphQLError(said, value)])
        return bool(truth)
