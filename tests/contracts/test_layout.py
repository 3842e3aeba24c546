"""The same noun has the same file name in every folder and is registered in each door. Exceptions are listed here, and nowhere else."""

import ast
import importlib
from pathlib import Path

import models
from models.catalogue import ENTITIES
from rest_compat.router import ROUTES
from schema.naming import plural
from schema.root import NOUNS

ROOT = Path(__file__).parents[2]

# Reached through `viewer`, or through the row they belong to.
NO_REST = {"chunk", "company", "job", "user", "thread"}
NO_RESOLVER = {"chunk", "company", "user", "thread"}
NO_ROOT_FIELD = {"company", "user"}
# Tables that no door shows.
NO_DOOR = {"embedding", "event"}
# Root fields that are about no noun.
NOT_NOUNS = {"schema.viewer", "schema.node", "schema.rate_limit", "schema.live.fields", "schema.search"}
ROUTES_OF_NO_NOUN = {"rest_compat.search"}


def tables_in(folder: str) -> set[str]:
    """The modules of a folder that declare a table."""
    return {path.stem for path in (ROOT / folder).glob("*.py") if "table=True" in path.read_text("utf-8")}


def modules_with(folder: str, name: str) -> set[str]:
    """The modules of a folder that assign a name at their top."""
    found: set[str] = set()
    for path in (ROOT / folder).glob("*.py"):
        tops = [node for node in ast.parse(path.read_text("utf-8")).body if isinstance(node, ast.Assign | ast.AnnAssign)]
        targets = {ast.unparse(target) for node in tops for target in (node.targets if isinstance(node, ast.Assign) else [node.target])}
        found |= {f"{folder}.{path.stem}"} if name in targets else set()
    return found


def test_every_table_is_in_the_module_of_its_noun_and_is_imported() -> None:
    assert tables_in("models") == set(ENTITIES) | NO_DOOR == set(models.__all__)


def test_every_noun_has_the_same_file_name_in_every_folder() -> None:
    wanted = {f"schema/{plural(noun)}.py" for noun in ENTITIES}
    wanted |= {f"resolvers/{plural(noun)}.py" for noun in set(ENTITIES) - NO_RESOLVER}
    wanted |= {f"rest_compat/{plural(noun)}.py" for noun in set(ENTITIES) - NO_REST}
    assert {file for file in wanted if not (ROOT / file).is_file() and not (ROOT / file).with_suffix("").is_dir()} == set()


def test_every_noun_is_registered_in_the_graphql_door() -> None:
    registered = {noun.__name__ for noun in NOUNS}
    assert registered == {f"schema.{plural(noun)}" for noun in set(ENTITIES) - NO_ROOT_FIELD} | NOT_NOUNS
    assert modules_with("schema", "QUERIES") | modules_with("schema", "MUTATIONS") <= registered


def test_every_noun_is_registered_in_the_rest_door() -> None:
    registered = {f"rest_compat.{plural(noun)}" for noun in set(ENTITIES) - NO_REST} | ROUTES_OF_NO_NOUN
    assert modules_with("rest_compat", "routes") == registered
    assert [importlib.import_module(name).routes in ROUTES for name in sorted(registered)] == [True] * len(registered)
    assert len(ROUTES) == len(registered)


def test_the_exceptions_are_still_exceptions() -> None:
    assert {noun for noun in NO_REST if (ROOT / f"rest_compat/{plural(noun)}.py").exists()} == set()
    assert {noun for noun in NO_RESOLVER if (ROOT / f"resolvers/{plural(noun)}.py").exists()} == set()
    assert {noun for noun in NO_DOOR if noun in ENTITIES} == set()
