"""Subscription fields, declared from the nouns: what a subscriber is told of, and what each event shows."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import strawberry
from strawberry.utils.str_converters import to_camel_case

from models.catalogue import Entity
from models.columns import now
from resolvers.ctx import Ctx
from resolvers.errors import BadRequest
from resolvers.event_log import Recorded, newest_place
from schema import scalars
from schema.declared import Fact, Live, Subject, declare
from schema.filters import filter_name
from schema.ids import read_id
from schema.naming import list_of, type_named
from schema.signature import field_with

AFTER = (str | None, "Go on after the event with this cursor; without it, from now on.")
MOST_TYPES = 50
Test = Callable[[Recorded], bool]


def _event(ctx: Ctx) -> Recorded:
    assert ctx.event is not None
    return ctx.event


def _fact(read: Callable[[Recorded], Any], returns: Any, said: str) -> Any:
    def of_context(ctx: Ctx) -> Any:
        return read(_event(ctx))

    def resolve(info: strawberry.Info) -> Any:
        return of_context(info.context)

    return field_with(declare(resolve, Fact(of_context)), {}, returns, said)


def _common() -> dict[str, Any]:
    return {
        "cursor": _fact(lambda event: event.cursor, str, "Where this event stands; `after` resumes behind it."),
        "type": _fact(lambda event: event.type, str, "What happened, such as contact.updated."),
        "occurred_at": _fact(lambda event: event.created_at, scalars.DateTime, "When it happened."),
    }


def event_type(of: Entity) -> Any:
    """`ContactEvent`: what happened to a contact, and the contact as it is now."""

    async def resolve(root: Any, info: strawberry.Info) -> Any:
        raise RuntimeError("live events are answered by the planner alone")

    row = field_with(declare(resolve, Subject(of)), {}, type_named(of.name) | None, f"The {of.name} as it is now; null once it is gone.")
    row_id = _fact(lambda event: str(event.entity_id), strawberry.ID, f"The {of.name}'s id.")
    members = _common() | {"id": row_id, of.name: row, "__module__": f"schema.{of.table.name}"}
    return strawberry.type(type(f"{of.name.title()}Event", (), members), description=f"Something that happened to a {of.name}.")


@strawberry.type(description="Anything that happened.")
class LogEvent:
    """One event of the log, as it was written."""

    cursor = _common()["cursor"]
    type = _common()["type"]
    occurred_at = _common()["occurred_at"]
    id = _fact(lambda event: str(event.id), strawberry.ID, "Identifier (UUID) of the event.")
    entity = _fact(lambda event: event.entity, str, "The kind of row it is about, such as contact.")
    entity_id = _fact(lambda event: str(event.entity_id), strawberry.ID, "The row it is about.")
    actor_id = _fact(lambda event: event.actor_id and str(event.actor_id), strawberry.ID | None, "The user who caused it, if one did.")
    payload = _fact(lambda event: event.payload, scalars.JSON, "What a reader needs to know besides.")


def subscription(live: Live, arguments: dict[str, tuple[Any, str]], returns: Any, said: str) -> Any:
    """A field of `Subscription`; `after` is added."""

    async def resolve(info: strawberry.Info, **given: Any) -> Any:
        raise RuntimeError("subscriptions are answered over sockets and server-sent events")

    return field_with(declare(resolve, live), arguments | {"after": AFTER}, returns, said)


def of_one(of: Entity, argument: str, key: str, *verbs: str, said: str) -> Any:
    """Events of one row, or of the rows under it: `key` is what of an event has to equal the id that is given."""
    types = {f"{of.name}.{verb}" for verb in verbs}

    def takes(given: dict[str, Any]) -> Test:
        wanted = read_id(given[argument], to_camel_case(argument))
        return lambda event: (not types or event.type in types) and event.entity == of.name and _key(event, key) == wanted

    live = Live(of.read_scope, takes, of)
    return subscription(live, {argument: (strawberry.ID, "Its id.")}, type_named(of.name, "Event"), said)


def _key(event: Recorded, key: str) -> UUID | None:
    if key == "id":
        return event.entity_id
    found = event.payload.get(key)
    return UUID(found) if found else None


def of_many(of: Entity, said: str) -> Any:
    """Every event of a noun; with a filter, those whose row meets it when it is told."""

    def takes(_given: dict[str, Any]) -> Test:
        return lambda event: event.entity == of.name

    arguments = {"filter": (filter_name(of.name) | None, f"Only {of.table.name} that match, as they are when the event is told.")}
    return subscription(Live(of.read_scope, takes, of, filtered=True), arguments, type_named(of.name, "Event"), said)


def _types(given: dict[str, Any]) -> Test:
    wanted = given.get("types")
    if wanted is not None and len(wanted) > MOST_TYPES:
        raise BadRequest.field("types", f"has {len(wanted)} elements; at most {MOST_TYPES} are taken")
    chosen = None if wanted is None else frozenset(wanted)
    return lambda event: chosen is None or event.type in chosen


async def _event_cursor(info: strawberry.Info) -> Any:
    return (await newest_place(info.context)).cursor(now())


QUERIES = {
    "event_cursor": field_with(
        _event_cursor,
        {},
        str | None,
        "Where the event log stands. Ask for it first, then for what you show, and give it as `after`: nothing falls in between.",
    )
}

SUBSCRIPTIONS = {
    "events": subscription(
        Live("events:read", _types),
        {"types": (list_of(str) | None, "Only these types, such as contact.created; all unless said.")},
        LogEvent,
        "Everything that happens.",
    )
}
