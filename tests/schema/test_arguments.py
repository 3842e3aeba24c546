"""Variables and arguments are read once and for all where they are plain; what is not plain is read as graphql-core reads it."""

from typing import Any

import pytest
from graphql import FieldNode, OperationDefinitionNode, parse
from graphql.execution.values import get_variable_values

from schema.planner.arguments import read_arguments
from schema.planner.readers import reader_of
from schema.planner.variables import Variables
from schema.root import SCHEMA

CORE = SCHEMA._schema
ID = "11111111-1111-4111-8111-111111111111"
PLAIN = [
    ("($id: ID!) { contact(id: $id) { id } }", {"id": ID}),
    ("($n: PageSize) { contacts(first: $n) { totalCount } }", {"n": 7}),
    ("($n: PageSize = 3) { contacts(first: $n) { totalCount } }", {}),
    ('($n: PageSize!, $c: String) { contacts(last: $n, before: $c, filter: {search: "a"}) { totalCount } }', {"n": 7, "c": "x"}),
    ('($s: String!) { contacts(filter: {search: $s, tags: {hasAny: [$s, "vip"]}}) { totalCount } }', {"s": "rossi"}),
    ("($s: String) { contacts(filter: {and: [{email: {contains: $s}}, {not: {phone: {eq: $s}}}]}) { totalCount } }", {"s": "a"}),
    ("($f: ContactFilter) { contacts(filter: $f) { totalCount } }", {"f": {"email": {"in": ["a", "b"]}, "or": [{"search": "x"}]}}),
    ("($o: [ContactOrder!]) { contacts(orderBy: $o) { totalCount } }", {"o": [{"field": "EMAIL"}]}),
    ("($s: ConversationStatus!) { conversations(filter: {status: {in: [$s, ENDED]}}) { totalCount } }", {"s": "ACTIVE"}),
    ("($i: ID!) { contacts(filter: {conversations: {agent: {id: {ne: $i}}}}) { totalCount } }", {"i": ID}),
]
LEFT_TO_CORE = [
    ("($n: PageSize, $c: String) { contacts(first: $n, after: $c) { totalCount } }", {}),
    ("($s: String) { contacts(filter: {search: $s}) { totalCount } }", {"s": None}),
    ('($s: String) { contacts(filter: {search: $s, email: {eq: "a"}}) { totalCount } }', {}),
    ("($f: ContactOrderField!) { contacts(orderBy: {field: $f}) { totalCount } }", {"f": "EMAIL"}),
]


def operation(text: str) -> tuple[OperationDefinitionNode, FieldNode]:
    """The operation of a document, and its one field."""
    (definition,) = parse(f"query {text}").definitions
    assert isinstance(definition, OperationDefinitionNode)
    (field,) = definition.selection_set.selections
    assert isinstance(field, FieldNode)
    return definition, field


def spelled(value: Any) -> Any:
    """A value with the fields of inputs, which compare by identity."""
    if isinstance(value, dict):
        return {name: spelled(each) for name, each in value.items()}
    if isinstance(value, list):
        return [spelled(each) for each in value]
    return (type(value), spelled(vars(value))) if hasattr(value, "__dict__") and not isinstance(value, str) else value


@pytest.mark.parametrize(("text", "given"), [*PLAIN, *LEFT_TO_CORE])
def test_variables_are_those_of_graphql_core(text: str, given: dict[str, Any]) -> None:
    definition, _ = operation(text)
    declared = definition.variable_definitions or ()
    read, coerced = Variables.of(CORE, declared).read(given), get_variable_values(CORE, declared, given)
    assert read is not None
    assert not isinstance(coerced, list)
    assert read.coerced == coerced.coerced
    assert {name: source.value for name, source in read.sources.items()} == {name: each.value for name, each in coerced.sources.items()}


@pytest.mark.parametrize(("text", "given"), PLAIN)
def test_plain_arguments_are_those_of_graphql_core(text: str, given: dict[str, Any]) -> None:
    definition, field = operation(text)
    made = CORE.query_type.fields[field.name.value]  # type: ignore[union-attr]  # our schema has queries
    variables = Variables.of(CORE, definition.variable_definitions or ()).read(given)
    read = reader_of(made, field)
    assert variables is not None
    assert read is not None
    assert spelled(read(variables.coerced)) == spelled(read_arguments(made, field, variables))


@pytest.mark.parametrize(("text", "given"), LEFT_TO_CORE)
def test_what_is_missing_null_or_has_a_default_is_left_to_graphql_core(text: str, given: dict[str, Any]) -> None:
    definition, field = operation(text)
    variables = Variables.of(CORE, definition.variable_definitions or ()).read(given)
    read = reader_of(CORE.query_type.fields[field.name.value], field)  # type: ignore[union-attr]  # our schema has queries
    assert variables is not None
    if read is None:
        return
    with pytest.raises(LookupError):
        read(variables.coerced)


@pytest.mark.parametrize(
    ("declared", "value"),
    [
        ("ID!", 5.5),
        ("ID!", None),
        ("ID!", [ID]),
        ("Int", True),
        ("Int", 2**31),
        ("Int", 1.5),
        ("String", 1),
        ("Boolean", 0),
        ("PageSize", 101),
    ],
)
def test_a_value_that_does_not_fit_is_read_by_graphql_core(declared: str, value: Any) -> None:
    definition, _ = operation(f"($v: {declared}) {{ contact(id: $v) {{ id }} }}")
    assert Variables.of(CORE, definition.variable_definitions or ()).read({"v": value}) is None
