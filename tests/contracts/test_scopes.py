"""Four callers at every door: nobody, one without the scope, another company's, and one who may. Generated from the schema and OpenAPI."""

from typing import Any

import asyncpg
import pytest
from graphql import GraphQLInputObjectType, get_named_type

from app import Parley
from models.catalogue import ENTITIES
from resolvers.principal import ROLE_SCOPES
from tests.contracts.attacks_graphql import noun_modules, table_of
from tests.contracts.attacks_lists import ListField, list_fields, table
from tests.contracts.drive import ids_of
from tests.contracts.graphql_walk import GRAPHQL, Sampler, bare, document, edges, is_connection, root
from tests.contracts.planting import Planted, fingerprint
from tests.contracts.rest_walk import Walk
from tests.contracts.rows import entity_of
from tests.tenant import Tenant

ALL = ROLE_SCOPES["owner"]
NODE = GRAPHQL.type_map["Node"]
NOUN_QUERIES = [name for name in root("query") if noun_modules("QUERIES")[name] not in {"viewer", "node", "rate_limit", "fields"}]
EDGES = [(of.name, name) for of in GRAPHQL.get_possible_types(NODE) for name in edges(of)]  # type: ignore[arg-type]  # it is the interface
MUTATIONS = sorted(root("mutation"), key=lambda name: name.startswith("delete"))


def without(tenant: Tenant, *scopes: str) -> Tenant:
    """The owner with a token that lacks these scopes."""
    return tenant.narrowed(*sorted(ALL - set(scopes)))


def sent(name: str, field: Any, planted: Planted) -> dict[str, Any]:
    """Valid arguments of a root field with the tenant's own ids."""
    connection = is_connection(get_named_type(field.type))
    return {"first": 5} if connection else Sampler(ids_of(planted, table_of(name))).arguments(field)


def forbidden(body: dict[str, Any]) -> list[tuple[list[Any], str, str]]:
    """Where an answer says FORBIDDEN, and which scope it names."""
    return [(each["path"], each["extensions"]["code"], each["extensions"].get("scope")) for each in body.get("errors", [])]


@pytest.mark.parametrize("name", NOUN_QUERIES)
async def test_a_query_without_the_scope_is_null_with_its_path_and_the_rest_is_there(name: str, attacker: Planted) -> None:
    field, scope = root("query")[name], entity_of(table_of(name)).read_scope
    given = sent(name, field, attacker)
    text = document("query", name, (), tuple(given))
    text = text.rstrip()[:-1] + " viewer { company { id } } }"
    body = await without(attacker.tenant, scope).graphql(text, **given)
    assert forbidden(body) == [([name], "FORBIDDEN", scope)]
    assert body["data"] == {name: None, "viewer": {"company": {"id": str(attacker.tenant.company_id)}}}
    assert forbidden(await attacker.tenant.graphql(text, **given)) == []


@pytest.mark.parametrize("by", ["node", "its own field"])
@pytest.mark.parametrize(("of", "name"), EDGES)
async def test_an_edge_without_the_scope_is_null_with_its_path_and_the_row_is_there(of: str, name: str, by: str, attacker: Planted) -> None:
    entity = ENTITIES[of.lower()]
    scope, own = entity.edges[name].target.read_scope, str(attacker.ids[entity.table.name])
    start, path = ("node", (of,)) if by == "node" or entity.name not in root("query") else (entity.name, ())
    text = document("query", start, (*path, name))
    row = (await attacker.tenant.data(document("query", start, path), id=own))[start]
    body = await without(attacker.tenant, scope).graphql(text, id=own)
    if scope == entity.read_scope:
        assert body["data"] == {start: None}
        return
    assert forbidden(body) == [([start, name], "FORBIDDEN", scope)]
    assert body["data"][start] == row | {name: None}


@pytest.mark.parametrize("noun", [noun for noun in ENTITIES if noun not in {"company", "user"}])
async def test_a_node_without_the_scope_is_as_if_it_were_not_there(noun: str, attacker: Planted) -> None:
    entity = ENTITIES[noun]
    own, caller = str(attacker.ids[entity.table.name]), without(attacker.tenant, entity.read_scope)
    body = await caller.graphql("query ($id: ID!) { node(id: $id) { id } nodes(ids: [$id]) { id } }", id=own)
    assert (body["data"], body.get("errors")) == ({"node": None, "nodes": [None]}, None)


def relations(listed: ListField) -> list[tuple[str, str, dict[str, Any]]]:
    """Every relation that a list can be filtered by, in every place of a filter: its name, the far scope, the filter."""
    of = listed.argument("filter")
    assert isinstance(of, GraphQLInputObjectType)
    found: list[tuple[str, str, dict[str, Any]]] = []
    for name, field in of.fields.items():
        inner = bare(field.type)
        if isinstance(inner, GraphQLInputObjectType) and "search" in inner.fields and name != "not":
            scope, plain = ENTITIES[inner.name.removesuffix("Filter").lower()].read_scope, {name: {"id": {"isNull": False}}}
            found += [(name, scope, each) for each in (plain, {name: {}}, {"and": [plain]}, {"or": [plain]}, {"not": plain})]
    return found


