"""The shorter way through graphql-core's rules comes to its verdict, rule by rule and on documents that were broken."""

from collections import Counter
from random import Random

import pytest
from graphql import (
    ASTValidationRule,
    DocumentNode,
    FieldNode,
    GraphQLError,
    NameNode,
    Node,
    NoSchemaIntrospectionCustomRule,
    Visitor,
    build_schema,
    parse,
    print_ast,
    validate,
    visit,
)
from graphql.language.visitor import REMOVE

from schema.limits import walk
from schema.prepared import RULES
from schema.root import SCHEMA
from schema.validation import errors_of, plainly_valid
from tests.differential.corpus import Document, documents

GRAPHQL = SCHEMA._schema
EVERY = (*RULES, NoSchemaIntrospectionCustomRule)
# What each rule of graphql-core refuses, of this schema.
REFUSED = {
    "ExecutableDefinitionsRule": "type Dog { name: String } { agents { totalCount } }",
    "UniqueOperationNamesRule": "query A { agents { totalCount } } query A { contacts { totalCount } }",
    "LoneAnonymousOperationRule": "{ agents { totalCount } } query A { contacts { totalCount } }",
    "SingleFieldSubscriptionsRule": "subscription { a: documentChanged { id } b: documentChanged { id } }",
    "KnownTypeNamesRule": "query ($a: Unheard) { agents { totalCount } }",
    "FragmentsOnCompositeTypesRule": "{ agents { nodes { ... on String { id } } } }",
    "VariablesAreInputTypesRule": "query ($a: Agent) { agents { totalCount } }",
    "ScalarLeafsRule": "{ agents }",
    "FieldsOnCorrectTypeRule": "{ agents { unheard } }",
    "UniqueFragmentNamesRule": "{ ...A } fragment A on Query { agents { totalCount } } fragment A on Query { contacts { totalCount } }",
    "KnownFragmentNamesRule": "{ ...A }",
    "NoUnusedFragmentsRule": "{ agents { totalCount } } fragment A on Query { contacts { totalCount } }",
    "PossibleFragmentSpreadsRule": "{ agents { nodes { ... on Contact { id } } } }",
    "NoFragmentCyclesRule": "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
    "UniqueVariableNamesRule": "query ($a: Int, $a: Int) { agents(first: $a) { totalCount } }",
    "NoUndefinedVariablesRule": "{ agents(first: $a) { totalCount } }",
    "NoUnusedVariablesRule": "query ($a: Int) { agents { totalCount } }",
    "KnownDirectivesRule": "{ agents @unheard { totalCount } }",
    "UniqueDirectivesPerLocationRule": "{ agents @skip(if: true) @skip(if: true) { totalCount } }",
    "KnownArgumentNamesRule": "{ agents(unheard: 1) { totalCount } }",
    "UniqueArgumentNamesRule": "{ agents(first: 1, first: 2) { totalCount } }",
    "ValuesOfCorrectTypeRule": '{ agents(first: "one") { totalCount } }',
    "ProvidedRequiredArgumentsRule": "{ agent { id } }",
    "VariablesInAllowedPositionRule": "query ($a: String) { agents(first: $a) { totalCount } }",
    "OverlappingFieldsCanBeMergedRule": "{ agents { nodes { id id: name } } }",
    "UniqueInputFieldNamesRule": '{ contacts(filter: {search: "a", search: "b"}) { totalCount } }',
    "KnownOperationTypesRule": "mutation { greeting }",
    "DeferStreamDirectiveOnRootField": "mutation { ... @defer { markAllNotificationsRead { updated } } }",
    "DeferStreamDirectiveOnValidOperationsRule": "subscription { documentChanged { ... @defer { id } } }",
    "DeferStreamDirectiveLabel": "query ($a: String) { agents { ... @defer(label: $a) { totalCount } } }",
    "StreamDirectiveOnListField": "{ agents @stream { totalCount } }",
    "MaxIntrospectionDepthRule": '{ __type(name: "Agent") { fields { type { fields { type { fields { name } } } } } } }',
    "NoSchemaIntrospectionCustomRule": "{ __schema { description } }",
}
# Parley's own schema has all kinds of operations.
SCHEMAS = {"KnownOperationTypesRule": build_schema("type Query { greeting: String }")}
BROKEN_OF_EACH = 25


@pytest.mark.parametrize("rule", EVERY, ids=lambda rule: rule.__name__)
def test_each_rule_is_heard(rule: type[ASTValidationRule]) -> None:
    schema, document = SCHEMAS.get(rule.__name__, GRAPHQL), parse(REFUSED[rule.__name__])
    found = validate(schema, document, (rule,))
    assert found != []
    assert plainly_valid(schema, document, (rule,)) is False
    assert errors_of(schema, document, (rule,), 5, hide_suggestions=False) == found


@pytest.mark.parametrize("document", [each for each in documents() if each.name != "syntax-error"], ids=lambda document: document.name)
def test_what_was_broken_is_refused_where_graphql_core_refuses_it(document: Document) -> None:
    chance, whole = Random(document.name), parse(document.text)
    verdicts = Counter[bool]()
    for tried in range(BROKEN_OF_EACH):
        made = whole
        for _ in range(min(tried, 3)):
            made = visit(made, Breaking(chance, made))
        text = print_ast(made)
        try:
            again = parse(text)
        except GraphQLError:
            continue
        verdict = plainly_valid(GRAPHQL, again, EVERY)
        assert verdict == (validate(GRAPHQL, again, EVERY) == []), text
        verdicts[verdict] += 1
    assert verdicts[False] > 0


class Breaking(Visitor):
    """Does one thing to a document: a part is taken out, said twice, or given the name of another."""

    def __init__(self, chance: Random, document: DocumentNode) -> None:
        super().__init__()
        nodes = list(walk(document))
        self._names = [node.value for node in nodes if isinstance(node, NameNode)]
        self._others = [node for node in nodes if isinstance(node, FieldNode)]
        self._chance = chance
        self._left = chance.randrange(len(nodes))

    def enter(self, node: Node, key: object, *_: object) -> object:
        """Count, and do it to the one whose turn it is."""
        self._left -= 1
        if self._left >= 0:
            return None
        if isinstance(node, NameNode):
            self._left = 1 << 30
            return NameNode(value=self._chance.choice(self._names))
        if isinstance(node, FieldNode) and isinstance(key, int) and self._chance.random() < 0.5:
            self._left = 1 << 30
            return self._chance.choice(self._others)
        if isinstance(key, int):
            self._left = 1 << 30
            return REMOVE
        return None


def test_a_document_that_nests_fragments_without_end_is_left_to_graphql_core() -> None:
    chain = " ".join(f"fragment F{n} on Query {{ ...F{n + 1} }}" for n in range(2000))
    document = parse(f"{{ ...F0 }} {chain} fragment F2000 on Query {{ agents {{ totalCount }} }}")
    assert plainly_valid(GRAPHQL, document, EVERY) is False
    assert errors_of(GRAPHQL, document, EVERY, 5, hide_suggestions=False)[-1].message == "Validation aborted."
