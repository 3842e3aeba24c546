"""Five independent stops: each works by itself, and its removal is noticed by a check that otherwise finds nothing."""

from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import pytest
from graphql import build_schema
from sqlalchemy import select

from embedded import PostgresServer
from models.contact import CONTACT
from models.db import Database
from tests.contracts import catalogue, sessions
from tests.contracts.inputs import tenant_fields
from tests.contracts.planting import Planted
from tests.contracts.scratch import scratch_url, two_companies, undone

ROW_SECURITY = [
    ("ALTER TABLE contacts DISABLE ROW LEVEL SECURITY", "contacts: row level security is not enabled"),
    ("ALTER TABLE contacts NO FORCE ROW LEVEL SECURITY", "contacts: row level security is not forced"),
    ("DROP POLICY own_company ON contacts", "contacts: has no policy own_company"),
    ("ALTER POLICY own_company ON contacts USING (true)", "contacts: own_company says USING true"),
    ("ALTER POLICY own_company ON contacts WITH CHECK (true)", "contacts: own_company says USING (company_id = ("),
    ("ALTER POLICY own_company ON contacts TO parley_app", "contacts: own_company is not for all commands of everybody"),
    ("CREATE POLICY also ON contacts FOR SELECT USING (true)", "contacts: unknown policy also"),
    ("ALTER POLICY look_up ON users TO public", "users: unknown policy look_up"),
    ("CREATE TABLE notes (company_id uuid, id uuid)", "notes: row level security is not enabled"),
    ("CREATE VIEW everyone AS SELECT * FROM contacts", "everyone: row level security is not enabled"),
    ("ALTER ROLE parley_app BYPASSRLS", "parley_app: has rolbypassrls"),
    ("ALTER ROLE parley_app SUPERUSER", "parley_app: has rolsuper"),
    ("ALTER TABLE contacts OWNER TO parley_app", "parley_app: owns"),
    ("GRANT pg_read_all_data TO parley_app", "parley_app: is a member of pg_read_all_data"),
]
COMPANY_COLUMN = [
    ("GRANT INSERT (company_id) ON contacts TO parley_app", "contacts: parley_app may INSERT company_id"),
    ("GRANT UPDATE ON contacts TO parley_app", "contacts: parley_app may UPDATE company_id"),
    ("GRANT INSERT ON deals TO PUBLIC", "deals: parley_system may INSERT company_id"),
    ("ALTER TABLE contacts ALTER company_id DROP DEFAULT", "contacts: company_id is not filled from the setting"),
    ("ALTER TABLE contacts ALTER company_id SET DEFAULT gen_random_uuid()", "contacts: company_id is not filled from the setting"),
    ("GRANT UPDATE (message_count) ON conversations TO parley_app", "conversations: parley_app may UPDATE message_count"),
    ("GRANT UPDATE (id) ON contacts TO parley_app", "contacts: parley_app may UPDATE id"),
    ("GRANT TRUNCATE ON contacts TO parley_app", "contacts: parley_app holds TRUNCATE over the whole table"),
]
PLAIN_KEY = (
    "ALTER TABLE contacts ADD CONSTRAINT plain_id UNIQUE (id)",
    "ALTER TABLE deals DROP CONSTRAINT fk_deals_company_id_contact_id",
    "ALTER TABLE deals ADD CONSTRAINT plain FOREIGN KEY (contact_id) REFERENCES contacts (id)",
)
KEYS = [
    (PLAIN_KEY[0], "contacts: unique key plain_id starts with id"),
    ("; ".join(PLAIN_KEY), "deals: foreign key plain is checked past the company"),
    ("CREATE UNIQUE INDEX slugs ON agents (slug)", "agents: unique key slugs starts with slug"),
    ("ALTER TABLE deals DROP CONSTRAINT pk_deals; ALTER TABLE deals ADD PRIMARY KEY (id)", "deals: its primary key is [['id']]"),
    ("ALTER TABLE deals DROP CONSTRAINT fk_deals_company_id", "deals: company_id refers to no company"),
]


@pytest.fixture
async def scratch(postgres: PostgresServer) -> AsyncIterator[asyncpg.Connection]:
    """A superuser in a database of its own."""
    connection = await asyncpg.connect(await scratch_url(postgres, "stops"))
    yield connection
    await connection.close()


async def test_the_scratch_database_has_every_stop(scratch: asyncpg.Connection) -> None:
    assert await catalogue.violations(scratch) == []


