"""The benchmark's data: filled once, then kept; and what is asked for in it."""

import asyncio
import time
from collections.abc import Callable

import asyncpg
import jwt
from pydantic import SecretStr

from bench.servers import FILLED, Servers
from bench.work import Tenant
from models.migrations.run import upgrade
from settings import Settings

TOKEN_LIFETIME = 12 * 3600
IDS_PER_COMPANY = 200

OWNERS = """
SELECT DISTINCT ON (company_id) company_id, id, email FROM users WHERE role = 'owner'
  AND company_id IN (SELECT company_id FROM conversations) ORDER BY company_id, created_at, id
"""
# A single conversation is asked for its first 50 messages, so it is one that has them.
SOURCES = ("contacts", "(SELECT * FROM conversations WHERE message_count >= 50) long_ones")
# Spread over the whole list, and the same ones whenever the data are the same.
PICKED = """
SELECT id::text FROM (SELECT id, row_number() OVER (ORDER BY created_at, id) AS place, count(*) OVER () AS total
  FROM {source} WHERE company_id = $1) numbered
WHERE place % greatest(total / $2, 1) = 0 ORDER BY place LIMIT $2
"""
# Ten surnames and ten beginnings of first names, the commonest.
TERMS = """
(SELECT lower(last_name) AS term FROM contacts WHERE last_name <> '' GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 10)
UNION ALL
(SELECT lower(left(first_name, 3)) FROM contacts WHERE length(first_name) > 2 GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 10)
"""


def prepare(servers: Servers, secret: str, say: Callable[[str], None]) -> list[Tenant]:
    """Migrate, fill what is not filled yet, and choose what to ask for."""
    upgrade(servers.owner_url)
    filled = servers.folder / FILLED
    if not filled.exists():
        start = time.monotonic()
        say("filling the database, once")
        fill(servers, secret)
        asyncio.run(tidy(servers))
        filled.touch()
        say(f"filled in {time.monotonic() - start:.0f} s")
    return asyncio.run(tenants(servers, secret))


def fill(servers: Servers, secret: str) -> None:
    """Ten companies and what belongs to them."""
    from demo.bulk import fill_bench

    asyncio.run(fill_bench(settings_for(servers, secret)))


def settings_for(servers: Servers, secret: str) -> Settings:
    """Settings that lead to the benchmark's servers."""
    return Settings(
        database_url=SecretStr(servers.app_url),
        migration_url=SecretStr(servers.owner_url),
        redis_url=SecretStr(servers.redis_url),
        jwt_secret=SecretStr(secret),
    )


async def tidy(servers: Servers) -> None:
    """Statistics and visibility, as they would be on a database that has been up for a day."""
    connection = await asyncpg.connect(servers.super_url)
    await connection.execute("VACUUM (ANALYZE)")
    await connection.execute("CHECKPOINT")
    await connection.close()


async def tenants(servers: Servers, secret: str) -> list[Tenant]:
    """The companies, each with its owner's token."""
    connection = await asyncpg.connect(servers.super_url)
    terms = [row["term"] for row in await connection.fetch(TERMS)]
    found = []
    for company_id, user_id, email in await connection.fetch(OWNERS):
        contacts, conversations = [
            [row["id"] for row in await connection.fetch(PICKED.format(source=source), company_id, IDS_PER_COMPANY)] for source in SOURCES
        ]
        token = sign(secret, str(user_id), email, str(company_id))
        found.append(Tenant(str(company_id), token, contacts, conversations, terms))
    await connection.close()
    return found


async def version(servers: Servers) -> str:
    """PostgreSQL's version."""
    connection = await asyncpg.connect(servers.super_url)
    found: str = await connection.fetchval("SHOW server_version")
    await connection.close()
    return found


async def counted(servers: Servers) -> str:
    """How many rows the tables hold, as a sentence."""
    connection = await asyncpg.connect(servers.super_url)
    tables = ("companies", "agents", "contacts", "conversations", "messages", "deals")
    counts = [f"{await connection.fetchval(f'SELECT count(*) FROM {table}'):,} {table}" for table in tables]
    await connection.close()
    return f"Data: {', '.join(counts)}."


def sign(secret: str, user_id: str, email: str, company_id: str) -> str:
    """An owner's token; `company_id` spares the usual way a look-up, and Parley does not read it."""
    now = int(time.time())
    claims = {"sub": user_id, "email": email, "aud": "authenticated", "role": "authenticated", "iat": now, "exp": now + TOKEN_LIFETIME}
    return jwt.encode({**claims, "company_id": company_id}, secret, "HS256")
