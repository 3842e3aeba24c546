"""What the database's own catalogue says of an installation. Read by `parley doctor` and by the contract tests."""

from dataclasses import dataclass
from typing import Any

import asyncpg

OLDEST_POSTGRES = 18
NEWER = f"use PostgreSQL {OLDEST_POSTGRES} or newer"
OLDEST_VECTOR = (0, 8)
UNTENANTED = frozenset({"alembic_version"})


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: whether it is right, and if not, what to do."""

    what: str
    problem: str | None = None
    remedy: str = ""


def too_old(major: int) -> str | None:
    """What is wrong with PostgreSQL of this major version, and what would be right; None when it serves.

    Older ones lack functions that print answers (docs/decisions/0017-postgresql-18.md).
    """
    return None if major >= OLDEST_POSTGRES else f"PostgreSQL {major} is too old: {NEWER}"


async def tables(connection: asyncpg.Connection) -> list[asyncpg.Record]:
    """Every table with its row level security, its owner and its policies' names."""
    found: list[asyncpg.Record] = await connection.fetch(
        """SELECT c.relname AS name, c.relrowsecurity AS enabled, c.relforcerowsecurity AS forced, pg_get_userbyid(c.relowner) AS owner,
                  array(SELECT polname::text FROM pg_policy p WHERE p.polrelid = c.oid) AS policies
             FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') ORDER BY 1"""
    )
    return [table for table in found if table["name"] not in UNTENANTED]


async def role_findings(connection: asyncpg.Connection, role: str) -> list[Finding]:
    """Whether a role that serves requests owns nothing and bypasses nothing."""
    row = await connection.fetchrow("SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = $1", role)
    if row is None:
        return [Finding(f"role {role}", "does not exist", "run `parley doctor --fix` with a login that may create roles")]
    powers = [name for name, held in dict(row).items() if held]
    owned = [table["name"] for table in await tables(connection) if table["owner"] == role]
    found = [
        Finding(f"role {role} has no powers", f"has {', '.join(powers)}" if powers else None, f"ALTER ROLE {role} NOSUPERUSER NOBYPASSRLS")
    ]
    found.append(
        Finding(f"role {role} owns no table", f"owns {', '.join(owned)}" if owned else None, "let another login run `parley migrate`")
    )
    return found


async def tenancy_findings(connection: asyncpg.Connection) -> list[Finding]:
    """Whether row level security is in force on every table."""
    found = await tables(connection)
    if not found:
        return [Finding("row level security", "there are no tables", "run `parley migrate`")]
    open_tables = [row["name"] for row in found if not (row["enabled"] and row["forced"] and "own_company" in row["policies"])]
    problem = f"not in force on {', '.join(open_tables)}" if open_tables else None
    return [Finding(f"row level security in force on {len(found)} tables", problem, "run `parley migrate`; nobody may turn it off by hand")]


async def server_findings(connection: asyncpg.Connection) -> list[Finding]:
    """Version and extension."""
    name = await connection.fetchval("SHOW server_version")
    vector = await connection.fetchval("SELECT extversion FROM pg_extension WHERE extname = 'vector'")
    old = "is too old" if too_old(connection.get_server_version().major) else None
    return [Finding(f"PostgreSQL {name}", old, NEWER), _vector_finding(vector)]


def _vector_finding(version: str | None) -> Finding:
    """Searches that go on until enough of what they find is the company's own came with 0.8."""
    if version is None:
        return Finding("pgvector", "is missing", "as a superuser: CREATE EXTENSION vector")
    old = "is too old" if tuple(map(int, version.split(".")[:2])) < OLDEST_VECTOR else None
    return Finding(f"pgvector {version}", old, "install pgvector 0.8 or newer, then as a superuser: ALTER EXTENSION vector UPDATE")


async def allow_roles(connection: asyncpg.Connection, login: str, roles: tuple[str, ...]) -> None:
    """Let a login act as the roles; they are created by `models.tenancy.create_role` before."""
    for role in roles:
        quoted: Any = await connection.fetchval("SELECT quote_ident($1)", login)
        await connection.execute(f"GRANT {role} TO {quoted}")
