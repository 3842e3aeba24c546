"""What a document may cost before anything is run: counted on the parsed document alone, never on the database."""

from collections import Counter as Counts
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    ListValueNode,
    NameNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableDefinitionNode,
)
from graphql.language import Node
from graphql.language.ast import QUERY_DOCUMENT_KEYS

from schema.errors import RequestError
from settings import Settings

# Characters. The lexer looks at each of them: 25 ms for so many, and a token may be as long as it likes.
LONGEST_TEXT = 100_000
LONGEST_LIST = 500
MOST_VALUES = 5000
MOST_FIELDS = 2000
MOST_OPERATIONS = 20
MOST_REPEATS = 10
MOST_VARIABLES = 50


@dataclass(slots=True)
class Counter:
    """One document's counts. Fragments are measured once and remembered; a circle of them is left to validation."""

    settings: Settings
    fragments: Mapping[str, FragmentDefinitionNode]
    measured: dict[str, tuple[int, int]] = field(default_factory=dict)

    def measure(self, selections: SelectionSetNode | None, spreading: tuple[str, ...] = ()) -> tuple[int, int]:
        """Depth and number of fields of a selection, its fragments spread out. Introspection is measured by its own rule."""
        depth = fields = 0
        _check_repetition(selections)
        for selection in selections.selections if selections else ():
            inner_depth, inner_fields = self._measure_one(selection, spreading)
            depth, fields = max(depth, inner_depth), fields + inner_fields
            if depth > self.settings.graphql_max_depth:
                raise too_much("QUERY_TOO_DEEP", f"The query is over {self.settings.graphql_max_depth} levels deep; ask for less at once")
            if fields > MOST_FIELDS:
                raise too_much("QUERY_TOO_LARGE", f"The query selects over {MOST_FIELDS} fields; ask for less at once")
        return depth, fields

    def _measure_one(self, selection: Node, spreading: tuple[str, ...]) -> tuple[int, int]:
        if isinstance(selection, FieldNode):
            if selection.name.value in {"__schema", "__type"}:
                return 1, 1
            depth, fields = self.measure(selection.selection_set, spreading)
            return depth + 1, fields + 1
        if isinstance(selection, InlineFragmentNode):
            return self.measure(selection.selection_set, spreading)
        return self._measure_spread(selection.name.value, spreading) if isinstance(selection, FragmentSpreadNode) else (0, 0)

    def _measure_spread(self, name: str, spreading: tuple[str, ...]) -> tuple[int, int]:
        fragment = self.fragments.get(name)
        if fragment is None or name in spreading:
            return 0, 0
        if name not in self.measured:
            self.measured[name] = self.measure(fragment.selection_set, (*spreading, name))
        return self.measured[name]


def _check_repetition(selections: SelectionSetNode | None) -> None:
    """Validation compares every two fields of one response key, so a key may not be repeated at will."""
    keys = Counts((each.alias or each.name).value for each in (selections.selections if selections else ()) if isinstance(each, FieldNode))
    for key, times in keys.most_common(1):
        if times > MOST_REPEATS:
            raise too_much("QUERY_TOO_LARGE", f"{key} is selected {times} times side by side; at most {MOST_REPEATS} are taken")


def check_document(document: DocumentNode, settings: Settings) -> None:
    """Raise `RequestError` for a document that asks for too much; the message names the limit and the next step."""
    _check_counts(document, settings)
    fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
    counter = Counter(settings, fragments)
    operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    if len(operations) > MOST_OPERATIONS:
        raise too_much("TOO_MANY_OPERATIONS", f"The document has {len(operations)} operations; at most {MOST_OPERATIONS} are taken")
    for operation in operations:
        counter.measure(operation.selection_set)


def _check_counts(document: DocumentNode, settings: Settings) -> None:
    aliases = directives = variables = 0
    for node in walk(document):
        if isinstance(node, NameNode):  # half of all nodes
            continue
        aliases += isinstance(node, FieldNode) and node.alias is not None
        directives += len(getattr(node, "directives", None) or ())
        variables += isinstance(node, VariableDefinitionNode)
        if isinstance(node, ListValueNode) and len(node.values) > LONGEST_LIST:
            raise too_much("LIST_TOO_LONG", f"A list has {len(node.values)} elements; at most {LONGEST_LIST} are taken")
    for count, most, code, noun in (
        (aliases, settings.graphql_max_aliases, "TOO_MANY_ALIASES", "aliases"),
        (directives, settings.graphql_max_directives, "TOO_MANY_DIRECTIVES", "directives"),
        (variables, MOST_VARIABLES, "TOO_MANY_VARIABLES", "variables"),
    ):
        if count > most:
            raise too_much(code, f"The document has {count} {noun}; at most {most} are taken")


def walk(document: Node) -> Iterator[Node]:
    """Every node, without recursion."""
    waiting: list[Node] = [document]
    while waiting:
        node = waiting.pop()
        yield node
        for key in QUERY_DOCUMENT_KEYS.get(node.kind, ()):  # values have none
            below = getattr(node, key, None)
            if isinstance(below, tuple):
                waiting += below
            elif below is not None:
                waiting.append(below)


def check_variables(variables: Mapping[str, Any]) -> None:
    """Raise `RequestError` for variables with overlong lists or too many values."""
    if len(variables) > MOST_VARIABLES:
        raise too_much("TOO_MANY_VARIABLES", f"There are {len(variables)} variables; at most {MOST_VARIABLES} are taken")
    waiting: list[Any] = list(variables.values())
    seen = 0
    while waiting:
        value = waiting.pop()
        seen += 1
        if seen > MOST_VALUES:
            raise too_much("VARIABLES_TOO_LARGE", f"The variables hold over {MOST_VALUES} values; send less at once")
        if isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, list):
            if len(value) > LONGEST_LIST:
                raise too_much("LIST_TOO_LONG", f"A list has {len(value)} elements; at most {LONGEST_LIST} are taken")
            waiting.extend(value)


def too_much(code: str, message: str) -> RequestError:
    """A refusal before anything ran."""
    return RequestError(message, code)
