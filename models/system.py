"""System work that precedes a company: the only functions that reach over companies, on a role with narrow grants."""

from dataclasses import dataclass
from uuid import UUID

import asyncpg

from models.db import Database
from models.ids import new_id
from models.member import Member, company_name


@dataclass(frozen=True, slots=True)
class MemberRows:
    """Which company a token's subject belongs to (`resolvers.auth.members.MemberStore` over PostgreSQL)."""

    database: Database

    async def find(self, user_id: UUID) -> Member | None:
        """The user's membership, or None for somebody unknown."""
        async with self.database.system.connection() as connection:
            row = await connection.fetchrow(
                "SELECT company_id, id, email, role FROM users WHERE id = $1 ORDER BY company_id LIMIT 1", user_id
            )
        return None if row is None else Member(row["company_id"], row["id"], row["email"], row["role"])

    async def create(self, user_id: UUID, email: str) -> Member:
        """A company of the user's own; two first uses at once make one."""
        company_id = new_id()
        name = company_name(email)
        async with self.database.system.connection() as connection, connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('member ' || $1, 0))", str(user_id))
            member = await _member(connection, user_id)
            if member is not None:
                return member
            await connection.execute("SELECT set_config('app.company_id', $1, true)", str(company_id))
            await connection.execute("INSERT INTO companies (id, name) VALUES ($1, $2)", company_id, name)
            await connection.execute("INSERT INTO users (id, email, role) VALUES ($1, $2, 'owner')", user_id, email)
        return Member(company_id, user_id, email, "owner")


async def _member(connection: asyncpg.Connection, user_id: UUID) -> Member | None:
    row = await connection.fetchrow("SELECT company_id, id, email, role FROM users WHERE id = $1 ORDER BY company_id LIMIT 1", user_id)
    return None if row is None else Member(row["company_id"], row["id"], row["email"], row["role"])
