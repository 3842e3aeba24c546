"""Documents that a server has never seen: a known one with another alias at every field, so that no part of it was ever prepared."""

import re
from typing import Any

from graphql import FieldNode, NameNode, Visitor, parse, print_ast, visit


class _Aliases(Visitor):
    """Adds the mark to every key of the answer."""

    def __init__(self, mark: str) -> None:
        super().__init__()
        self._mark = mark

    def enter_field(self, node: FieldNode, *_: Any) -> FieldNode:
        """The field under a new alias."""
        key = (node.alias or node.name).value
        return FieldNode(
            alias=NameNode(value=f"{key}_{self._mark}"),
            name=node.name,
            arguments=node.arguments,
            directives=node.directives,
            selection_set=node.selection_set,
        )


def aliased(document: str, mark: str) -> str:
    """The document with the alias `<key>_<mark>` at every field; the mark is of letters and digits."""
    return print_ast(visit(parse(document), _Aliases(mark)))


def without_mark(answer: Any, mark: str) -> Any:
    """The answer as the document without the marks would have it."""
    if isinstance(answer, dict):
        return {re.sub(rf"_{mark}$", "", key): without_mark(value, mark) for key, value in answer.items()}
    if isinstance(answer, list):
        return [without_mark(each, mark) for each in answer]
    return answer
