"""F24: no input names what its caller may not write, and what is sent all the same is not stored."""

from typing import Any
from uuid import uuid4

import asyncpg
import httpx2
import pytest
from strawberry.utils.str_converters import to_camel_case, to_snake_case

from app import Parley
from tests.contracts.attacks_graphql import table_of
from tests.contracts.drive import ids_of
from tests.contracts.graphql_walk import GRAPHQL, Sampler, document, root
from tests.contracts.inputs import mutation_inputs, tenant_fields
from tests.contracts.planting import Planted, fingerprint
from tests.contracts.rest_walk import Request, Walk
from tests.contracts.rows import UNREAD, changed, entity_of, ids, stored

IDENTITY = {"company_id", "id", "created_at", "updated_at", "started_at"}
KEPT = {"message_count", "last_message_at", "slug", "public_api_key", "role", "sender_type", "user_id", "subscription_tier"}
NEVER = frozenset(IDENTITY | KEPT | UNREAD | {"summary", "summary_updated_at", "summary_message_count"})
FORGED: dict[str, Any] = dict.fromkeys(NEVER, "forged") | {
    "id": "11111111-1111-4111-8111-111111111111",
    "created_at": "2001-01-01T00:00:00Z",
    "updated_at": "2001-01-01T00:00:00Z",
    "started_at": "2001-01-01T00:00:00Z",
    "message_count": 987654,
    "role": "owner",
    "sender_type": "agent",
    "subscription_tier": "enterprise",
}


def test_no_mutation_input_names_a_company() -> None:
    assert tenant_fields(GRAPHQL) == []


@pytest.mark.parametrize("name", mutation_inputs(GRAPHQL))
def test_no_mutation_input_names_what_is_not_the_callers_to_write(name: str) -> None:
    assert {to_snake_case(field) for field in mutation_inputs(GRAPHQL)[name].fields} & NEVER == set()


@pytest.mark.parametrize("field", sorted(NEVER))
async def test_a_mutation_with_a_field_that_its_input_lacks_is_refused_whole(
    field: str, attacker: Planted, superuser: asyncpg.Connection
) -> None:
    before = await fingerprint(superuser, attacker.tenant.company_id)
    for name, each in root("mutation").items():
        sent = Sampler(ids_of(attacker, table_of(name))).arguments(each)
        if "input" in sent:
            sent["input"] |= {to_camel_case(field): FORGED[field]}
            answer = await attacker.tenant.graphql_response(document("mutation", name), **sent)
            assert (answer.status_code, list(answer.json())) == (400, ["errors"])
    assert await fingerprint(superuser, attacker.tenant.company_id) == before


async def test_no_rest_body_documents_what_is_not_the_callers_to_write(app: Parley, attacker: Planted) -> None:
    walk = Walk(app.openapi(), ids_of(attacker, "contacts"))
    bodies = {request.name: set(request.sent["body"]) for request in walk.requests() if request.sent["body"]}
    assert bodies
    assert {name: fields & NEVER for name, fields in bodies.items() if fields & NEVER} == {}


async def test_what_a_rest_body_says_besides_is_not_stored(
    app: Parley, attacker: Planted, victim: Planted, superuser: asyncpg.Connection
) -> None:
    before = await fingerprint(superuser, victim.tenant.company_id)
    for request in Walk(app.openapi(), ids_of(attacker, "contacts")).requests():
        if request.sent["body"]:
            await check(request, forged(request, victim), attacker, superuser)
    assert await fingerprint(superuser, victim.tenant.company_id) == before


def forged(request: Request, victim: Planted) -> dict[str, Any]:
    """Everything of the row that the body does not name, and what no row has."""
    columns = {column.name for column in entity_of(request.noun).table.c} - set(request.sent["body"])
    extra = FORGED | {"company_id": str(victim.tenant.company_id), "id": str(uuid4())}
    kept = {name: value for name, value in extra.items() if name not in request.sent["body"]}
    return dict.fromkeys(columns - set(kept), "forged") | kept | {to_camel_case(name): value for name, value in kept.items()}


async def check(request: Request, extra: dict[str, Any], attacker: Planted, superuser: asyncpg.Connection) -> None:
    """Send the body with the extra keys: nothing of what they say is in the row, and nobody else's row is new."""
    table = entity_of(request.noun).table.name
    known, before = await ids(superuser, table), await stored(superuser, table, attacker.ids[table])
    answer: httpx2.Response = await attacker.tenant.rest(request.method, request.url, json=request.sent["body"] | extra)
    assert answer.status_code in {200, 201}, answer.text
    made = await ids(superuser, table) - known
    # A search is a POST that makes nothing.
    assert len(made) == (answer.status_code == 201)
    row = await stored(superuser, table, next(iter(made), attacker.ids[table]))
    assert row["company_id"] == attacker.tenant.company_id
    assert [name for name in row if name in extra and str(row[name]) == str(extra[name])] == []
    assert [name for name, value in row.items() if "forged" in str(value) or "2001" in str(value) or value == 987654] == []
    if request.method == "PATCH":
        assert changed(before, row) - UNREAD - {"updated_at", "metadata"} <= set(request.sent["body"])
