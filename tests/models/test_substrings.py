"""Contacts by any part of their names: the index misses none, and pages are the same whichever way they are read."""

from typing import Any

import asyncpg
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embedded import PostgresServer
from models.contact import CONTACT
from models.db.statement import json_statement, page_statement
from models.filters import All, AnyOf, Not, Search
from models.page import Keyset, Page
from models.rows import MOST, Rows
from models.shape import Leaf, Object, leaves, list_shape
from tests.tenant import Tenant
from tests.tenant import statements as statements_of

QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
TEXT = st.text(st.one_of(st.sampled_from("ab'\\&|!:*<>() é%_"), st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00")))
LIST = list_shape(Object(CONTACT, leaves(CONTACT)), "contacts")
# More than the index is asked for; of each ten, one is rare.
MANY = 1_100
FILL = """
INSERT INTO contacts (company_id, id, first_name, last_name, created_at)
SELECT $1, gen_random_uuid(), 'Anna', CASE WHEN n % 10 = 0 THEN 'Rarely' ELSE 'Common' END, now() - n * interval '1 minute'
  FROM generate_series(1, $2) n
"""


@pytest.fixture
async def filled(acme: Tenant, postgres: PostgresServer) -> Tenant:
    """Acme with many contacts."""
    owner = await asyncpg.connect(postgres.url("postgres", "tested"))
    await owner.execute(FILL, acme.company_id, MANY)
    await owner.execute("ANALYZE contacts")
    await owner.close()
    return acme


def searched(*conditions: Any, page: Page | None = None) -> Rows[Any]:
    """Contacts that meet the conditions."""
    rows: Rows[Any] = Rows.of(CONTACT).where(*conditions)
    return rows if page is None else rows.paged(page)


async def plan_of(tenant: Tenant, rows: Rows[Any]) -> str:
    """How PostgreSQL reads them, having done it."""
    text, values, _ = page_statement(rows)
    async with tenant.database.reads.connection() as connection:
        lines = await connection.fetch(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) {text}", *values, str(tenant.company_id))
    return "\n".join(line[0] for line in lines)


@QUICK
@given(text=TEXT, start=st.integers(0, 40), length=st.integers(1, 40))
async def test_every_part_of_a_text_is_found(acme: Tenant, text: str, start: int, length: int) -> None:
    term = text[start : start + length]
    asked = "SELECT substring_grams($1, lower($2)) @@ substring_query($1, lower($3)) OR strpos(lower($2), lower($3)) = 0"
    async with acme.database.reads.connection() as connection:
        assert await connection.fetchval(asked, acme.company_id, text, term) is True


async def test_a_text_without_the_letters_is_not_looked_at_and_another_companys_never(acme: Tenant, rival: Tenant) -> None:
    async with acme.database.reads.connection() as connection:
        asked = "SELECT substring_grams($1, 'anna rossi') @@ (quote_literal($2::uuid)::tsquery && substring_query($2, $3))"
        assert await connection.fetchval(asked, acme.company_id, acme.company_id, "ross") is True
        assert await connection.fetchval(asked, acme.company_id, acme.company_id, "verdi") is False
        assert await connection.fetchval(asked, acme.company_id, rival.company_id, "ross") is False


@pytest.mark.parametrize("term", ["anna", "ANNA", "an", "a", "rarely", "ely", "re"])
async def test_a_page_is_the_same_whichever_way_it_is_read(filled: Tenant, term: str) -> None:
    db = filled.ctx().db
    every = [row for row in await db.all(searched()) if term.lower() in f"{row.first_name}\x1f{row.last_name}".lower()]
    ids = [row.id for row in every]
    assert len(ids) in {MANY, MANY // 10}
    assert [row.id for row in await db.all(searched(Search(term)))] == ids
    assert await db.total(searched(Search(term))) == len(ids)
    key = Keyset((every[19].created_at, every[19].id))
    for page, expected in (
        (Page(10), ids[:10]),
        (Page(10, 15), ids[15:25]),
        (Page(10, after=key), ids[20:30]),
        (Page(10, before=key), ids[:10]),
        (Page(10, before=key, backwards=True), ids[9:19]),
        (Page(10, backwards=True), ids[-10:]),
        (Page(50, 5, after=key), ids[25:75]),
    ):
        found = await db.all(searched(All((Search(term),)), page=page))
        assert [row.id for row in found] == expected, page
        assert [row.id for row in await db.all(searched(Search(term), page=page), ahead=1)][: len(expected)] == expected or page.backwards


async def test_searches_within_other_conditions_find_what_they_found(filled: Tenant) -> None:
    db = filled.ctx().db
    assert await db.total(searched(Not(Search("rarely")))) == MANY - MANY // 10
    assert await db.total(searched(AnyOf((Search("rarely"), Search("common"))))) == MANY
    assert await db.total(searched(Search("rarely"), Search("anna"))) == MANY // 10
    assert await db.total(searched(All((Search(" "), Search("rarely"))))) == MANY // 10
    assert await db.all(searched(Search("rarely"), Search("common"), page=Page(10))) == []


async def test_the_terms_of_one_text_are_each_their_own(filled: Tenant) -> None:
    """The text is remembered from a question whose two terms were equal."""
    db = filled.ctx().db
    assert len(await db.all(searched(Search("anna"), Search("anna"), page=Page(5)))) == 5
    assert [row.last_name for row in await db.all(searched(Search("rarely"), Search("anna"), page=Page(5)))] == ["Rarely"] * 5
    assert [row.last_name for row in await db.all(searched(Search("anna"), Search("rarely"), page=Page(5)))] == ["Rarely"] * 5


async def test_the_index_is_used_under_row_level_security_and_reads_no_more_than_are_sorted(filled: Tenant) -> None:
    rare, common = [await plan_of(filled, searched(Search(term), page=Page(50))) for term in ("rarely", "anna")]
    for plan in (rare, common):
        assert "Bitmap Index Scan on ix_contacts_grams" in plan
        assert len([line for line in plan.splitlines() if " on contacts" in line]) == 1
    assert f"Limit (actual rows={MANY // 10}" in rare
    assert f"Limit (actual rows={MOST}" in common


@pytest.mark.parametrize(("term", "statements"), [("rarely", 1), ("anna", 2), ("re", 1), ("nobody", 1)])
async def test_only_what_very_many_have_is_asked_a_second_time(filled: Tenant, term: str, statements: int) -> None:
    ctx = filled.ctx()
    rows = searched(Search(term), page=Page(50))
    found = await ctx.db.all(rows)
    assert ctx.db.statements == statements
    answer = await ctx.db.json(rows, LIST, limit=50, offset=0)
    assert answer is not None
    assert [contact["id"] for contact in orjson.loads(answer)["contacts"]] == [str(row.id) for row in found]
    assert orjson.loads(answer)["total"] == await filled.ctx().db.total(rows)
    assert ctx.db.statements == 2 * statements
    async with ctx.db.transaction():
        assert await ctx.db.all(rows) == found
        assert await ctx.db.json(rows, LIST, limit=50, offset=0) == answer


@pytest.mark.parametrize(("terms", "statements"), [("rarely rarely", 1), ("rarely anna", 2), ("anna common", 2), ("re rarely", 1)])
async def test_several_searches_of_a_document_are_asked_again_together(filled: Tenant, terms: str, statements: int) -> None:
    shown = "totalCount pageInfo { hasNextPage } nodes { id deals { totalCount } }"
    asked = f'at%s: contacts(first: 3, filter: {{ search: "%s" }}) {{ {shown} }}'
    document = " ".join(asked % numbered for numbered in enumerate(terms.split()))
    response = await filled.graphql_response(f"{{ {document} }}")
    data = response.json()["data"]
    assert statements_of(response) == statements
    for number, term in enumerate(terms.split()):
        every = [str(row.id) for row in await filled.ctx().db.all(searched(Search(term)))]
        page = data[f"at{number}"]
        assert [node["id"] for node in page["nodes"]] == every[:3]
        assert page["totalCount"] == len(every)
        assert page["pageInfo"]["hasNextPage"] is True


async def test_of_what_the_index_found_only_what_is_shown_is_carried(filled: Tenant) -> None:
    named = list_shape(Object(CONTACT, (Leaf("last", "last_name"),)), "contacts")
    text = json_statement(searched(Search("rarely"), page=Page(5)), named, {"limit": 5, "offset": 0}).text
    carried, _, _ = text.partition("FROM contacts")
    assert "contacts.last_name" in carried
    assert "contacts.created_at" in carried
    assert "contacts.metadata" not in carried
    answer = await filled.ctx().db.json(searched(Search("rarely"), page=Page(2)), named, limit=2, offset=0)
    assert orjson.loads(answer or b"")["contacts"] == [{"last": "Rarely"}] * 2


def test_rows_have_the_columns_alone_that_are_shown() -> None:
    named = list_shape(Object(CONTACT, (Leaf("last", "last_name"),)), "contacts")
    for backwards in (False, True):
        page: Rows[Any] = Rows.of(CONTACT).paged(Page(5, backwards=backwards))
        text = json_statement(page, named, {"limit": 5, "offset": 0}).text
        assert "SELECT contacts.id, contacts.last_name, contacts.created_at \nFROM contacts" in text


@pytest.mark.parametrize("page", ["first: 3", "last: 3", "first: 3, orderBy: [{ field: COMPANY_NAME, direction: DESC }]"])
async def test_an_order_and_cursors_need_no_column_to_be_shown(filled: Tenant, page: str) -> None:
    asked = f'{{ contacts({page}, filter: {{ search: "rarely" }}) {{ edges {{ cursor node {{ lastName }} }} pageInfo {{ endCursor }} }} }}'
    response = await filled.graphql_response(asked)
    shown = response.json()["data"]["contacts"]
    assert statements_of(response) == 1
    assert [each["node"] for each in shown["edges"]] == [{"lastName": "Rarely"}] * 3
    assert shown["pageInfo"]["endCursor"] == shown["edges"][-1]["cursor"]
