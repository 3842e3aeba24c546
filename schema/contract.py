"""The contract with front ends: what changed between two schemas, which changes break clients, what deprecations have to say."""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import httpx2
import orjson
from graphql import (
    GraphQLError,
    GraphQLSchema,
    build_client_schema,
    build_schema,
    find_breaking_changes,
    find_dangerous_changes,
    get_introspection_query,
    lexicographic_sort_schema,
    print_schema,
)

from schema.usage import coordinates

SUCCESSOR = re.compile(r"\bUse `([\w.]+)`")
# Directives on fields are not part of what introspection tells, so they are left out on both sides.
QUERY = get_introspection_query(
    descriptions=True,
    specified_by_url=True,
    directive_is_repeatable=True,
    schema_description=True,
    input_value_deprecation=True,
    one_of=True,
)


class ContractError(Exception):
    """A server that cannot be asked about its schema; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How a second schema differs from a first: changes that break clients, changes that may, and the definitions' lines."""

    breaking: tuple[str, ...]
    dangerous: tuple[str, ...]
    lines: tuple[str, ...]

    @classmethod
    def of(cls, first: GraphQLSchema, second: GraphQLSchema, names: tuple[str, str] = ("before", "after")) -> "Difference":
        """Compare two schemas; the order of their definitions does not count."""
        before, after = (print_schema(lexicographic_sort_schema(each)).splitlines() for each in (first, second))
        lines = difflib.unified_diff(before, after, *names, n=2, lineterm="")
        return cls(
            tuple(sorted(change.description for change in find_breaking_changes(first, second))),
            tuple(sorted(change.description for change in find_dangerous_changes(first, second))),
            tuple(lines),
        )

    def __bool__(self) -> bool:
        return bool(self.lines)

    def __str__(self) -> str:
        named = [f"breaking   {each}" for each in self.breaking] + [f"dangerous  {each}" for each in self.dangerous]
        return "\n".join((*named, *self.lines))


def promises_broken(released: str, now: str, decisions: Sequence[str]) -> list[str]:
    """What one SDL promised and another does not keep, and what to do: changes that no decision names, lone deprecations."""
    before, after = build_schema(released), build_schema(now)
    undecided = [
        f"{change} Keep it, or decide so: name this change, word for word, in docs/decisions"
        for change in unrecorded(before, after, decisions)
    ]
    return undecided + [
        f"{each} is deprecated and names no successor; say what to use instead, as in: Use `name`" for each in without_successor(after)
    ]


def unrecorded(before: GraphQLSchema, after: GraphQLSchema, decisions: Sequence[str]) -> list[str]:
    """The changes that break clients and that no decision names, word for word."""
    changes = sorted(change.description for change in find_breaking_changes(before, after))
    return [change for change in changes if not any(change in text for text in decisions)]


def without_successor(schema: GraphQLSchema) -> list[str]:
    """What is deprecated without naming, as in "Use `Contact.phones`" or "Use `phones`", a part that is there to stay."""
    known = coordinates(schema)
    return sorted(name for name, reason in known.items() if reason is not None and not _names_successor(name, reason, known))


def _names_successor(coordinate: str, reason: str, known: Mapping[str, str | None]) -> bool:
    named = SUCCESSOR.search(reason)
    if named is None:
        return False
    of, _, argument = coordinate.partition("(")
    beside = f"{of}({named[1]}:)" if argument else f"{coordinate.partition('.')[0]}.{named[1]}"
    return any(each in known and known[each] is None for each in (beside, named[1]))


def introspected(url: str, token: str = "") -> GraphQLSchema:
    """The schema of a running server; raises `ContractError`."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        answer = httpx2.post(url, json={"query": QUERY}, headers=headers, timeout=30)
        body = orjson.loads(answer.content)
        return build_client_schema(body["data"])
    except httpx2.HTTPError as error:
        raise ContractError(f"{url} does not answer: {error or type(error).__name__}. Is the server running there?") from None
    except (orjson.JSONDecodeError, KeyError, TypeError, GraphQLError):
        said = f"{url} does not tell its schema (status {answer.status_code}); perhaps it needs a --token: {answer.text[:200]}"
        raise ContractError(said) from None
