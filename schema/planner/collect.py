"""Fields of a selection, merged by response key, with fragments spread and @skip and @include applied."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    SelectionNode,
    VariableNode,
)

from schema.planner.types import Types

Fields = dict[str, list[FieldNode]]


@dataclass(frozen=True, slots=True)
class Collector:
    """One operation's way of collecting: its fragments, and the variables' values as far as they decide what is included."""

    types: Types
    fragments: Mapping[str, FragmentDefinitionNode]
    truths: Mapping[str, Any]

    def fields(self, nodes: Iterable[FieldNode], type_name: str) -> Fields:
        """The sub-selections of several nodes of one response key, for an object of the type."""
        found: Fields = {}
        for node in nodes:
            if node.selection_set is not None:
                self.collect(node.selection_set.selections, type_name, found)
        return found

    def collect(self, selections: Iterable[SelectionNode], type_name: str, found: Fields) -> None:
        """Add a selection's fields to `found`, in the order GraphQL prints them."""
        for selection in selections:
            if not self._included(selection.directives):
                continue
            match selection:
                case FieldNode():
                    key = selection.alias.value if selection.alias else selection.name.value
                    found.setdefault(key, []).append(selection)
                case InlineFragmentNode(type_condition=condition):
                    if condition is None or self.types.covers(condition.name.value, type_name):
                        self.collect(selection.selection_set.selections, type_name, found)
                case FragmentSpreadNode():
                    fragment = self.fragments[selection.name.value]
                    if self.types.covers(fragment.type_condition.name.value, type_name):
                        self.collect(fragment.selection_set.selections, type_name, found)

    def _included(self, directives: Iterable[DirectiveNode] | None) -> bool:
        for directive in directives or ():
            name = directive.name.value
            if name in {"skip", "include"} and self._holds(directive) == (name == "skip"):
                return False
        return True

    def _holds(self, directive: DirectiveNode) -> bool:
        value = (directive.arguments or ())[0].value
        if isinstance(value, VariableNode):
            return bool(self.truths[value.name.value])
        return isinstance(value, BooleanValueNode) and value.value
