"""System work that precedes a company: the only functions that reach over companies, on a role with narrow grants."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
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


@dataclass(frozen=True, slots=True)
class ClaimedJob:
    """A job that this worker holds until `lease` ends; `fence` proves it."""

    company_id: UUID
    id: UUID
    type: str
    payload: dict[str, Any]
    attempts: int
    max_attempts: int
    fence: int


DUE = "(state = 'queued' AND run_at <= now() OR state = 'running' AND lease_until < now()) AND attempts < max_attempts"


@dataclass(frozen=True, slots=True)
class JobRows:
    """Jobs of every company, for the workers. The row is the truth: who holds the newest fence may record the outcome."""

    database: Database

    async def due(self, most: int) -> list[UUID]:
        """Jobs that wait to be done, and those whose worker let the lease run out; the oldest first."""
        async with self.database.system.connection() as connection:
            rows = await connection.fetch(f"SELECT id FROM jobs WHERE {DUE} ORDER BY run_at LIMIT $1", most)
        return [row["id"] for row in rows]

    async def claim(self, job_id: UUID, lease: float) -> ClaimedJob | None:
        """Take a due job for `lease` seconds; None when another worker was first or it is not due."""
        async with self.database.system.connection() as connection:
            row = await connection.fetchrow(
                f"""UPDATE jobs SET state = 'running', attempts = attempts + 1, fence = fence + 1,
                       lease_until = now() + make_interval(secs => $2)
                     WHERE (company_id, id) IN (SELECT company_id, id FROM jobs WHERE id = $1 AND {DUE} FOR UPDATE SKIP LOCKED)
                 RETURNING company_id, id, type, payload, attempts, max_attempts, fence""",
                job_id,
                lease,
            )
        return None if row is None else ClaimedJob(*row)

    async def give_up(self) -> int:
        """Close jobs whose last attempt's worker died without a word; returns how many."""
        async with self.database.system.connection() as connection:
            outcome: str = await connection.execute(
                """UPDATE jobs SET state = 'failed', finished_at = now(), lease_until = NULL, error = 'every worker that tried it died'
                    WHERE state = 'running' AND lease_until < now() AND attempts >= max_attempts"""
            )
        return int(outcome.rsplit(maxsplit=1)[-1])

    async def done(self, job: ClaimedJob) -> bool:
        """Record success; False when the lease was lost in the meantime."""
        return await self._record(job, "state = 'done', finished_at = now(), error = NULL")

    async def failed(self, job: ClaimedJob, error: str, retry_in: float) -> bool:
        """Record a failure: again in `retry_in` seconds, or given up after the last attempt."""
        if job.attempts >= job.max_attempts:
            return await self._record(job, "state = 'failed', finished_at = now(), error = $4", error)
        return await self._record(job, "state = 'queued', error = $4, run_at = now() + make_interval(secs => $5)", error, retry_in)

    async def _record(self, job: ClaimedJob, change: str, *values: Any) -> bool:
        statement = f"UPDATE jobs SET {change}, lease_until = NULL WHERE company_id = $1 AND id = $2 AND fence = $3 AND state = 'running'"
        async with self.database.system.connection() as connection:
            outcome: str = await connection.execute(statement, job.company_id, job.id, job.fence, *values)
        return outcome == "UPDATE 1"

    async def companies_with_events_before(self, moment: datetime) -> list[UUID]:
        """Whose event log has something to prune."""
        async with self.database.system.connection() as connection:
            rows = await connection.fetch("SELECT DISTINCT company_id FROM events WHERE created_at < $1", moment)
        return [row["company_id"] for row in rows]
