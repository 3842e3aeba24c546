"""The one private function of SQLAlchemy that is used: an upgrade that changes it is noticed here."""

from uuid import uuid4

import pytest
from sqlalchemy import select

from models.contact import CONTACT
from models.db import compile as compiling
from models.db.compile import STATEMENTS, compile_statement, shift
from models.deal import DEAL
from models.filters import Binder, Compare
from models.rows import Rows

TABLE = CONTACT.table


def by_email(email: str) -> object:
    return select(TABLE.c.id).where(TABLE.c.email == email)


def test_a_value_is_a_parameter_and_never_in_the_text() -> None:
    compiled = compile_statement(by_email("canary'; --"))
    assert "canary" not in compiled.text
    assert compiled.text.count("$1") == 1
    assert compiled.values == ["canary'; --"]
    assert len(compiled.names) == 1


def test_a_form_seen_before_is_not_compiled_again(monkeypatch: pytest.MonkeyPatch) -> None:
    first = compile_statement(by_email("a"))
    known = len(STATEMENTS)
    second = compile_statement(by_email("b"))
    assert len(STATEMENTS) == known
    assert (first.text, first.values, second.values) == (second.text, ["a"], ["b"])
    assert first.text is second.text


def test_another_form_is_another_text() -> None:
    assert compile_statement(by_email("a")).text != compile_statement(select(TABLE.c.id).where(TABLE.c.phone == "a")).text


@pytest.mark.parametrize("operator", ["in", "not_in"])
def test_a_list_is_one_parameter_however_long(operator: str) -> None:
    texts = set()
    for count in (0, 1, 5, 100):
        ids = tuple(uuid4() for _ in range(count))
        compiled = compile_statement(Rows.of(CONTACT).where(Compare("id", operator, ids)).total(Binder()))
        assert compiled.values == [list(ids)]
        texts.add(compiled.text)
    assert len(texts) == 1


def test_limit_and_offset_are_parameters() -> None:
    texts = {compile_statement(select(DEAL.table.c.id).limit(limit).offset(5)).text for limit in (1, 2, 99)}
    assert len(texts) == 1


def test_equal_values_are_not_folded_into_one_parameter() -> None:
    compiled = compile_statement(select(TABLE.c.id).where(TABLE.c.email == "a", TABLE.c.phone == "a"))
    assert compiled.values == ["a", "a"]


@pytest.mark.parametrize(("text", "by", "shifted"), [("$1 $2 $10", 3, "$4 $5 $13"), ("$1", 0, "$1"), ("no parameter", 5, "no parameter")])
def test_parameters_are_numbered_higher(text: str, by: int, shifted: str) -> None:
    assert shift(text, by) == shifted


def test_the_private_function_is_named_in_one_place() -> None:
    from pathlib import Path

    root = Path(compiling.__file__).parents[2]
    users = [
        path.name
        for folder in ("models", "resolvers", "schema", "rest_compat", "web")
        for path in (root / folder).rglob("*.py")
        if "._compile_w_cache(" in path.read_text("utf-8")
    ]
    assert users == ["compile.py"]
