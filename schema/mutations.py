"""Root mutation fields: read the input, run the command, answer its payload. Nullable, so that one that fails hides no other."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import strawberry
from strawberry.utils.str_converters import to_camel_case

from models.catalogue import Entity
from models.db.row import Row
from resolvers.ctx import Ctx
from resolvers.errors import NotFound
from resolvers.inputs import Input
from schema.ids import read_id
from schema.inputs import input_type, read_input, spelled
from schema.naming import type_named
from schema.signature import field_with

Command = Callable[..., Awaitable[Row]]


@strawberry.type(description="What was deleted.")
class DeletedPayload:
    """The answer of a deletion."""

    id: strawberry.ID = strawberry.field(description="The id of the row that is gone.")


def creation(of: Entity, command: Command, model: type[Input]) -> Any:
    """`createContact(input: CreateContactInput!): ContactPayload`."""
    made = input_type(model, f"Create{of.name.title()}Input")

    async def resolve(info: strawberry.Info, **given: Any) -> Any:
        return await _run(info, of, lambda ctx: command(ctx, read_input(model, given["input"])))

    return field_with(resolve, {"input": (made, "What to create.")}, _payload(of), (command.__doc__ or "").strip())


def change(of: Entity, command: Command, model: type[Input]) -> Any:
    """`updateContact(id: ID!, input: UpdateContactInput!): ContactPayload`."""
    made = input_type(model, f"Update{of.name.title()}Input")

    async def resolve(info: strawberry.Info, **given: Any) -> Any:
        row_id = read_id(given["id"], "id")
        return await _run(info, of, lambda ctx: command(ctx, row_id, read_input(model, given["input"])))

    arguments = {"id": (strawberry.ID, f"The {of.name} to change."), "input": (made, "What to change; what is not sent stays.")}
    return field_with(resolve, arguments, _payload(of), (command.__doc__ or "").strip())


def creation_under(of: Entity, command: Command, model: type[Input], *, name: str, parent: tuple[str, str]) -> Any:
    """`sendMessage(conversationId: ID!, input: SendMessageInput!): MessagePayload`; `parent` is the id's name and description."""
    made = input_type(model, name)
    parent_name, said = parent

    async def resolve(info: strawberry.Info, **given: Any) -> Any:
        parent_id = read_id(given[parent_name], to_camel_case(parent_name))
        return await _run(info, of, lambda ctx: command(ctx, parent_id, read_input(model, given["input"])))

    arguments = {parent_name: (strawberry.ID, said), "input": (made, "What to create.")}
    return field_with(resolve, arguments, _payload(of), (command.__doc__ or "").strip())


def deletion(of: Entity, command: Command) -> Any:
    """`deleteContact(id: ID!): DeletedPayload`."""

    async def resolve(info: strawberry.Info, **given: Any) -> Any:
        ctx: Ctx = info.context
        ctx.loaders.clear()
        row = await command(ctx, read_id(given["id"], "id"))
        return DeletedPayload(id=strawberry.ID(str(row.id)))

    arguments = {"id": (strawberry.ID, f"The {of.name} to delete.")}
    return field_with(resolve, arguments, DeletedPayload | None, (command.__doc__ or "").strip())


def action(of: Entity, command: Command, **arguments: tuple[Any, str]) -> Any:
    """Any other verb: arguments ending in `id` are read as ids, the rest is handed on as it came."""

    async def resolve(info: strawberry.Info, **given: Any) -> Any:
        read = [_read(name, value) for name, value in given.items()]
        return await _run(info, of, lambda ctx: command(ctx, *read))

    return field_with(resolve, arguments, _payload(of), (command.__doc__ or "").strip())


def _read(name: str, value: Any) -> UUID | Any:
    return read_id(value, name) if name.endswith("id") else value


async def _run(info: strawberry.Info, of: Entity, run: Callable[[Ctx], Awaitable[Row]]) -> Any:
    ctx: Ctx = info.context
    # The payload shows the row, so whether the caller may read it is settled before anything is written.
    ctx.require({of.read_scope})
    # What an earlier mutation of the same document loaded may be stale after this one.
    ctx.loaders.clear()
    try:
        row = await run(ctx)
    except NotFound as error:
        raise spelled(error) from None
    return PAYLOADS[of.name](**{of.name: row})


def _payload(of: Entity) -> Any:
    return type_named(of.name, "Payload") | None


PAYLOADS: dict[str, Any] = {}
