"""Validation of documents: graphql-core's rules, and a shorter way to them.

graphql-core asks every rule for its handlers of every kind of node, for each document anew, walks each operation a second time for its
variables, and remembers those under the hash of the whole operation: five sixths of what validating takes. Here it is looked up once
which rules care for a kind of node, and only they are called. Whatever is not plainly valid is left to graphql-core, which says why:
this module answers only whether there is anything to say.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple, NoReturn, cast

from graphql import (
    ASTValidationRule,
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    Node,
    TypeInfo,
    ValidationContext,
    Visitor,
    validate,
)
from graphql.language.visitor import BREAK, SKIP
from graphql.pyutils import RefMap
from graphql.validation.validate import FragmentNestingVisitor, ValidationAbortedError, query_document_keys_to_validate
from graphql.validation.validation_context import VariableUsage, VariableUsageVisitor

Rules = tuple[type[ASTValidationRule], ...]
Handler = Callable[..., Any]


class _InvalidError(Exception):
    """A rule has something to say."""


def errors_of(schema: GraphQLSchema, document: DocumentNode, rules: Rules, most: int, *, hide_suggestions: bool) -> list[GraphQLError]:
    """What is wrong with a document, at most so many errors and one that says that there are more; nothing when it is valid."""
    if plainly_valid(schema, document, rules):
        return []
    return validate(schema, document, rules, max_errors=most, hide_suggestions=hide_suggestions)


def plainly_valid(schema: GraphQLSchema, document: DocumentNode, rules: Rules) -> bool:
    """Whether no rule finds anything, and the document is none of those that graphql-core gives up on."""
    types = TypeInfo(schema)
    context = _Context(schema, document, types, _refuse)
    visitors: list[Visitor] = [rule(context) for rule in rules]
    fragments = {each.name.value: each for each in document.definitions if isinstance(each, FragmentDefinitionNode)}
    if fragments:
        visitors.insert(0, FragmentNestingVisitor(fragments))
    try:
        _Walk(types, visitors).through(document)
    except (_InvalidError, ValidationAbortedError, RecursionError):
        return False
    return True


def _refuse(_: GraphQLError) -> NoReturn:
    raise _InvalidError


class _Context(ValidationContext):
    """The rules' context. A definition's variables are found by the shorter way, and remembered by the definition itself."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._types: TypeInfo = given[2]
        self._found: dict[int, list[VariableUsage]] = {}
        document: DocumentNode = given[1]
        # No variable is written without the sign: where it stands nowhere, there is nothing to look for.
        self._has_variables = document.loc is None or "$" in document.loc.source.body
        # What graphql-core remembers of an operation it looks up by the operation itself: as a dict would, it hashes each node of it.
        self._fragment_spreads = cast(Any, RefMap())
        self._recursive_variable_usages = cast(Any, RefMap())

    def get_variable_usages(self, node: Any) -> list[VariableUsage]:
        found = self._found.get(id(node)) if self._has_variables else []
        if found is None:
            visitor = VariableUsageVisitor(self._types, node if isinstance(node, FragmentDefinitionNode) else None)
            _Walk(self._types, [visitor]).through(node)
            found = self._found[id(node)] = visitor.usages
        return found


class _Handlers(NamedTuple):
    """Who is called when a node of a kind is entered and left: places of visitors and names of their methods."""

    entering: Sequence[tuple[int, str]]
    leaving: Sequence[tuple[int, str]]


@cache
def _handlers(visitors: tuple[type[Visitor], ...], kind: str) -> _Handlers:
    """Those for nodes of a kind, as graphql-core chooses them: a visitor's method for the kind, or else that for all kinds."""

    def named(when: str) -> Sequence[tuple[int, str]]:
        names = (next((name for name in (f"{when}_{kind}", when) if hasattr(visitor, name)), None) for visitor in visitors)
        return [(at, name) for at, name in enumerate(names) if name]

    return _Handlers(named("enter"), named("leave"))


class _Kind(NamedTuple):
    """What is done with nodes of a kind; `keys` lead to the nodes below."""

    learn: Handler | None
    entering: Sequence[tuple[int, Handler]]
    keys: Sequence[str]
    leaving: Sequence[tuple[int, Handler]]
    forget: Handler | None


class _Walk:
    """One way through a document, with visitors side by side, as graphql-core's `ParallelVisitor` inside a `TypeInfoVisitor`."""

    def __init__(self, types: TypeInfo, visitors: Sequence[Visitor]) -> None:
        self._types = types
        self._visitors = visitors
        self._classes = tuple(map(type, visitors))
        self._asleep = [False] * len(visitors)
        self._kinds: dict[str, _Kind] = {}
        self._path: list[Any] = []
        self._ancestors: list[Any] = []

    def through(self, node: Node) -> None:
        """The node and all below it."""
        self._visit(node, None, None)

    def _visit(self, node: Node, key: Any, parent: Any) -> None:
        kind = self._kinds.get(node.kind) or self._kind(node.kind)
        asleep, path, ancestors = self._asleep, self._path, self._ancestors
        if kind.learn:
            kind.learn(node)
        woken: list[int] = []
        for at, handler in kind.entering:
            if not asleep[at] and (answer := handler(node, key, parent, path, ancestors)) is not None:
                asleep[at] = True
                if not _ends(answer):
                    woken.append(at)
        if kind.keys:
            self._below(node, kind.keys, parent)
        for at, handler in kind.leaving:
            if not asleep[at] and (answer := handler(node, key, parent, path, ancestors)) is not None:
                asleep[at] = _ends(answer)
        for at in woken:
            asleep[at] = False
        if kind.forget:
            kind.forget()

    def _below(self, node: Node, keys: Sequence[str], parent: Any) -> None:
        path, ancestors = self._path, self._ancestors
        if parent is not None:
            ancestors.append(parent)
        for key in keys:
            child = getattr(node, key, None)
            if not child:
                continue
            path.append(key)
            if isinstance(child, tuple):
                ancestors.append(node)
                for place, each in enumerate(child):
                    path.append(place)
                    self._visit(each, place, child)
                    path.pop()
                ancestors.pop()
            else:
                self._visit(child, key, node)
            path.pop()
        if parent is not None:
            ancestors.pop()

    def _kind(self, name: str) -> _Kind:
        handlers = _handlers(self._classes, name)
        made = self._kinds[name] = _Kind(
            getattr(self._types, f"enter_{name}", None),
            [(at, getattr(self._visitors[at], method)) for at, method in handlers.entering],
            query_document_keys_to_validate.get(name, ()),
            [(at, getattr(self._visitors[at], method)) for at, method in handlers.leaving],
            getattr(self._types, f"leave_{name}", None),
        )
        return made


def _ends(answer: Any) -> bool:
    """Whether a visitor wants to see nothing more; else it leaves out what is below. Rules change no document."""
    if answer is BREAK or answer is True:
        return True
    if answer is SKIP or answer is False:
        return False
    raise _InvalidError
