"""What documents use of what is deprecated. Parley deprecates nothing yet, so the schema is this test's own."""

import pytest
from graphql import OperationDefinitionNode, build_schema, parse, validate
from prometheus_client import generate_latest

from schema.usage import OTHERS, Usage, deprecated_parts, deprecated_parts_used

OLD = build_schema("""
directive @note(text: String, by: String @deprecated(reason: "Use `text`")) on FIELD
interface Node { id: ID!, key: ID @deprecated(reason: "Use `id`") }
type Contact implements Node {
  id: ID!
  key: ID @deprecated(reason: "Use `id`")
  phone: String @deprecated(reason: "Use `phones`")
  phones(kind: Kind, first: Int, limit: Int @deprecated(reason: "Use `first`")): [String!]!
  friend: Contact
}
enum Kind { MOBILE CELL @deprecated(reason: "Use `MOBILE`") }
input Filter { search: String, text: String @deprecated(reason: "Use `search`"), kind: Kind, not: Filter, any: [Filter!] }
type Query {
  contact(filter: Filter): Contact
  node: Node
}
""")


def used(text: str, name: str | None = None) -> tuple[str, ...]:
    document = parse(text)
    assert validate(OLD, document) == []
    (operation,) = (
        each
        for each in document.definitions
        if isinstance(each, OperationDefinitionNode) and (name is None or (each.name and each.name.value == name))
    )
    return deprecated_parts_used(OLD, document, operation)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{ contact { id phones } }", ()),
        ("{ contact { phone } }", ("Contact.phone",)),
        ("{ contact { a: phone b: phone } }", ("Contact.phone",)),
        ("{ node { key } }", ("Node.key",)),
        ("{ node { ... on Contact { key friend { phone } } } }", ("Contact.key", "Contact.phone")),
        ("{ contact { phones(limit: 1) } }", ("Contact.phones(limit:)",)),
        ("{ contact { friend { phones(limit: 1, kind: CELL) } phones(first: 1) } }", ("Contact.phones(limit:)", "Kind.CELL")),
        ('{ contact(filter: {text: "a"}) { id } }', ("Filter.text",)),
        ("{ contact(filter: {kind: CELL}) { id } }", ("Kind.CELL",)),
        ('{ contact(filter: {not: {any: [{search: "a"}, {text: "b"}]}}) { id } }', ("Filter.text",)),
        ('query ($filter: Filter = {text: "a"}) { contact(filter: $filter) { id } }', ("Filter.text",)),
        ("query ($kind: Kind = CELL) { contact { phones(kind: $kind) } }", ("Kind.CELL",)),
        ('{ contact { id @note(by: "me") } }', ("@note(by:)",)),
        ('{ contact { phone @note(text: "a") } }', ("Contact.phone",)),
    ],
)
def test_each_deprecated_part_is_found_once(text: str, found: tuple[str, ...]) -> None:
    assert used(text) == found


def test_fragments_count_for_the_operations_that_spread_them() -> None:
    text = """
    query Old { contact { ...outer } }
    query New { contact { ...fine } }
    fragment outer on Contact { friend { ...inner } phones(limit: 1) }
    fragment inner on Contact { phone ...fine }
    fragment fine on Contact { id }
    """
    assert used(text, "Old") == ("Contact.phones(limit:)", "Contact.phone")
    assert used(text, "New") == ()


def test_introspection_uses_nothing() -> None:
    assert used('{ __typename __schema { types { name } } __type(name: "Kind") { enumValues { name } } }') == ()


def test_the_deprecated_parts_of_a_schema_are_known_with_their_reasons() -> None:
    assert deprecated_parts(OLD) == {
        "Node.key": "Use `id`",
        "Contact.key": "Use `id`",
        "Contact.phone": "Use `phones`",
        "Contact.phones(limit:)": "Use `first`",
        "Kind.CELL": "Use `MOBILE`",
        "Filter.text": "Use `search`",
        "@note(by:)": "Use `text`",
    }


def test_uses_are_counted_by_operation() -> None:
    usage = Usage()
    usage.count("Contacts", ("Contact.phone", "Kind.CELL"))
    usage.count("Contacts", ("Contact.phone",))
    usage.count(None, ("Contact.phone",))
    usage.count("Fine", ())
    assert usage.counts() == {("Contacts", "Contact.phone"): 2, ("Contacts", "Kind.CELL"): 1, ("", "Contact.phone"): 1}


def test_clients_cannot_fill_the_memory_with_names_and_no_use_is_lost() -> None:
    usage = Usage(most=3)
    for number in range(10_000):
        usage.count(f"{number}" + "x" * 200_000 * (number < 10), ("Contact.phone",))
    usage.count("0" + "x" * 200_000, ("Contact.phone",))
    counts = usage.counts()
    assert [(len(name), times) for (name, _), times in counts.items()] == [(100, 2), (100, 1), (100, 1), (len(OTHERS), 9997)]
    assert sum(counts.values()) == 10_001


def test_the_counts_are_printed_as_prometheus_reads_them() -> None:
    usage = Usage()
    usage.count("Contacts", ("Contact.phone", "Query.contacts(search:)"))
    usage.count("Contacts", ("Contact.phone",))
    usage.count('a"\\\n', ("Kind.CELL",))
    assert generate_latest(usage).decode().splitlines()[1:] == [
        "# TYPE parley_graphql_deprecated_total counter",
        'parley_graphql_deprecated_total{operation="Contacts",part="Contact.phone"} 2.0',
        'parley_graphql_deprecated_total{operation="Contacts",part="Query.contacts(search:)"} 1.0',
        'parley_graphql_deprecated_total{operation="a\\"\\\\\\n",part="Kind.CELL"} 1.0',
    ]
