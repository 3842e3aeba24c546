"""Puts jobs and events in, and looks at what became of them."""

import asyncio
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import orjson

from models.columns import now
from resolvers.retention import PRUNE
from tests.tenant import Tenant

LONG_AGO = timedelta(days=100)
# Deletes nothing, whenever it runs.
HARMLESS = {"before": "2001-01-01T00:00:00+00:00"}
# The handler asks for `before` and does not find it.
BROKEN: dict[str, Any] = {}


@dataclass(frozen=True)
class Queue:
    """All jobs and events of all companies."""

    connection: asyncpg.Connection

    async def put(self, tenant: Tenant, payload: dict[str, Any] | None = None, **columns: Any) -> UUID:
        """A job of the tenant; it prunes nothing unless told what."""
        job_id = uuid4()
        given = {
            "company_id": tenant.company_id,
            "id": job_id,
            "type": PRUNE,
            "payload": orjson.dumps(HARMLESS if payload is None else payload).decode(),
        }
        given |= columns
        places = ", ".join(f"${number}" for number in range(1, len(given) + 1))
        await self.connection.execute(f"INSERT INTO jobs ({', '.join(given)}) VALUES ({places})", *given.values())
        return job_id

    async def put_many(self, tenant: Tenant, count: int, *, run_at: datetime | None = None, **columns: Any) -> None:
        """So many equal jobs of the tenant in one statement."""
        given = {"company_id": tenant.company_id, "type": PRUNE, "payload": orjson.dumps(HARMLESS).decode(), "run_at": run_at or now()}
        given |= columns
        places = ", ".join(f"${number}" for number in range(2, len(given) + 2))
        await self.connection.execute(
            f"INSERT INTO jobs (id, {', '.join(given)}) SELECT gen_random_uuid(), {places} FROM generate_series(1, $1::int)",
            count,
            *given.values(),
        )

    async def states(self) -> dict[str, int]:
        """How many jobs there are in each state."""
        return dict(await self.connection.fetch("SELECT state, count(*) FROM jobs GROUP BY state"))

    async def until_settled(self, count: int, patience: float = 60) -> None:
        """Return once so many jobs are done or failed."""
        deadline = time.monotonic() + patience
        while (states := await self.states()).get("done", 0) + states.get("failed", 0) < count:
            assert time.monotonic() < deadline, f"the jobs are {states} after {patience} s"
            await asyncio.sleep(0.05)

    async def until_running(self, count: int, patience: float = 60) -> None:
        """Return once so many jobs run."""
        deadline = time.monotonic() + patience
        while (states := await self.states()).get("running", 0) < count:
            assert time.monotonic() < deadline, f"the jobs are {states} after {patience} s"
            await asyncio.sleep(0.02)

    async def job(self, job_id: UUID) -> asyncpg.Record:
        """The row as it is now."""
        return await self.connection.fetchrow("SELECT *, run_at - now() AS waits FROM jobs WHERE id = $1", job_id)

    async def jobs(self) -> list[asyncpg.Record]:
        """Every job there is."""
        found: list[asyncpg.Record] = await self.connection.fetch("SELECT * FROM jobs ORDER BY created_at, id")
        return found

    async def make_due(self, job_id: UUID) -> None:
        """As if the wait were over."""
        await self.connection.execute("UPDATE jobs SET run_at = now() WHERE id = $1", job_id)

    async def events(self, tenant: Tenant, *, count: int, age: timedelta) -> None:
        """So many events of the tenant, all of one age."""
        await self.connection.execute(
            """INSERT INTO events (company_id, id, type, entity, entity_id, payload, created_at)
               SELECT $1, gen_random_uuid(), 'contact.created', 'contact', gen_random_uuid(), '{}', $3 FROM generate_series(1, $2)""",
            tenant.company_id,
            count,
            now() - age,
        )

    async def count_events(self, tenant: Tenant, before: datetime | None = None) -> int:
        """How many events of the tenant there are."""
        return int(
            await self.connection.fetchval(
                "SELECT count(*) FROM events WHERE company_id = $1 AND created_at < coalesce($2::timestamptz, 'infinity')",
                tenant.company_id,
                before,
            )
        )

    async def until(self, job_id: UUID, state: str, patience: float = 60) -> asyncpg.Record:
        """The row once it has come to `state`."""
        deadline = time.monotonic() + patience
        while (row := await self.job(job_id))["state"] != state:
            assert time.monotonic() < deadline, f"the job is {row['state']} after {patience} s: {row['error']}"
            await asyncio.sleep(0.02)
        return row

    async def until_all_done(self, count: int, patience: float = 60) -> None:
        """Return once there are so many jobs, each done."""
        deadline = time.monotonic() + patience
        while (states := [job["state"] for job in await self.jobs()]) != ["done"] * count:
            assert time.monotonic() < deadline, f"the jobs are {states} after {patience} s"
            await asyncio.sleep(0.02)
