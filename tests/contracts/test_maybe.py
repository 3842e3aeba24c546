"""Not sent differs from null: every field of every update, over both doors, one at a time."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import httpx2
import pytest
from graphql import get_named_type
from strawberry.utils.str_converters import to_snake_case

from app import Parley
from tests.contracts.attacks_graphql import table_of
from tests.contracts.drive import ids_of
from tests.contracts.graphql_walk import GRAPHQL, Sampler, document, root
from tests.contracts.planting import Planted
from tests.contracts.rest_walk import Walk
from tests.contracts.rows import UNREAD, changed, entity_of, stored

# What the database or a rule keeps true by itself when another column changes.
FOLLOWS = {"updated_at"} | UNREAD
ALSO_CHANGED = {"status": {"ended_at"}, "markAsRead": {"metadata"}, "reaction": {"metadata"}}
# Fields that are not columns: null takes a reaction away, which there may be none of.
VERBS = {"reaction"}


@dataclass(frozen=True)
class Update:
    """One update of one row: sends these fields and gives the answer's refused paths, empty when it was accepted."""

    table: str
    row_id: UUID
    fields: dict[str, Any]
    prefix: str
    send: Callable[[dict[str, Any]], Awaitable[list[str]]]


def graphql_updates(attacker: Planted) -> list[Update]:
    """Every mutation that takes an `Update...Input`."""
    found: list[Update] = []
    for name, field in root("mutation").items():
        values = Sampler(ids_of(attacker, table_of(name))).arguments(field)
        if name.startswith("update"):

            async def send(fields: dict[str, Any], name: str = name, values: dict[str, Any] = values) -> list[str]:
                return refused(await attacker.tenant.graphql_response(document("mutation", name), **(values | {"input": fields})))

            found.append(Update(table_of(name), attacker.ids[table_of(name)], values["input"], "input.", send))
    return found


def rest_updates(app: Parley, attacker: Planted) -> list[Update]:
    """Every PATCH."""
    found: list[Update] = []
    for request in Walk(app.openapi(), ids_of(attacker, "contacts")).requests():
        if request.method == "PATCH":

            async def send(fields: dict[str, Any], url: str = request.url) -> list[str]:
                return refused(await attacker.tenant.rest("PATCH", url, json=fields))

            found.append(Update(request.noun, attacker.ids[request.noun], request.sent["body"], "", send))
    return found


def refused(answer: httpx2.Response) -> list[str]:
    """The paths that an answer refuses."""
    body = answer.json()
    details = body["errors"][0]["extensions"] if "errors" in body else body.get("details", {})
    assert (answer.status_code < 300) or details, answer.text
    return [issue["path"] for issue in details.get("issues", [])]


async def test_an_update_changes_the_one_field_that_was_sent(app: Parley, attacker: Planted, superuser: asyncpg.Connection) -> None:
    for update in [*graphql_updates(attacker), *rest_updates(app, attacker)]:
        for field, value in update.fields.items():
            before = await stored(superuser, update.table, update.row_id)
            assert await update.send({field: value}) == []
            after = await stored(superuser, update.table, update.row_id)
            assert changed(before, after) <= {to_snake_case(field)} | FOLLOWS | ALSO_CHANGED.get(field, set()), field


async def nulled(update: Update, field: str, superuser: asyncpg.Connection) -> tuple[list[str], dict[str, Any], dict[str, Any]]:
    """What an update to null refuses, and the row before and after; before it the field has a value."""
    await update.send({field: update.fields[field]})
    before = await stored(superuser, update.table, update.row_id)
    return await update.send({field: None}), before, await stored(superuser, update.table, update.row_id)


def may_be_null(update: Update, field: str) -> bool:
    """Whether the field's column takes NULL."""
    columns = entity_of(update.table).table.c
    return to_snake_case(field) in columns and bool(columns[to_snake_case(field)].nullable)


async def test_an_update_with_null_clears_what_may_be_null(app: Parley, attacker: Planted, superuser: asyncpg.Connection) -> None:
    cleared: set[str] = set()
    for update in [*graphql_updates(attacker), *rest_updates(app, attacker)]:
        for field in filter(lambda name: may_be_null(update, name), update.fields):
            paths, _, after = await nulled(update, field, superuser)
            assert (paths, after[to_snake_case(field)]) == ([], None), field
            cleared.add(f"{update.table}.{to_snake_case(field)}")
    assert {"agents.description", "contacts.email", "deals.value", "deals.contact_id", "conversations.agent_id"} <= cleared


@pytest.mark.parametrize("door", ["rest", "graphql"])
async def test_an_update_with_null_is_refused_where_there_must_be_a_value(
    door: str, app: Parley, attacker: Planted, superuser: asyncpg.Connection
) -> None:
    for update in graphql_updates(attacker) if door == "graphql" else rest_updates(app, attacker):
        for field in update.fields:
            if not may_be_null(update, field) and field not in VERBS:
                paths, before, after = await nulled(update, field, superuser)
                assert (paths, after) == ([update.prefix + field], before), field


async def test_an_update_of_nothing_is_refused_and_changes_nothing(app: Parley, attacker: Planted, superuser: asyncpg.Connection) -> None:
    for update in [*graphql_updates(attacker), *rest_updates(app, attacker)]:
        before = await stored(superuser, update.table, update.row_id)
        assert await update.send({}) != []
        assert await stored(superuser, update.table, update.row_id) == before


def test_every_update_input_is_walked(attacker: Planted) -> None:
    named = {name for name in GRAPHQL.type_map if name.startswith("Update") and name.endswith("Input")}
    mutations = [field for name, field in root("mutation").items() if name.startswith("update")]
    assert {get_named_type(field.args["input"].type).name for field in mutations} == named
    assert len(graphql_updates(attacker)) == len(named)