@pytest.mark.parametrize(("change", "noticed"), ROW_SECURITY + COMPANY_COLUMN + KEYS, ids=lambda text: text[:60])
async def test_the_catalogue_check_notices_the_removal_of_a_stop(change: str, noticed: str, scratch: asyncpg.Connection) -> None:
    async with undone(scratch, change):
        found = await catalogue.violations(scratch)
    assert [each for each in found if each.startswith(noticed)] != [], found
    assert await catalogue.violations(scratch) == []


async def test_stop_1_no_session_is_made_without_a_company(database: Database) -> None:
    with pytest.raises(TypeError, match="company_id"):
        database.session()  # type: ignore[call-arg]  # which is the point
    assert sessions.unbound_sessions(sessions.sources()) == []


@pytest.mark.parametrize(
    "text",
    [
        "Session(reads, writes, None)",
        "database.session()",
        "async with ctx.database.reads.connection() as connection: ...",
        "connection = await self._writes.acquire()",
    ],
)
def test_stop_1_a_way_around_it_is_noticed(text: str) -> None:
    indented = "\n".join(f"    {line}" for line in text.splitlines())
    assert len(sessions.unbound_sessions({"resolvers/contacts.py": f"async def f(self, ctx, database, reads, writes):\n{indented}"})) == 1


async def test_stop_2_row_level_security_alone_hides_another_companys_rows(scratch: asyncpg.Connection) -> None:
    async with undone(scratch):
        await two_companies(scratch)
        await scratch.execute("SET LOCAL ROLE parley_app")
        assert await scratch.fetch("SELECT first_name FROM contacts") == []
    async with undone(scratch, "ALTER TABLE contacts DISABLE ROW LEVEL SECURITY"):
        await two_companies(scratch)
        await scratch.execute("SET LOCAL ROLE parley_app")
        assert [row[0] for row in await scratch.fetch("SELECT first_name FROM contacts")] == ["Ada"]


async def test_stop_2_the_owner_of_the_tables_is_held_too(scratch: asyncpg.Connection) -> None:
    async with undone(scratch):
        await two_companies(scratch)
        await scratch.execute("SET LOCAL ROLE parley_owner")
        assert await scratch.fetch("SELECT first_name FROM contacts") == []


async def test_stop_2_with_check_alone_refuses_a_row_for_another_company(scratch: asyncpg.Connection) -> None:
    async with undone(scratch, "GRANT INSERT (company_id) ON contacts TO parley_app"):
        first, _ = await two_companies(scratch)
        await scratch.execute("SET LOCAL ROLE parley_app")
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            await scratch.execute("INSERT INTO contacts (id, company_id) VALUES ($1, $2::text::uuid)", uuid4(), first)


async def test_stop_3_the_grants_alone_refuse_a_row_for_another_company(scratch: asyncpg.Connection) -> None:
    async with undone(scratch, "ALTER TABLE contacts DISABLE ROW LEVEL SECURITY"):
        first, _ = await two_companies(scratch)
        await scratch.execute("SET LOCAL ROLE parley_app")
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
            await scratch.execute("INSERT INTO contacts (id, company_id) VALUES ($1, $2::text::uuid)", uuid4(), first)


def test_stop_3_an_input_with_a_company_is_noticed() -> None:
    text = "type Query { a: Int } type Mutation { make(input: Make!, companyId: ID): Int } input Make { name: String, more: [More!] } "
    found = tenant_fields(build_schema(text + "input More { companyId: ID }"))
    assert found == ["Mutation.make(companyId)", "More.companyId"]


@pytest.mark.parametrize(("changes", "refused"), [((), True), (PLAIN_KEY, False)], ids=["composite", "plain"])
async def test_stop_4_composite_keys_alone_refuse_another_companys_id(
    changes: tuple[str, ...], refused: bool, scratch: asyncpg.Connection
) -> None:
    async with undone(scratch, *changes):
        await two_companies(scratch)
        contact = await scratch.fetchval("SELECT id FROM contacts")
        await scratch.execute("SET LOCAL ROLE parley_app")
        insert = scratch.execute("INSERT INTO deals (id, title, contact_id) VALUES ($1, 'Lamps', $2)", uuid4(), contact)
        if refused:
            with pytest.raises(asyncpg.ForeignKeyViolationError):
                await insert
        else:
            assert await insert == "INSERT 0 1"


async def test_stop_1_a_company_that_is_none_reads_nothing_at_all(database: Database, victim: Planted) -> None:
    with pytest.raises(asyncpg.InvalidTextRepresentationError):
        await database.session(None).records(select(CONTACT.table.c.id))  # type: ignore[arg-type]  # what no caller should do
