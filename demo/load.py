"""Loading by COPY under row level security.

PostgreSQL refuses `COPY FROM` into a table with row level security, so rows are copied into a temporary table of the same
columns and inserted from there: every policy, default, key and counter applies as it does to any other write.
"""

from collections.abc import Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager
from functools import partial
from uuid import UUID

import asyncpg

from demo.rows import COLUMNS, Batch
from models.db.pool import PoolOptions, connect
from settings import Settings

PATIENCE = 10.0
LONGEST_STATEMENT = "600000"
SYSTEM_TABLES = frozenset({"companies", "users"})

Advance = Callable[[str, int], None]
Copy = Callable[[str], Awaitable[object]]


async def open_connection(settings: Settings) -> asyncpg.Connection:
    """A connection as the application role; whoever opens it closes it."""
    if settings.database_url is None:
        raise ValueError("DATABASE_URL is not set; `make run` starts a bundled server, or give the address of your own")
    start = {
        "role": settings.app_role,
        "application_name": "parley demo",
        "timezone": "UTC",
        "statement_timeout": LONGEST_STATEMENT,
        # Rows that a later start can make again need no wait for the disk.
        "synchronous_commit": "off",
    }
    return await connect(PoolOptions(settings.database_url.get_secret_value(), 1, PATIENCE, start))


class Loader:
    """Writes the rows of one company, inside a transaction that the caller opens."""

    def __init__(self, connection: asyncpg.Connection, settings: Settings, company_id: UUID) -> None:
        self.connection = connection
        self._settings = settings
        self._company = company_id
        self._staged: set[str] = set()

    def transaction(self) -> AbstractAsyncContextManager[object]:
        """All or nothing; staging tables go with it."""
        self._staged.clear()
        transaction: AbstractAsyncContextManager[object] = self.connection.transaction()
        return transaction

    async def bind(self) -> None:
        """Hold the transaction to the company."""
        await self.connection.execute("SELECT set_config('app.company_id', $1, true)", str(self._company))

    async def load(self, batches: Iterable[Batch], advance: Advance) -> None:
        """Write the batches in order; `advance` hears after each how many rows were new."""
        for batch in batches:
            if batch.table in SYSTEM_TABLES:
                advance(batch.table, await self._found(batch))
            elif batch.rows:
                advance(batch.table, await self.copy(batch.table, partial(self._records, batch)))

    async def copy(self, table: str, copy: Copy) -> int:
        """Fill the staging table by `copy`, and the table from it; how many rows were new."""
        staging, columns = f"staging_{table}", ", ".join(COLUMNS[table])
        if table not in self._staged:
            create = f"CREATE TEMP TABLE {staging} ON COMMIT DROP AS SELECT {columns} FROM {table} WITH NO DATA"  # noqa: S608 - names of ours
            await self.connection.execute(create)
            self._staged.add(table)
        await copy(staging)
        # The agents of a company are the same however often it is enlarged.
        again = " ON CONFLICT DO NOTHING" if table == "agents" else ""
        insert = f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {staging}{again}"  # noqa: S608 - names of ours
        done = await self.connection.execute(insert)
        await self.connection.execute(f"TRUNCATE {staging}")
        return int(done.split()[-1])

    async def _records(self, batch: Batch, staging: str) -> None:
        await self.connection.copy_records_to_table(staging, records=batch.rows, columns=COLUMNS[batch.table])

    async def _found(self, batch: Batch) -> int:
        """A company and its users are the system role's to make, once."""
        columns = COLUMNS[batch.table]
        places = ", ".join(f"${number + 1}" for number in range(len(columns)))
        insert = f"INSERT INTO {batch.table} ({', '.join(columns)}) VALUES ({places})"  # noqa: S608 - names of ours
        await self.become(self._settings.system_role)
        await self.connection.executemany(insert, batch.rows)
        await self.become(self._settings.app_role)
        return len(batch.rows)

    async def become(self, role: str) -> None:
        """Work as another role until the transaction ends."""
        await self.connection.execute(f"SET LOCAL ROLE {role}")
