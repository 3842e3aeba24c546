"""The catalogue of errors holds every code that the code can send, with its status, and none besides."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from resolvers.errors import ParleyError
from schema.catalogue import BOTH_DOORS, CLOSES, LIVE, REQUESTS, errors_text, legacy_status
from schema.errors import RequestError
from settings import known_names
from web.access import MissingCredential

ROOT = Path(__file__).parents[2]
DOORS = ("schema", "rest_compat", "web", "resolvers", "jobs")
CODE = re.compile(r"[A-Z]+(_[A-Z]+)+")
# Says the same as its parent: there is nothing to verify.
SAME = {MissingCredential, RequestError}
# What the server under ours closes with.
UVICORNS = {1009, 1012}
OF_CLASSES = {each.code for each in BOTH_DOORS}
OF_REQUESTS = {each.code: each.status for each in (*REQUESTS, *LIVE)}


def trees(*folders: str) -> Iterator[tuple[Path, ast.Module]]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "node_modules" not in path.parts and path.name != "catalogue.py":
                yield path, ast.parse(path.read_text("utf-8"))


def texts(tree: ast.AST) -> set[str]:
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def refusals() -> Iterator[tuple[str, int]]:
    """The codes and statuses of the request errors that are raised with both written out."""
    for _, tree in trees("schema"):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"RequestError", "too_much"}:
                code = node.args[0 if node.func.id == "too_much" else 1]
                status: Any = next((each.value for each in node.keywords if each.arg == "status"), ast.Constant(400))
                if isinstance(code, ast.Constant):
                    yield str(code.value), ast.literal_eval(status)


def subclasses(of: type[ParleyError]) -> Iterator[type[ParleyError]]:
    for each in of.__subclasses__():
        yield each
        yield from subclasses(each)


@pytest.mark.usefixtures("app")  # which imports every door
def test_every_kind_of_refusal_is_listed() -> None:
    assert set(subclasses(ParleyError)) - SAME == set(BOTH_DOORS) - {ParleyError}
    assert {each.code for each in SAME} <= OF_CLASSES


def test_every_code_that_graphql_sends_is_listed_and_none_besides() -> None:
    written = {text for _, tree in trees("schema") for text in texts(tree) if CODE.fullmatch(text)} | {code for code, _ in refusals()}
    assert written - OF_CLASSES == set(OF_REQUESTS)


@pytest.mark.parametrize(("code", "status"), sorted(set(refusals())))
def test_a_refusal_has_the_status_that_is_listed(code: str, status: int) -> None:
    assert status == OF_REQUESTS.get(code) or status in {each.status for each in BOTH_DOORS if each.code == code}


def test_no_other_door_has_codes_of_its_own() -> None:
    attributes = {
        ast.literal_eval(node.value)
        for _, tree in trees(*DOORS)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and any(isinstance(each, ast.Name) and each.id == "code" for each in node.targets)
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    }
    assert attributes | {ParleyError.code} == OF_CLASSES


def test_every_close_code_is_listed_and_none_besides() -> None:
    numbers = {node.value for _, tree in trees("schema/live") for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    sent = {each for each in numbers if isinstance(each, int) and 4400 <= each < 4500}
    assert sent | UVICORNS == {each.code for each in CLOSES}


def test_no_code_is_listed_twice() -> None:
    listed = [each.code for each in BOTH_DOORS] + [each.code for each in (*REQUESTS, *LIVE)]
    assert sorted(listed) == sorted(set(listed))


def test_each_code_says_when_it_comes_and_what_to_do() -> None:
    rows = [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in errors_text().splitlines()
        if line.startswith("| `") or line[2:3].isdigit()
    ]
    assert len(rows) == len(BOTH_DOORS) + len(REQUESTS) + len(LIVE) + len(CLOSES)
    for *_, when, then in rows:
        assert (when.endswith((".", ")")), then.endswith(".")) == (True, True), (when, then)
        assert min(len(when), len(then)) >= len("Send it first.")


def test_settings_that_the_catalogue_names_exist() -> None:
    assert set(re.findall(r"PARLEY_\w+", errors_text())) <= set(known_names())


def test_legacy_statuses_are_those_of_the_door() -> None:
    kept = {each.code for each in REQUESTS if legacy_status(each) == each.status}
    assert kept == {"BAD_REQUEST", "NOT_ACCEPTABLE", "BATCHING_DISABLED", "BATCH_TOO_LARGE"}
    assert {legacy_status(each) for each in REQUESTS if each.code not in kept} == {200}


def test_the_committed_page_is_what_the_code_says() -> None:
    assert (ROOT / "docs" / "errors.md").read_text("utf-8") == errors_text()
