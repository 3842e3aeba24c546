"""F19: another company's ids, values and cursors, everywhere. Generated from the schema and from OpenAPI, so that nothing new escapes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import asyncpg
import pytest
from sqlalchemy import Table, select

from app import Parley
from schema.engine import Engine
from schema.http import GraphQLDoor
from tests.contracts import attacks_graphql, attacks_lists, attacks_rest
from tests.contracts.drive import Drive
from tests.contracts.planting import TABLES, Planted, fingerprint
from tests.contracts.rest_walk import served
from tests.contracts.test_live_isolation import fields, live_document, subjects

Record = Callable[[str, object], None]


@contextmanager
def another_door(app: Parley, door: GraphQLDoor) -> Iterator[None]:
    """The application is the whole process's: its own door comes back at the end."""
    branch = app.dispatcher._root.named["graphql"]
    kept, branch.handlers = branch.handlers, dict.fromkeys(("GET", "POST"), door.respond)
    try:
        yield
    finally:
        branch.handlers = kept


@pytest.mark.parametrize("planning", [True, False], ids=["planned", "executed"])
async def test_no_graphql_operation_reaches_another_company(
    planning: bool,
    app: Parley,
    victim: Planted,
    attacker: Planted,
    superuser: asyncpg.Connection,
    record_property: Record,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = await fingerprint(superuser, victim.tenant.company_id)
    # Every edge three deep, twenty rows a page, may cost more than an operation is allowed to.
    settings = app.services.settings.model_copy(update={"graphql_max_cost": 1_000_000})
    door = GraphQLDoor(settings, Engine.of(settings, app.services.budgets, planning=planning))
    drive = Drive(attacker, victim)
    with another_door(app, door):
        await attacks_graphql.read_everything(drive)
        await attacks_graphql.read_by_id(drive)
        await attacks_lists.filter_everything(drive)
        await attacks_lists.order_everything(drive)
        await attacks_graphql.write_everything(drive)
    record_property("generated GraphQL calls", drive.calls)
    assert drive.violations == []
    assert drive.coverage.missing() == set()
    logged = capsys.readouterr().out
    assert [text for text in victim.texts.values() if text in logged] == []
    assert await fingerprint(superuser, victim.tenant.company_id) == before


async def test_no_rest_request_reaches_another_company(
    app: Parley, victim: Planted, attacker: Planted, superuser: asyncpg.Connection, record_property: Record
) -> None:
    before = await fingerprint(superuser, victim.tenant.company_id)
    document = app.openapi()
    drive = Drive(attacker, victim)
    await attacks_rest.request_everything(drive, document)
    record_property("generated REST calls", drive.calls)
    assert drive.violations == []
    assert drive.operations == {(method.upper(), path) for path, each in document["paths"].items() for method in each}
    assert await fingerprint(superuser, victim.tenant.company_id) == before


def test_nothing_is_served_that_this_file_does_not_drive(app: Parley) -> None:
    documented = {(method.upper(), path) for path, each in app.openapi()["paths"].items() for method in each}
    others = {(method, path) for method, path in served(app) if method != "HEAD"} - documented
    pages = {("GET", path) for path in ("/", "/docs", "/openapi.json", "/health/live", "/health/ready")}
    # A link is all that its path takes: tests/knowledge/test_links.py drives it.
    assert others == pages | {("GET", "/graphql"), ("POST", "/graphql"), ("GET", "/files/{link}")}


async def test_subscriptions_answer_nothing_over_plain_http(attacker: Planted) -> None:
    """What they tell over sockets and event streams is driven by test_live_isolation.py."""
    for name in fields():
        given = {each: str(attacker.ids["conversations"]) for each in subjects(name)}
        answer = await attacker.tenant.graphql(live_document(name), **given)
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["SUBSCRIPTION_NOT_SUPPORTED"]
        assert answer.get("data") is None


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
async def test_without_any_filter_of_the_application_no_row_of_another_company_is_there(
    table: Table, victim: Planted, attacker: Planted
) -> None:
    ctx = attacker.tenant.ctx()
    assert {row[0] for row in await ctx.db.records(select(table.c.id))} == attacker.rows(table.name)
    async with ctx.db.transaction():
        assert {row[0] for row in await ctx.db.execute(select(table.c.id))} == attacker.rows(table.name)
