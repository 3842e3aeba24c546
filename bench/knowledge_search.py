"""Searches in a large knowledge base: how long they take over both doors, and whether the nearest passages are found."""

import asyncio
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import numpy as np

from bench import knowledge_corpus
from bench.contenders import PARLEY, Contender, running
from bench.data import settings_for, sign, tidy
from bench.load import Order, Result, run_apart
from bench.measure import Failed, quantile, spent
from bench.servers import FILLED, HERE, Servers, running_servers
from bench.targets import verdict
from ingestion.embed import BundledEmbedder, Vector, printed
from models.db import Database
from models.migrations.run import upgrade
from models.search import Near, Sought

FOLDER = HERE / ".data" / "knowledge"
# Questions are eight words of a passage's middle, of which some are stop words, as people's are.
QUESTIONS, LENGTH = 400, 8
SEARCHES = 1000
FROM = 20
AT = 10
WITHIN, RECALL = 0.015, 0.95
DOORS = {"REST": "/api/knowledge-base/search", "GraphQL": "/graphql"}
DOCUMENT = "query ($words: String!) { searchKnowledge(query: $words) { content score source page document { title } } }"


class Owner(NamedTuple):
    """A company and its owner's token."""

    company_id: UUID
    token: str


class Asked(NamedTuple):
    """Who asks what."""

    owner: Owner
    words: str


class Recall(NamedTuple):
    """The share of the ten nearest passages of the company that a search brings: as searches are, and by the index alone."""

    search: float
    index: float


def section(secret: str, say: Callable[[str], None], *, fresh: bool) -> list[str]:
    """The lines of a report: both doors, and recall."""
    with running_servers(fresh=fresh, folder=FOLDER) as servers:
        owners = prepare(servers, secret, say)
        asked = asyncio.run(questions(servers, owners))
        found = asyncio.run(recall(servers, secret, asked[:100]))
        with running([PARLEY], servers, secret) as (parley,):
            lines = [door(name, parley, servers, asked) for name in DOORS]
        return [*lines, *recall_lines(found)]


def prepare(servers: Servers, secret: str, say: Callable[[str], None]) -> list[Owner]:
    """Migrate, and fill what is not filled yet."""
    upgrade(servers.owner_url)
    filled: Path = servers.folder / FILLED
    if not filled.exists():
        say("filling the knowledge base, once")
        asyncio.run(knowledge_corpus.fill(servers, secret, say))
        asyncio.run(tidy(servers))
        filled.touch()
    return asyncio.run(owners_of(servers, secret))


async def owners_of(servers: Servers, secret: str) -> list[Owner]:
    """The companies."""
    connection = await asyncpg.connect(servers.super_url)
    rows = await connection.fetch("SELECT company_id, id, email FROM users ORDER BY email")
    await connection.close()
    return [Owner(company_id, sign(secret, str(user_id), email, str(company_id))) for company_id, user_id, email in rows]


async def questions(servers: Servers, owners: Sequence[Owner]) -> list[Asked]:
    """Questions of each company in turn, none twice: a question's vector is remembered, and that would be another measurement."""
    connection = await asyncpg.connect(servers.super_url)
    rows = await connection.fetch("SELECT content FROM chunks ORDER BY md5(id::text) LIMIT $1", QUESTIONS + SEARCHES)
    await connection.close()
    chosen = [row["content"].replace(".", "").lower().split()[FROM : FROM + LENGTH] for row in rows]
    return [Asked(owners[number % len(owners)], " ".join(words)) for number, words in enumerate(chosen)]


def door(name: str, parley: Contender, servers: Servers, asked: Sequence[Asked]) -> str:
    """One client asks one search after the other through the running server."""
    requests = [request(name, each) for each in asked]
    warm, measured = requests[:QUESTIONS], requests[QUESTIONS:]
    half = len(measured) // len(DOORS)
    mine = measured[:half] if name == "REST" else measured[half:]
    searched(name, Order(parley.port, warm, 1, 120.0, 100))
    before = spent(parley, servers)
    ordered = sorted(searched(name, Order(parley.port, mine, 1, 300.0, half)).latencies)
    web, database = [(now - then) / len(ordered) * 1000 for now, then in zip(spent(parley, servers), before, strict=True)]
    p50, p99 = quantile(ordered, 0.5), quantile(ordered, 0.99)
    said = f"search over {name}: p50 {p50 * 1000:.1f} ms, p99 {p99 * 1000:.1f} ms over {len(ordered):,} questions, one after the other"
    cost = f"CPU of the database {database:.1f} ms and of the server {web:.1f} ms each"
    return verdict(f"{said} ({cost}), wanted a p50 under {WITHIN * 1000:.0f} ms", met=p50 < WITHIN)


def searched(name: str, order: Order) -> Result:
    """What was seen; raises `Failed` with the first bad answer."""
    result = run_apart(order)
    if result.failures:
        raise Failed(f"{name}: {result.failures[0]}")
    return result


def request(name: str, asked: Asked) -> bytes:
    """A search as bytes."""
    body: dict[str, Any] = {"query": asked.words} if name == "REST" else {"query": DOCUMENT, "variables": {"words": asked.words}}
    content = json.dumps(body).encode()
    head = f"POST {DOORS[name]} HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {asked.owner.token}\r\n"
    return f"{head}Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n".encode() + content


async def recall(servers: Servers, secret: str, asked: Sequence[Asked]) -> Recall:
    """Compare with all vectors of the company, in double precision and outside of the database."""
    embedder, database = BundledEmbedder(), Database(settings_for(servers, secret))
    connection = await asyncpg.connect(servers.super_url)
    shares: list[tuple[float, float]] = []
    for company_id in dict.fromkeys(each.owner.company_id for each in asked):
        ids, matrix = await vectors_of(connection, company_id)
        for each in (each for each in asked if each.owner.company_id == company_id):
            (vector,) = await embedder.embed([each.words])
            nearest = {ids[at] for at in np.argsort(-(matrix @ vector.astype(np.float64)))[:AT]}
            sought = Sought(each.words, printed(vector), embedder.model, embedder.dimension)
            by_index = Sought(each.words, printed(vector), embedder.model, embedder.dimension, exact_below=0)
            found = [await first(database, company_id, one) for one in (sought, by_index)]
            shares.append((len(nearest & found[0]) / AT, len(nearest & found[1]) / AT))
    await connection.close()
    await database.close()
    return Recall(*(sum(column) / len(shares) for column in zip(*shares, strict=True)))


async def first(database: Database, company_id: UUID, sought: Sought) -> set[UUID]:
    """The ten passages that the vectors' leg puts first."""
    found = await database.session(company_id).records(sought.nearest(AT))
    return {Near(*record).chunk_id for record in found}


async def vectors_of(connection: asyncpg.Connection, company_id: UUID) -> tuple[list[UUID], Vector]:
    """All of a company's."""
    rows = await connection.fetch("SELECT chunk_id, embedding::text FROM embeddings WHERE company_id = $1", company_id)
    return [row[0] for row in rows], np.array([json.loads(row[1]) for row in rows])


def recall_lines(found: Recall) -> list[str]:
    """The lines of a report."""
    said = f"recall@{AT} of the vectors' leg against comparing all of the company's in double precision: {found.search:.3f}"
    return [
        verdict(f"{said}, wanted at least {RECALL}", met=found.search >= RECALL),
        f"beside it: of the index alone, which companies of fewer than 50,000 passages do not use: {found.index:.3f}",
    ]
