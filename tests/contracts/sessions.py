"""Stop 1, read from the sources: nothing but `Database.session(company_id)` makes a session, and few places touch a pool."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("models", "resolvers", "schema", "rest_compat", "jobs", "web")
FILES = ("app.py",)
MAKES_SESSIONS = {"models/db/database.py"}
# `system` serves the few look-ups that precede a company; nobody else borrows a connection outside of a session.
BORROWS = {
    "models/db/session.py",
    "models/db/graph.py",
    "models/db/database.py",
    "models/system.py",
    "models/job_rows.py",
    "models/health.py",
}
POOLS = {"reads", "writes", "system", "_reads", "_writes"}


def sources() -> dict[str, str]:
    """The product's modules by path."""
    paths = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")] + [ROOT / file for file in FILES]
    return {str(path.relative_to(ROOT)): path.read_text("utf-8") for path in paths}


def unbound_sessions(modules: Mapping[str, str]) -> list[str]:
    """Where a session is made past the one constructor, or a connection is taken past a session."""
    return [f"{path}:{line} {what}" for path, text in modules.items() for line, what in _findings(path, ast.parse(text))]


def _findings(path: str, tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func).rpartition(".")[2]
            if name == "Session" and path not in MAKES_SESSIONS:
                yield node.lineno, "makes a Session past Database.session"
            if name == "session" and len(node.args) != 1:
                yield node.lineno, "asks for a session without a company"
        if isinstance(node, ast.Attribute) and node.attr in {"connection", "acquire"} and path not in BORROWS:
            owner = ast.unparse(node.value).rpartition(".")[2]
            if owner in POOLS:
                yield node.lineno, f"borrows a connection of the pool {owner}"
