"""Documents that a server has never seen."""

from graphql import DocumentNode, FieldNode, parse, print_ast
from graphql.language import Visitor, visit

from bench.documents import aliased, without_mark
from bench.work import LIST_OF_CONVERSATIONS, SEARCH
from schema.limits import check_document
from settings import Settings


def keys_of(document: DocumentNode) -> list[tuple[str, str]]:
    """Each field's name and its key in the answer."""
    found: list[tuple[str, str]] = []

    class Keys(Visitor):
        def enter_field(self, node: FieldNode, *_: object) -> None:
            found.append((node.name.value, (node.alias or node.name).value))

    visit(document, Keys())
    return found


def test_every_field_gets_the_mark() -> None:
    known = keys_of(parse(LIST_OF_CONVERSATIONS))
    assert keys_of(parse(aliased(LIST_OF_CONVERSATIONS, "m7"))) == [(name, f"{key}_m7") for name, key in known]
    assert len(known) == 20


def test_aliases_that_are_there_are_marked_too() -> None:
    assert keys_of(parse(aliased("{ a: b { c } }", "x"))) == [("b", "a_x"), ("c", "c_x")]


def test_arguments_and_variables_stay() -> None:
    assert "contacts_x: contacts(first: 50, filter: { search: $term })" in aliased(SEARCH, "x")


def test_the_same_mark_makes_the_same_document_and_another_one_another() -> None:
    assert aliased(SEARCH, "x") == aliased(SEARCH, "x") != aliased(SEARCH, "y")


def test_the_mark_is_taken_off_an_answer_at_every_depth_and_nowhere_else() -> None:
    answer = {"list_x": [{"id_x": "a_x", "name_y": None}], "x": 1}
    assert without_mark(answer, "x") == {"list": [{"id": "a_x", "name_y": None}], "x": 1}


def test_a_new_document_is_within_the_limits() -> None:
    check_document(parse(aliased(LIST_OF_CONVERSATIONS, "f299")), Settings())
    assert print_ast(parse(aliased(LIST_OF_CONVERSATIONS, "f299"))) == aliased(LIST_OF_CONVERSATIONS, "f299")
