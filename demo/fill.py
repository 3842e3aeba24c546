"""Fills a database with the two demo companies: `parley demo`, and the first start of `make run`."""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import asyncpg

from demo.generate import generate
from demo.load import Loader, open_connection
from demo.profiles import LUMEN, NORTHLIGHT, PROFILES
from demo.rows import Batches, Sizes
from resolvers.auth.issue import Terms, issue_token
from settings import Settings

OWNER_EMAIL = LUMEN.people[0].email
SEED = 20_240_422
SIZES: Mapping[str, Sizes] = {
    "lumen": Sizes(agents=6, contacts=400, deals=120, conversations=1_500, messages=20_000),
    "northlight": Sizes(agents=2, contacts=30, deals=10, conversations=60, messages=600),
}
TOKEN_LIFETIME = 30 * 86_400.0
BEARERS = dict(zip(("owner", "admin", "user", "other"), (*LUMEN.people, *NORTHLIGHT.people), strict=True))
# Two starts at once: the second waits, and then finds the company.
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('demo', 0))"
HAS_COMPANY = "SELECT EXISTS (SELECT FROM companies)"
HAS_PART = "SELECT EXISTS (SELECT FROM contacts WHERE metadata ->> 'batch' = $1)"

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Filled:
    """What a fill wrote: rows by table, and the seconds it took."""

    counts: Mapping[str, int]
    seconds: float


@dataclass(frozen=True, slots=True)
class Part:
    """One transaction's worth of a demo company; the first part makes the company."""

    company: str
    number: int
    end: datetime

    @property
    def sizes(self) -> dict[str, int]:
        """Its rows by table; only the first part has agents."""
        sizes = SIZES[self.company]
        return (sizes if self.number == 0 else sizes._replace(agents=0))._asdict()

    @property
    def seed(self) -> int:
        """Each part's own, so that no two are alike."""
        return SEED + self.number

    def batches(self) -> Batches:
        """Its rows; later parts leave out the company and its users."""
        rows = generate(self.company, self.seed, SIZES[self.company], self.end)
        return (batch for batch in rows if self.number == 0 or batch.table not in ("companies", "users"))


@dataclass(frozen=True, slots=True)
class Count:
    """Counts what is written and tells it; `totals` are the rows that will be."""

    counts: Counter[str]
    totals: Counter[str]
    progress: Progress | None

    def advance(self, table: str, rows: int) -> None:
        """So many more rows of a table were written."""
        if not rows:
            return
        self.counts[table] += rows
        if self.progress:
            self.progress(table, self.counts[table], max(self.totals[table], self.counts[table]))


async def fill_if_empty(settings: Settings) -> bool:
    """Fill both demo companies on the first start; False, and nothing done, when they are there already."""
    return bool((await fill(settings, progress=None)).counts)


async def fill(settings: Settings, *, scale: int = 1, progress: Progress | None = None) -> Filled:
    """Bring the demo company to `scale` times its size; parts that are there already stay as they are.

    Each part (400 contacts, 120 deals, 1,500 conversations, 20,000 messages) is one transaction, so an interrupted fill
    leaves whole parts and can be repeated; memory does not grow with `scale`. The second company and the agents are the same
    at any scale. `progress` hears the table, its rows written so far, and how many there will be (threads: as many as so far).
    """
    if scale < 1:
        raise ValueError(f"scale is {scale}; use 1 or more")
    began = time.perf_counter()
    end = datetime.now(UTC).replace(second=0, microsecond=0)
    # The big company last: when it is there, both are.
    parts = [Part("northlight", 0, end), *(Part("lumen", number, end) for number in range(scale))]
    count = Count(Counter(), sum((Counter(part.sizes) for part in parts), Counter()), progress)
    connection = await open_connection(settings)
    try:
        for part in parts:
            await _fill_part(Loader(connection, settings, PROFILES[part.company].id), part, count)
    finally:
        await connection.close()
    return Filled(dict(count.counts), time.perf_counter() - began)


def demo_tokens(settings: Settings) -> dict[str, str]:
    """Tokens of 30 days for the demo's `owner`, `admin` and `user`, and for `other`, who owns the second company."""
    if settings.jwt_secret is None:
        raise ValueError("PARLEY_JWT_SECRET is not set, so no demo token can be signed")
    secret, terms = settings.jwt_secret.get_secret_value(), Terms.of(settings)
    return {
        key: issue_token(secret, sub=person.id, email=person.email, lifetime=TOKEN_LIFETIME, terms=terms) for key, person in BEARERS.items()
    }


async def _fill_part(loader: Loader, part: Part, count: Count) -> None:
    async with loader.transaction():
        await loader.connection.execute(LOCK)
        await loader.bind()
        if not await _is_there(loader.connection, part):
            await loader.load(part.batches(), count.advance)
        else:
            count.totals.subtract(part.sizes)


async def _is_there(connection: asyncpg.Connection, part: Part) -> bool:
    """Row level security shows one company at most: the part's own."""
    if part.number == 0:
        return bool(await connection.fetchval(HAS_COMPANY))
    return bool(await connection.fetchval(HAS_PART, str(part.seed)))
