"""A failing document made small: parts are taken out of it for as long as it still fails."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from graphql import (
    REMOVE,
    DocumentNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    Node,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    parse,
    print_ast,
    validate,
    visit,
)

from schema.limits import walk
from tests.contracts.graphql_walk import GRAPHQL
from tests.differential.ways import Question

# Documents that are asked at most.
MOST_TRIED = 500
Fails = Callable[[Question], Awaitable[bool]]


async def smallest(question: Question, fails: Fails) -> Question:
    """The question without any part that it fails without; whole subtrees are tried before what is in them."""
    number = tried = 0
    while tried < MOST_TRIED:
        visitor = _Without(number)
        candidate = visit(parse(question.text), visitor)
        if not visitor.removed:
            break
        text = _valid(candidate)
        tried += text is not None
        if text is not None and await fails(replace(question, text=text)):
            # What stood behind the part has moved up to its number.
            question = replace(question, text=text)
        else:
            number += 1
    return replace(question, variables=_declared(question))


@dataclass
class _Without(Visitor):
    """Removes the part of that number: any node that stands in a list, from the outside in."""

    number: int
    removed: bool = False

    def __post_init__(self) -> None:
        super().__init__()

    def enter(self, _node: Node, key: Any, *_: Any) -> Any:
        """Count the parts."""
        if not isinstance(key, int) or self.removed:
            return None
        self.removed = self.number == 0
        self.number -= 1
        return REMOVE if self.removed else None


class _Used(Visitor):
    """Removes the variables and the fragments that nothing refers to."""

    def __init__(self, document: DocumentNode) -> None:
        super().__init__()
        nodes = list(walk(document))
        declared = {id(node.variable) for node in nodes if isinstance(node, VariableDefinitionNode)}
        self.variables = {node.name.value for node in nodes if isinstance(node, VariableNode) and id(node) not in declared}
        self.fragments = {node.name.value for node in nodes if isinstance(node, FragmentSpreadNode)}

    def enter_variable_definition(self, node: VariableDefinitionNode, *_: Any) -> Any:
        """Drop it when no value reads it."""
        return None if node.variable.name.value in self.variables else REMOVE

    def enter_fragment_definition(self, node: FragmentDefinitionNode, *_: Any) -> Any:
        """Drop it when it is spread nowhere."""
        return None if node.name.value in self.fragments else REMOVE


def _valid(document: DocumentNode) -> str | None:
    """The document's text without what nothing uses; None when what is left is no valid document."""
    try:
        before, text = "", print_ast(document)
        while text != before:
            document = visit(parse(text), _Used(parse(text)))
            before, text = text, print_ast(document)
        return None if validate(GRAPHQL, parse(text)) else text
    except GraphQLError:
        return None


def _declared(question: Question) -> dict[str, Any]:
    names = {node.variable.name.value for node in walk(parse(question.text)) if isinstance(node, VariableDefinitionNode)}
    return {name: value for name, value in question.variables.items() if name in names}
