"""Names of the GraphQL door: where a noun's types live, and enumerations in upper case."""

from enum import Enum
from functools import cache
from types import GenericAlias
from typing import Annotated, Any

import strawberry

PLURALS = {"company": "companies"}


def plural(noun: str) -> str:
    """The noun's plural, which is also its module's name."""
    return PLURALS.get(noun, f"{noun}s")


def type_named(noun: str, suffix: str = "") -> Any:
    """The GraphQL type of a noun (or its connection, by suffix), looked up when the schema is built."""
    name = f"{noun.title()}{suffix}"
    return Annotated[name, strawberry.lazy(f"schema.{plural(noun)}")]


def list_of(kind: Any) -> Any:
    """A list of a type that was made at import, which a type checker cannot write down."""
    return GenericAlias(list, (kind,))


@cache
def enum_type(values: type[Enum]) -> Any:
    """The enumeration, its values described by what they are stored as."""
    return strawberry.enum(values, description=(values.__doc__ or "").strip())