@pytest.mark.parametrize("listed", list_fields(), ids=lambda listed: f"{listed.parent or 'Query'}.{listed.name}")
async def test_a_filter_by_a_relation_takes_the_far_scope(listed: ListField, attacker: Planted) -> None:
    kind = listed.argument("filter").name
    text = listed.text(f"$filter: {kind}", f"{listed.name}(filter: $filter) {{ totalCount nodes {{ id }} }}")
    counted = listed.text(f"$filter: {kind}", f"{listed.name}(filter: $filter) {{ totalCount }}")
    for _, scope, chosen in relations(listed):
        needed = {scope} & {ENTITIES[listed.of.lower()].read_scope, parent_scope(listed)}
        if needed:
            continue
        for each in (text, counted):
            body = await without(attacker.tenant, scope).graphql(each, **listed.start(attacker), filter=chosen)
            assert listed.found(body)[listed.name] is None
            assert {(code, named) for _, code, named in forbidden(body)} == {("FORBIDDEN", scope)}, chosen
        assert "errors" not in await attacker.tenant.graphql(text, **listed.start(attacker), filter=chosen)


def parent_scope(listed: ListField) -> str | None:
    """The scope of the row that a list hangs on."""
    return entity_of(table(listed.parent.name)).read_scope if listed.parent else None


@pytest.mark.parametrize("name", MUTATIONS)
async def test_a_mutation_without_the_scope_is_forbidden_and_changes_nothing(
    name: str, attacker: Planted, superuser: asyncpg.Connection
) -> None:
    before = await fingerprint(superuser, attacker.tenant.company_id)
    scope = f"{table_of(name)}:write"
    given = sent(name, root("mutation")[name], attacker)
    body = await without(attacker.tenant, scope).graphql(document("mutation", name), **given)
    assert (body["data"], forbidden(body)) == ({name: None}, [([name], "FORBIDDEN", scope)])
    assert await fingerprint(superuser, attacker.tenant.company_id) == before
    entitled = await attacker.tenant.graphql(document("mutation", name), **given)
    assert "errors" not in entitled
    assert await fingerprint(superuser, attacker.tenant.company_id) != before


@pytest.mark.parametrize(("operation", "name"), [("query", name) for name in root("query")] + [("mutation", name) for name in MUTATIONS])
async def test_nobody_runs_a_graphql_operation(operation: str, name: str, attacker: Planted, superuser: asyncpg.Connection) -> None:
    before = await fingerprint(superuser, attacker.tenant.company_id)
    field = root(operation)[name]
    given = sent(name, field, attacker) if name != "nodes" else {"ids": [str(attacker.ids["deals"])]}
    body = {"query": document(operation, name, (), tuple(given)), "variables": given}
    answer = await attacker.tenant.client.post("/graphql", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"], list(answer.json())) == (401, "UNAUTHORIZED", ["errors"])
    assert await fingerprint(superuser, attacker.tenant.company_id) == before


async def test_every_rest_request_takes_its_scope_and_its_company(
    app: Parley, attacker: Planted, victim: Planted, superuser: asyncpg.Connection
) -> None:
    requests = Walk(app.openapi(), ids_of(attacker, "contacts")).requests()
    for request in sorted(requests, key=lambda each: each.method == "DELETE"):
        # What an earlier request began is over: a document that is being read is not begun again.
        await superuser.execute("UPDATE documents SET processing_status = 'failed'")
        before = await fingerprint(superuser, attacker.tenant.company_id)
        anonymous = await attacker.tenant.client.request(request.method, request.url, **request.arguments)
        assert (anonymous.status_code, anonymous.json()["code"]) == (401, "UNAUTHORIZED"), request.name
        narrowed = await without(attacker.tenant, request.scope).rest(request.method, request.url, **request.arguments)
        assert (narrowed.status_code, narrowed.json()["details"]) == (403, {"scope": request.scope}), request.name
        if request.ids:
            other = await victim.tenant.rest(request.method, request.url, **request.arguments)
            assert other.status_code == 404 or is_empty(other.json()), request.name
        assert await fingerprint(superuser, attacker.tenant.company_id) == before, request.name
        entitled = await attacker.tenant.rest(request.method, request.url, **request.arguments)
        assert entitled.status_code in {200, 201, 204}, request.name
        assert (await fingerprint(superuser, attacker.tenant.company_id) != before) == (not request.reads), request.name


def is_empty(body: dict[str, Any]) -> bool:
    """A list without rows, or the success that deleting nothing has."""
    return body == {"success": True} or 0 in (body.get("total"), body.get("count"))


async def test_every_rest_write_takes_the_scopes_of_what_it_answers_before_it_writes(
    app: Parley, attacker: Planted, superuser: asyncpg.Connection
) -> None:
    before = await fingerprint(superuser, attacker.tenant.company_id)
    for request in Walk(app.openapi(), ids_of(attacker, "contacts")).requests():
        if request.method in {"POST", "PATCH"}:
            scope = f"{request.noun}:read"
            answer = await without(attacker.tenant, scope).rest(request.method, request.url, **request.arguments)
            assert (answer.status_code, answer.json()["details"]) == (403, {"scope": scope}), request.name
    assert await fingerprint(superuser, attacker.tenant.company_id) == before
