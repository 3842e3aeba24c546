"""Two companies with the same hostile rows, apart but for their marks, and smaller ones to count statements with."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import TSVECTOR

from models.catalogue import ENTITIES
from models.db import Database
from models.user import UserRole
from tests.differential.columns import MOMENTS
from tests.differential.filling import Filler

# A company's mark begins its ids and stands in its texts, so one look at an answer tells whose rows are in it.
ACME, RIVAL = "ac3eac3e", "51a151a1"
# Of each table that is not named here there are so many rows.
USUAL = 12
SIZES = {"users": 4, "agents": 9, "contacts": 30, "conversations": 36, "threads": 14, "messages": 330, "deals": 45}
# Rows that others pointed at and that are gone.
DELETED = {"agents": 2, "contacts": 2, "threads": 1}


@dataclass(frozen=True)
class Company:
    """One company: its users by role, the ids of its rows by noun, and a mark that only its rows have."""

    mark: str
    id: UUID
    users: dict[str, UUID]
    ids: dict[str, list[str]]
    rows: dict[str, list[dict[str, Any]]] = field(repr=False)


@dataclass(frozen=True)
class World:
    """The database and who is in it."""

    database: Database
    companies: dict[str, Company]

    @property
    def acme(self) -> Company:
        """The company that most documents are asked for."""
        return self.companies[ACME]

    @property
    def rival(self) -> Company:
        """The other one."""
        return self.companies[RIVAL]


async def found_company(connection: asyncpg.Connection, mark: str, sizes: dict[str, int], deleted: dict[str, int]) -> Company:
    """A company of that mark with so many rows by table; `connection` is a superuser's."""
    company_id = UUID(f"{mark}-c0c0-4000-8000-000000000000")
    name = f"{mark} & Söhne"
    filler = Filler(connection, company_id, mark)
    async with connection.transaction():
        await connection.execute("INSERT INTO companies (id, name) VALUES ($1, $2)", company_id, name)
        # The triggers that count messages look at the session's company.
        await connection.execute("SELECT set_config('app.company_id', $1, true)", str(company_id))
        for table in filled_tables():
            await filler.fill(table, sizes.get(table.name, USUAL))
        await _name_roles(connection, filler)
        for table_name, count in deleted.items():
            gone = [row["id"] for row in filler.rows[table_name][1 : 1 + count]]
            await connection.execute(f"DELETE FROM {table_name} WHERE company_id = $1 AND id = ANY($2)", company_id, gone)
        await _forget_today(connection, company_id)
    return await _seen(connection, filler)


def filled_tables() -> list[Table]:
    """The tables that the doors show, but for the companies; what is referred to comes first."""
    shown = {entity.table.name for entity in ENTITIES.values()} - {"companies"}
    return [table for table in ENTITIES["user"].table.metadata.sorted_tables if table.name in shown]


async def _name_roles(connection: asyncpg.Connection, filler: Filler) -> None:
    for role, row in zip(UserRole, filler.rows["users"], strict=False):
        await connection.execute("UPDATE users SET role = $1 WHERE company_id = $2 AND id = $3", role.value, filler.company_id, row["id"])
        row["role"] = role.value


async def _forget_today(connection: asyncpg.Connection, company_id: UUID) -> None:
    """Rows that the database touched say so no more: every run must ask about the same values."""
    await connection.execute("SET LOCAL session_replication_role = replica")  # no trigger fires
    for entity in ENTITIES.values():
        key = "id" if entity.name == "company" else "company_id"
        touched = [name for name in ("created_at", "updated_at") if name in entity.table.c]
        for name in touched:
            text = f"UPDATE {entity.table.name} SET {name} = $2 WHERE {key} = $1 AND {name} > now() - interval '1 day' AND {name} <= now()"
            await connection.execute(text, company_id, MOMENTS[0])


async def _seen(connection: asyncpg.Connection, filler: Filler) -> Company:
    """What is left of it after the deletions."""
    ids: dict[str, list[str]] = {}
    rows: dict[str, list[dict[str, Any]]] = {}
    for noun, entity in ENTITIES.items():
        key = "id" if noun == "company" else "company_id"
        # Words of a text in an order of PostgreSQL's own, which no door shows.
        columns = ", ".join(column.name for column in entity.table.c if not isinstance(column.type, TSVECTOR))
        found = await connection.fetch(f"SELECT {columns} FROM {entity.table.name} WHERE {key} = $1 ORDER BY id", filler.company_id)
        rows[noun] = [dict(row) for row in found]
        ids[noun] = [str(row["id"]) for row in found]
    users = {row["role"]: row["id"] for row in reversed(rows["user"])}
    return Company(filler.mark, filler.company_id, users, ids, rows)
