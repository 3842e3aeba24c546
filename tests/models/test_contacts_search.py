"""Searching contacts: an index alone says which are found, and its entries hold whatever a contact may be called."""

import random

import pytest
from sqlalchemy import insert, select

from models.contact import CONTACT, LONGEST_SEARCHED, Contact
from models.db import Database
from models.db.compile import compile_statement
from models.filters import Binder, Compare, Search
from models.ids import new_id
from models.page import Page
from models.rows import Rows
from tests.tenant import Tenant

CONTACTS = CONTACT.table
FIRST = Page(5)
TWENTY: Rows[Contact] = Rows.of(CONTACT).paged(Page(20))
LENGTHS = {"first_name": 200, "last_name": 200, "email": 320, "company_name": 200}


async def plan_of(database: Database, rows: Rows[Contact]) -> str:
    """How the database would look for them if there were many."""
    compiled = compile_statement(rows.statement(Binder()))
    async with database.reads.connection() as connection, connection.transaction():
        await connection.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        lines = await connection.fetch(f"EXPLAIN {compiled.text}", *compiled.values)
    return "\n".join(line[0] for line in lines)


@pytest.mark.parametrize("page", [FIRST, FIRST._replace(backwards=True), FIRST._replace(offset=2)])
async def test_a_search_reads_no_row_that_it_does_not_show(database: Database, page: Page) -> None:
    plan = await plan_of(database, Rows[Contact].of(CONTACT).where(Search("ada")).paged(page))
    assert "Index Only Scan" in plan
    assert "ix_contacts_company_id_created_at_id" in plan


async def test_a_search_with_conditions_besides_reads_rows_once(database: Database) -> None:
    rows = Rows[Contact].of(CONTACT).where(Search("ada"), Compare("email", "eq", "a@b.c")).paged(FIRST)
    assert "found" not in compile_statement(rows.statement(Binder())).text
    assert "Index Only Scan" not in await plan_of(database, rows)


async def test_names_of_any_letters_and_any_length_fit_the_index(acme: Tenant) -> None:
    letters = random.Random(7)
    row = {name: "".join(chr(letters.randrange(0x1F300, 0x1FAFF)) for _ in range(length)) for name, length in LENGTHS.items()}
    ctx = acme.ctx()
    async with ctx.db.transaction():
        await ctx.db.execute(insert(CONTACTS).values(row | {"id": new_id()}).returning(CONTACTS.c.id))
    (text,) = await ctx.db.records(select(CONTACTS.c.search))
    assert text[0] == "\x1f".join(row.values())[:LONGEST_SEARCHED]
    found = await ctx.db.records(TWENTY.where(Search(row["first_name"][50:150])).statement(Binder()))
    assert len(found) == 1
