"""Events: what each command tells, written in its own transaction or not at all."""

from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy import select

from models.contact import CONTACT
from models.db.row import Row
from models.event import EVENTS
from resolvers import contacts, deals
from resolvers.contacts import ContactPatch, NewContact
from resolvers.ctx import Ctx, command
from resolvers.deals import DealPatch, NewDeal
from resolvers.errors import Forbidden, NotFound
from resolvers.events import happened
from tests.resolvers.log import events, types
from tests.tenant import Tenant


@command("contacts:write")
async def make_two(ctx: Ctx, second: dict[str, Any]) -> Row:
    """Two commands in one: they join the outer transaction."""
    first = await contacts.create_contact(ctx, NewContact(email="first"))
    await contacts.update_contact(ctx, first.id, ContactPatch.model_validate(second))
    return first


@command("contacts:write")
async def tell_and_fail(ctx: Ctx) -> None:
    """An event, and then a row that cannot be."""
    contact = await contacts.create_contact(ctx, NewContact(email="a"))
    ctx.emit(happened(contact, "told"))
    await ctx.db.insert(CONTACT, {"id": contact.id})


async def test_creating_changing_and_deleting_are_told_in_order(acme: Tenant) -> None:
    contact = await acme.contact()
    await acme.rest("PATCH", f"/api/crm/contacts/{contact['id']}", json={"phone": "1", "first_name": "Ada"})
    await acme.rest("DELETE", f"/api/crm/contacts/{contact['id']}")
    assert await events(acme) == [
        ("contact.created", contact["id"], {"source": "api"}),
        ("contact.updated", contact["id"], {"fields_changed": ["first_name", "phone"]}),
        ("contact.deleted", contact["id"], {}),
    ]


async def test_an_event_names_its_actor_and_company(acme: Tenant) -> None:
    await acme.contact()
    columns = (EVENTS.c.actor_id, EVENTS.c.company_id, EVENTS.c.entity)
    assert [tuple(row) for row in await acme.ctx().db.records(select(*columns))] == [(acme.user_id, acme.company_id, "contact")]


async def test_another_company_sees_none_of_them(acme: Tenant, rival: Tenant) -> None:
    await acme.contact()
    assert await events(rival) == []


async def test_a_deal_that_moves_tells_from_where_to_where(acme: Tenant) -> None:
    deal = await acme.deal(stage="lead")
    await acme.rest("PATCH", f"/api/crm/deals/{deal['id']}", json={"stage": "closed-won", "value": 5})
    assert await events(acme) == [
        ("deal.created", deal["id"], {"stage": "lead"}),
        ("deal.updated", deal["id"], {"fields_changed": ["stage", "value"]}),
        ("deal.stage_changed", deal["id"], {"from_stage": "lead", "to_stage": "closed-won"}),
    ]


@pytest.mark.parametrize("body", [{"stage": "lead"}, {"value": 5}])
async def test_a_deal_that_stays_tells_of_no_move(acme: Tenant, body: dict[str, Any]) -> None:
    deal = await acme.deal(stage="lead")
    await acme.rest("PATCH", f"/api/crm/deals/{deal['id']}", json=body)
    assert await types(acme) == ["deal.created", "deal.updated"]


async def test_a_conversation_tells_its_end_once(acme: Tenant) -> None:
    conversation = await acme.conversation()
    for _ in range(2):
        await acme.data("mutation ($id: ID!) { endConversation(id: $id) { conversation { id } } }", id=conversation["id"])
    assert await types(acme) == ["agent.created", "conversation.created", "conversation.updated", "conversation.ended"]


async def test_a_message_tells_its_conversation(acme: Tenant) -> None:
    conversation = await acme.conversation()
    message = await acme.message(conversation["id"])
    assert (await events(acme))[-1] == ("message.created", message["id"], {"conversation_id": conversation["id"]})


async def test_a_command_that_fails_leaves_neither_rows_nor_events(acme: Tenant) -> None:
    ctx = acme.ctx()
    with pytest.raises(asyncpg.UniqueViolationError):
        await tell_and_fail(ctx)
    assert (ctx.pending, ctx.depth) == ([], 0)
    assert await events(acme) == []
    assert (await acme.rest("GET", "/api/crm/contacts")).json()["total"] == 0


async def test_what_a_failed_command_told_is_not_told_by_the_next(acme: Tenant) -> None:
    ctx = acme.ctx()
    with pytest.raises(asyncpg.UniqueViolationError):
        await tell_and_fail(ctx)
    await contacts.create_contact(ctx, NewContact(email="b"))
    assert await types(acme) == ["contact.created"]


async def test_a_nested_command_joins_and_its_events_come_with_the_outermost(acme: Tenant) -> None:
    contact = await make_two(acme.ctx(), {"phone": "1"})
    assert await events(acme) == [
        ("contact.created", str(contact.id), {"source": "api"}),
        ("contact.updated", str(contact.id), {"fields_changed": ["phone"]}),
    ]


async def test_a_nested_command_that_fails_undoes_the_outer_one(acme: Tenant) -> None:
    with pytest.raises(asyncpg.DataError):
        await make_two(acme.ctx(), {"phone": "a\x00"})
    assert await events(acme) == []
    assert (await acme.rest("GET", "/api/crm/contacts")).json()["total"] == 0


@pytest.mark.parametrize("row_id", [UUID(int=0), uuid4()])
async def test_a_command_on_a_row_that_is_not_there_tells_nothing(acme: Tenant, row_id: UUID) -> None:
    ctx = acme.ctx()
    with pytest.raises(NotFound):
        await deals.update_deal(ctx, row_id, DealPatch(title="t"))
    assert await events(acme) == []


async def test_a_command_without_its_scope_does_nothing(acme: Tenant) -> None:
    ctx = acme.narrowed("deals:read").ctx()
    with pytest.raises(Forbidden):
        await deals.create_deal(ctx, NewDeal(title="t"))
    assert (ctx.db.statements, await events(acme)) == (0, [])
