"""The contract with front ends: which changes break it, what a decision has to say, and that deprecations name their successors."""

from pathlib import Path

import pytest
from graphql import build_schema

from published import broken_promises, sdl_text
from schema.contract import Difference, promises_broken, unrecorded, without_successor
from schema.root import SCHEMA
from tests.schema.test_usage import OLD

ROOT = Path(__file__).parents[2]
BEFORE = """
type Query { contact(id: ID!): Contact contacts(first: Int): [Contact!]! }
type Contact { id: ID! phone: String stage: Stage! }
enum Stage { LEAD WON }
"""
AFTER = """
type Query { contacts(first: Int, search: String): [Contact!]! contact(id: ID!, at: String!): Contact }
type Contact { id: ID! stage: Stage! name: String }
enum Stage { LEAD WON LOST }
"""
BREAKING = ("A required argument Query.contact(at:) was added.", "Field Contact.phone was removed.")
DANGEROUS = ("An optional argument Query.contacts(search:) was added.", "Enum value Stage.LOST was added.")


def test_a_difference_names_what_breaks_clients_and_what_may() -> None:
    difference = Difference.of(build_schema(BEFORE), build_schema(AFTER), ("committed", "running"))
    assert (difference.breaking, difference.dangerous) == (BREAKING, DANGEROUS)
    said = str(difference).splitlines()
    assert said[:6] == [
        *(f"breaking   {each}" for each in BREAKING),
        *(f"dangerous  {each}" for each in DANGEROUS),
        "--- committed",
        "+++ running",
    ]
    assert {"-  phone: String", "+  name: String", "+  LOST"} <= set(said)


def test_the_order_of_definitions_is_no_difference() -> None:
    assert not Difference.of(build_schema(BEFORE), build_schema("\n".join(reversed(BEFORE.splitlines()))))


def test_a_description_is_a_difference_that_breaks_nothing() -> None:
    difference = Difference.of(build_schema(BEFORE), build_schema(BEFORE.replace("phone: String", '"With country code." phone: String')))
    assert difference
    assert (difference.breaking, difference.dangerous) == ((), ())


@pytest.mark.parametrize(
    ("decisions", "left"),
    [
        ([], list(BREAKING)),
        ([f"# Phones\n- `{BREAKING[1]}`"], [BREAKING[0]]),
        ([f"- `{BREAKING[1]}`", f"- `{BREAKING[0]}`"], []),
        (["Contact.phone was removed."], list(BREAKING)),
    ],
)
def test_a_breaking_change_has_to_be_decided_word_for_word(decisions: list[str], left: list[str]) -> None:
    assert unrecorded(build_schema(BEFORE), build_schema(AFTER), decisions) == left


def test_the_released_schema_is_not_broken() -> None:
    assert broken_promises(ROOT / "schema" / "released.graphql", ROOT / "docs" / "decisions") == []


@pytest.mark.parametrize(
    ("found", "replaced", "broken"),
    [
        ("  totalCount: Int! @cost", "  totalCount: Int @cost", "Field ContactConnection.totalCount changed type from Int! to Int."),
        ("  contact(\n", "  person(\n", "Field Query.contact was removed."),
        ("  SMS\n", "", "Enum value Channel.SMS was removed."),
    ],
)
def test_what_parleys_clients_stand_on_is_noticed(found: str, replaced: str, broken: str) -> None:
    now = sdl_text()
    assert found in now
    assert broken in unrecorded(build_schema(now), build_schema(now.replace(found, replaced)), [])


@pytest.mark.parametrize("coordinate", sorted(without_successor(SCHEMA._schema)) or ["none"])
def test_what_is_deprecated_names_its_successor(coordinate: str) -> None:
    assert coordinate == "none"


@pytest.mark.parametrize(
    ("reason", "named"),
    [
        ("Use `phones`", True),
        ("Numbers became lists in 2026. Use `phones`, please.", True),
        ("Use `Contact.phones`", True),
        ("Use `Query.contact`", True),
        ("Use phones", False),
        ("Use `fax`", False),
        ("Use `phone`", False),
        ("Use `Contact.fax`", False),
        ("Use `key`", False),
        ("Misuse `phones`", False),
        ("No longer supported", False),
    ],
)
def test_a_successor_is_a_part_that_is_there_to_stay(reason: str, named: bool) -> None:
    schema = build_schema(f"""
    type Query {{ contact: Contact }}
    type Contact {{ phone: String @deprecated(reason: "{reason}") phones: [String!]! key: ID @deprecated(reason: "Use `phones`") }}
    """)
    assert without_successor(schema) == ([] if named else ["Contact.phone"])


def test_arguments_values_and_inputs_have_successors_too() -> None:
    assert without_successor(OLD) == []
    schema = build_schema("""
    directive @note(text: String @deprecated(reason: "Use `words`")) on FIELD
    type Query { contacts(limit: Int @deprecated(reason: "Use `first`") first: Int, skip: Int @deprecated, kind: Kind): Int }
    enum Kind { CELL @deprecated(reason: "Use `PHONE`") MOBILE }
    input Filter { text: String @deprecated(reason: "Use `search`") }
    """)
    assert without_successor(schema) == ["@note(text:)", "Filter.text", "Kind.CELL", "Query.contacts(skip:)"]


def test_broken_promises_say_what_to_do() -> None:
    now = 'type Query { mail: String @deprecated(reason: "It is old") }'
    assert promises_broken("type Query { phone: String mail: String }", now, ["nothing of it"]) == [
        "Field Query.phone was removed. Keep it, or decide so: name this change, word for word, in docs/decisions",
        "Query.mail is deprecated and names no successor; say what to use instead, as in: Use `name`",
    ]
