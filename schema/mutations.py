"""Root mutation fields: read the input, run the command, answer its payload. Nullable, so that one that fails hides no other."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

import strawberry
from strawberry.utils.str_converters import to_camel_case

from models.catalogue import Entity
from models.db.row import Row
from resolvers.ctx import Ctx
from resolvers.errors import NotFound
from resolvers.inputs import Input
from schema.cost import WRITE
from schema.declared import Change, declare
from schema.ids import read_id
from schema.inputs import input_type, read_input, spelled
from schema.naming import type_named
from schema.signature import field_with

Command = Callable[..., Awaitable[Row]]
Given = dict[str, Any]


@strawberry.type(description="What was deleted.")
class DeletedPayload:
    """The answer of a deletion."""

    id: strawberry.ID = strawberry.field(description="The id of the row that is gone.")


def creation(of: Entity, command: Command, model: type[Input]) -> Any:
    """`createContact(input: CreateContactInput!): ContactPayload`."""
    made = input_type(model, f"Create{of.name.title()}Input")

    async def run(ctx: Ctx, given: Given) -> Row:
        return await command(ctx, read_input(model, given["input"]))

    return _mutation(Change(of, run), {"input": (made, "What to create.")}, command)


def change(of: Entity, command: Command, model: type[Input]) -> Any:
    """`updateContact(id: ID!, input: UpdateContactInput!): ContactPayload`."""
    made = input_type(model, f"Update{of.name.title()}Input")

    async def run(ctx: Ctx, given: Given) -> Row:
        return await command(ctx, read_id(given["id"], "id"), read_input(model, given["input"]))

    arguments = {"id": (strawberry.ID, f"The {of.name} to change."), "input": (made, "What to change; what is not sent stays.")}
    return _mutation(Change(of, run), arguments, command)


def creation_under(of: Entity, command: Command, model: type[Input], *, name: str, parent: tuple[str, str]) -> Any:
    """`sendMessage(conversationId: ID!, input: SendMessageInput!): MessagePayload`; `parent` is the id's name and description."""
    made = input_type(model, name)
    parent_name, said = parent

    async def run(ctx: Ctx, given: Given) -> Row:
        return await command(ctx, read_id(given[parent_name], to_camel_case(parent_name)), read_input(model, given["input"]))

    arguments = {parent_name: (strawberry.ID, said), "input": (made, "What to create.")}
    return _mutation(Change(of, run), arguments, command)


def deletion(of: Entity, command: Command) -> Any:
    """`deleteContact(id: ID!): DeletedPayload`."""

    async def run(ctx: Ctx, given: Given) -> Row:
        return await command(ctx, read_id(given["id"], "id"))

    return _mutation(Change(of, run, shows=False), {"id": (strawberry.ID, f"The {of.name} to delete.")}, command)


def action(of: Entity, command: Command, **arguments: tuple[Any, str]) -> Any:
    """Any other verb: arguments ending in `id` are read as ids, the rest is handed on as it came, None for what was left out."""

    async def run(ctx: Ctx, given: Given) -> Row:
        return await command(ctx, *(_read(name, given.get(name)) for name in arguments))

    return _mutation(Change(of, run), arguments, command)


def _read(name: str, value: Any) -> UUID | Any:
    return read_id(value, name) if name.endswith("id") else value


def _mutation(of: Change, arguments: Mapping[str, tuple[Any, str]], command: Command) -> Any:
    entity = of.entity

    async def resolve(info: strawberry.Info, **given: Any) -> Any:
        row = await perform(info.context, of, given)
        return PAYLOADS[entity.name](**{entity.name: row}) if of.shows else DeletedPayload(id=strawberry.ID(str(row.id)))

    returns = type_named(entity.name, "Payload") | None if of.shows else DeletedPayload | None
    return field_with(declare(resolve, of), arguments, returns, (command.__doc__ or "").strip(), (WRITE,))


async def perform(ctx: Ctx, of: Change, given: Given) -> Row:
    """Run a mutation's command; the row as it was stored (or as it was before it was deleted)."""
    if of.shows:
        # The payload shows the row, so whether the caller may read it is settled before anything is written.
        ctx.require({of.entity.read_scope})
    # What an earlier mutation of the same document loaded may be stale after this one.
    ctx.loaders.clear()
    try:
        return await of.run(ctx, given)
    except NotFound as error:
        raise spelled(error) from None


PAYLOADS: dict[str, Any] = {}
