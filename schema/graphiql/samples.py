"""The sample operations of GraphiQL: a file a role, and one for everyone."""

from functools import cache
from pathlib import Path

from graphql import parse

HERE = Path(__file__).parent
ROLES = ("owner", "admin", "user", "everyone")


@cache
def samples() -> dict[str, list[str]]:
    """Documents of one operation each by the role they are for, roles and operations in the order shown.

    Each begins with a comment, its title. A variable is named as the alias of `lookup()` that finds an id for it.
    """
    return {role: _operations((HERE / "samples" / f"{role}.graphql").read_text("utf-8")) for role in ROLES}


@cache
def lookup() -> str:
    """The query whose aliases are the samples' variables; each finds one row with the id to use."""
    return (HERE / "samples" / "lookup.graphql").read_text("utf-8")


@cache
def welcome_query() -> str:
    """The query in GraphiQL's first tab."""
    return (HERE / "samples" / "welcome.graphql").read_text("utf-8")


def _operations(text: str) -> list[str]:
    """Each operation with the comment that stands above it."""
    ends = [definition.loc.end for definition in parse(text).definitions if definition.loc]
    return [text[start:end].strip() + "\n" for start, end in zip([0, *ends], ends, strict=False)]
