"""PostGraphile as a contender: what it is asked, how its answers are read, and what is said when it cannot be had."""

import json
from pathlib import Path

import pytest
from graphql import FieldNode, parse
from graphql.language import Visitor, visit

from bench.postgraphile import DOCUMENT, NAME, in_capitals, q1
from bench.postgraphile.install import FOLDER, NotInstalled, install, installed, node
from bench.work import LIST_OF_CONVERSATIONS
from tests.bench.examples import TENANTS


def keys(document: str) -> list[str]:
    """The keys of a document's answer, in order."""
    found: list[str] = []

    class Keys(Visitor):
        def enter_field(self, field: FieldNode, *_: object) -> None:
            found.append((field.alias or field.name).value)

    visit(parse(document), Keys())
    return found


def program(path: Path, text: str) -> None:
    """A small program for the shell."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def locked(folder: Path) -> Path:
    """A folder with a lock file."""
    (folder / "package-lock.json").write_text("{}")
    return folder


def test_its_document_has_our_keys() -> None:
    assert keys(DOCUMENT) == keys(LIST_OF_CONVERSATIONS)


def test_equal_places_ask_for_equal_companies() -> None:
    item = q1(TENANTS)
    own = item.asked_of(NAME)
    assert [each.split(b"\r\n")[1] for each in own] == [each.split(b"\r\n")[1] for each in item.asked_of("parley")]
    assert {json.loads(each.partition(b"\r\n\r\n")[2])["query"] for each in own} == {DOCUMENT}


def test_its_choices_are_read_in_capitals_and_nothing_else_is() -> None:
    printed = {"status": "ended", "channel": "chat", "name": "ada", "messages": [{"senderType": "user", "content": None}]}
    read = {"status": "ENDED", "channel": "CHAT", "name": "ada", "messages": [{"senderType": "USER", "content": None}]}
    assert in_capitals({"data": {"nodes": [printed]}}) == {"data": {"nodes": [read]}}


def test_its_lock_file_names_no_address() -> None:
    lock = json.loads((FOLDER / "package-lock.json").read_text())
    packages = {name: each for name, each in lock["packages"].items() if name}
    assert len(packages) > 100
    assert [name for name, each in packages.items() if "resolved" in each or "integrity" not in each] == []


def test_without_npm_it_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotInstalled, match="npm is not installed"):
        install(print, locked(tmp_path))


def test_what_npm_says_is_passed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path / "bin" / "npm", "echo 'no way to the registry' >&2; exit 1")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    with pytest.raises(NotInstalled, match="npm could not install PostGraphile: no way to the registry"):
        install(print, locked(tmp_path))


def test_what_npm_has_installed_is_not_installed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path / "bin" / "npm", "/bin/mkdir -p node_modules && echo {} > node_modules/.package-lock.json; echo run >> runs")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    said: list[str] = []
    for _ in range(2):
        install(said.append, locked(tmp_path) if not said else tmp_path)
    assert installed(tmp_path)
    assert (len(said), (tmp_path / "runs").read_text()) == (1, "run\n")


def test_an_old_node_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path / "bin" / "node", "echo v20.20.2")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    with pytest.raises(NotInstalled, match=r"needs Node 22 or newer, and this is 20\.20\.2"):
        node(tmp_path)


def test_the_node_that_npm_brought_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path / "bin" / "node", "echo v20.20.2")
    program(tmp_path / "node_modules" / ".bin" / "node", "echo v26.10.0")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert node(tmp_path) == str(tmp_path / "node_modules" / ".bin" / "node")


def test_without_any_node_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotInstalled, match="none is installed"):
        node(tmp_path)
