"""Other ways through the same document: what is remembered of one must not serve the other."""

from collections.abc import Iterator
from dataclasses import replace

from graphql import OperationDefinitionNode, parse

from tests.differential.ways import Question


def variants(question: Question) -> Iterator[Question]:
    """The question with its flags turned, which may turn what is included, and each other operation of the document."""
    turned = {name: not value for name, value in question.variables.items() if isinstance(value, bool)}
    if turned:
        yield replace(question, variables=question.variables | turned)
    names = [node.name.value for node in parse(question.text).definitions if isinstance(node, OperationDefinitionNode) and node.name]
    if len(names) > 1:
        yield from (replace(question, operation=name) for name in names if name != question.operation)
