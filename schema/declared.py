"""What a resolver declares beside itself, so that the planner can answer its field without calling the executor."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from graphql import GraphQLField

from models.catalogue import Entity
from models.db.row import Row
from resolvers.ctx import Ctx
from resolvers.event_log import Recorded


@dataclass(frozen=True, slots=True)
class Root:
    """Rows from a resolver, which takes a listing, or an id when `single`."""

    entity: Entity
    resolver: Callable[..., Any]
    single: bool


@dataclass(frozen=True, slots=True)
class Own:
    """One row that the caller need not name, and that takes no scope."""

    entity: Entity
    resolver: Callable[[Ctx], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class ById:
    """Rows of whichever entity the ids belong to; `read` takes the field's arguments and gives the ids."""

    read: Callable[[dict[str, Any]], list[UUID]]
    many: bool


@dataclass(frozen=True, slots=True)
class Fact:
    """A value that the context knows: nothing is awaited."""

    read: Callable[[Ctx], Any]


@dataclass(frozen=True, slots=True)
class Parts:
    """An object that is no row; each of its fields is declared on its own."""


@dataclass(frozen=True, slots=True)
class Change:
    """A command. `run` takes the field's arguments; `shows` says whether the payload shows the row or just its id."""

    entity: Entity
    run: Callable[[Ctx, dict[str, Any]], Awaitable[Row]]
    shows: bool = True


@dataclass(frozen=True, slots=True)
class Subject:
    """The row that a live event is about, or null once it is gone."""

    entity: Entity


@dataclass(frozen=True, slots=True)
class Live:
    """A subscription field. `takes` the field's arguments and gives the test of an event; `filtered` if it takes a filter.

    `scope` is what it takes to listen, `subject` the entity of the row that its events show, if they show one.
    """

    scope: str
    takes: Callable[[dict[str, Any]], Callable[[Recorded], bool]]
    subject: Entity | None = None
    filtered: bool = False


Declared = Root | Own | ById | Fact | Parts | Change | Subject | Live
KINDS = (Root, Own, ById, Fact, Parts, Change, Subject, Live)


def declare(resolve: Callable[..., Any], declared: Declared) -> Callable[..., Any]:
    """Note a declaration on its resolver."""
    resolve.planned = declared  # type: ignore[attr-defined]  # read by `declaration`
    return resolve


def declaration(field: GraphQLField) -> Declared | None:
    """What the field's resolver declares; None when only the executor can answer it."""
    definition = field.extensions.get("strawberry-definition")
    resolver = getattr(getattr(definition, "base_resolver", None), "wrapped_func", None)
    found = getattr(resolver, "planned", None)
    return found if isinstance(found, KINDS) else None
