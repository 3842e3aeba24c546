"""The documents of the TypeScript example are held to the schema, and its code to the documents' types."""

import shutil
from pathlib import Path

import pytest

from tests.examples.programs import SDL, compiled, typescript
from tests.npm import node

FIELD = "      firstName\n"
USE = "print({ email, deals: deals?.totalCount })"


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of the built example, to be spoilt."""
    built = typescript(request.config.cache).folder
    shutil.copytree(built, tmp_path / "typescript", ignore=shutil.ignore_patterns("node_modules"))
    (tmp_path / "typescript" / "node_modules").symlink_to(built / "node_modules")
    return tmp_path / "typescript"


def spoil(path: Path, good: str, bad: str) -> None:
    text = path.read_text("utf-8")
    assert good in text
    path.write_text(text.replace(good, bad), "utf-8")


def test_as_it_is_it_fits(place: Path) -> None:
    assert node(place, "codegen.js", str(SDL)).returncode == 0
    assert compiled(place, "--noEmit").stdout == ""


def test_a_document_that_does_not_fit_the_schema_is_refused(place: Path) -> None:
    spoil(place / "src" / "operations.graphql", FIELD, "      nickname\n")
    made = node(place, "codegen.js", str(SDL))
    assert made.returncode != 0
    assert 'Cannot query field "nickname" on type "Contact"' in made.stderr


@pytest.mark.parametrize(
    ("good", "bad", "says"),
    [
        (USE, "print({ email, deals: deals?.count })", "Property 'count' does not exist"),
        (USE, "print({ email, deals: deals.totalCount })", "'deals' is possibly 'null'"),
        ("filter: { search }", "filter: { serch: search }", "'serch' does not exist in type 'ContactFilter'"),
        ("{ input: { email } }", "{ input: { mail: email } }", "'mail' does not exist in type 'CreateContactInput'"),
    ],
)
def test_code_that_does_not_fit_the_documents_is_refused(place: Path, good: str, bad: str, says: str) -> None:
    spoil(place / "src" / "main.ts", good, bad)
    made = compiled(place, "--noEmit")
    assert made.returncode != 0
    assert says in made.stdout
