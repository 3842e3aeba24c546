"""Jobs of every company, for the workers, on the system role. Who holds the newest fence may say what became of a job."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from models.db import Database
from models.job import CHANNEL, JobQueue, JobState

# How many of the oldest due jobs are looked at to find out who waits.
WINDOW = 500
# How many companies share one claim when more than `WINDOW` jobs are due.
MOST_COMPANIES = 200
NOBODY = UUID(int=0)
LEFT = "the worker that had it went away without a word"

DUE = "queue = $1 AND state = 'queued' AND run_at <= now()"
WAITING = f"""
SELECT company_id, count(*) AS jobs
  FROM (SELECT company_id FROM jobs WHERE {DUE} ORDER BY run_at LIMIT {WINDOW}) oldest GROUP BY company_id"""
# From one company to the next through the index, so that a company's million jobs cost one step. EXISTS instead of the lateral
# select would be planned as a join with all that is due.
COMPANIES = f"""
WITH RECURSIVE turns(company_id) AS (
    (SELECT company_id FROM jobs WHERE queue = $1 AND state = 'queued' AND company_id > $2 ORDER BY company_id LIMIT 1)
  UNION ALL
    SELECT (SELECT j.company_id FROM jobs j WHERE j.queue = $1 AND j.state = 'queued' AND j.company_id > h.company_id
             ORDER BY j.company_id LIMIT 1)
      FROM turns h WHERE h.company_id IS NOT NULL)
SELECT h.company_id FROM turns h
 CROSS JOIN LATERAL (SELECT FROM jobs WHERE {DUE} AND company_id = h.company_id ORDER BY run_at LIMIT 1) due LIMIT {MOST_COMPANIES}"""
CLAIM = f"""
WITH picked AS MATERIALIZED (
    SELECT due.* FROM unnest($2::uuid[], $3::int[]) AS share(company, most)
     CROSS JOIN LATERAL (SELECT company_id, id FROM jobs WHERE {DUE} AND company_id = share.company
                          ORDER BY run_at LIMIT share.most FOR UPDATE SKIP LOCKED) due)
UPDATE jobs SET state = 'running', attempts = attempts + 1, fence = fence + 1, lease_until = now() + make_interval(secs => $4)
  FROM picked WHERE jobs.company_id = picked.company_id AND jobs.id = picked.id
RETURNING jobs.company_id, jobs.id, type, payload, attempts, max_attempts, fence,
          greatest(extract(epoch FROM now() - run_at), 0)::float8 AS waited"""
# By its key: as "state = 'running'" it would go through the index of leases, and past the dead entries of all jobs since a vacuum.
HELD = """jobs.company_id = held.company_id AND jobs.id = held.id AND jobs.fence = held.fence
       AND jobs.state IS NOT DISTINCT FROM 'running'"""
RENEW = f"""
UPDATE jobs SET lease_until = now() + make_interval(secs => $4)
  FROM unnest($1::uuid[], $2::uuid[], $3::bigint[]) AS held(company_id, id, fence) WHERE {HELD} RETURNING jobs.id"""
RECORD = f"""
WITH recorded AS (
    UPDATE jobs SET state = held.state, error = held.error, lease_until = NULL,
           attempts = jobs.attempts - held.taken_back,
           run_at = CASE WHEN held.state = 'queued' THEN now() + make_interval(secs => held.retry_in) ELSE run_at END,
           finished_at = CASE WHEN held.state <> 'queued' THEN now() END
      FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::float8[], $7::int[])
           AS held(company_id, id, fence, state, error, retry_in, taken_back)
     WHERE {HELD} RETURNING jobs.id, jobs.state, jobs.run_at)
SELECT id, CASE WHEN state = 'queued' AND run_at <= now() THEN pg_notify('{CHANNEL}', '')::text END FROM recorded"""
# Rows are chosen once, before any is changed: as a sub-select in a condition a LIMIT with locks may be asked again for each row.
TAKE_BACK = """
WITH late AS MATERIALIZED (
    SELECT company_id, id FROM jobs WHERE state = 'running' AND lease_until < now() ORDER BY lease_until LIMIT 1000 FOR UPDATE SKIP LOCKED)
UPDATE jobs SET state = CASE WHEN attempts < max_attempts THEN 'queued' ELSE 'failed' END,
       finished_at = CASE WHEN attempts < max_attempts THEN NULL ELSE now() END, lease_until = NULL, error = $1
  FROM late WHERE jobs.company_id = late.company_id AND jobs.id = late.id RETURNING jobs.id, state"""
FORGET = """
WITH old AS MATERIALIZED (
    SELECT company_id, id FROM jobs WHERE state = 'done' AND finished_at < $1 ORDER BY finished_at LIMIT $2 FOR UPDATE SKIP LOCKED)
DELETE FROM jobs USING old WHERE jobs.company_id = old.company_id AND jobs.id = old.id RETURNING jobs.id"""
NEWEST = """
SELECT id, company_id, type, queue, state, attempts, max_attempts, run_at, created_at, finished_at, error FROM jobs
 WHERE ($1::text IS NULL OR state = $1) AND ($2::uuid IS NULL OR company_id = $2) ORDER BY created_at DESC, id DESC LIMIT $3"""
RETRY = f"""
WITH again AS (UPDATE jobs SET state = 'queued', attempts = 0, run_at = now(), finished_at = NULL
                WHERE id = $1 AND state IN ('queued', 'failed') RETURNING id)
SELECT id, pg_notify('{CHANNEL}', '')::text FROM again"""


@dataclass(frozen=True, slots=True)
class ClaimedJob:
    """A job that this worker holds while its lease lasts; `fence` proves it. `attempt` counts from 1, `waited` is in seconds."""

    company_id: UUID
    id: UUID
    type: str
    payload: dict[str, Any]
    attempt: int
    max_attempts: int
    fence: int
    waited: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an attempt ended in. One that is queued again waits `retry_in` seconds; one that is not `counted` is as if it had not begun."""

    state: JobState
    error: str | None = None
    retry_in: float = 0.0
    counted: bool = True


@dataclass(frozen=True, slots=True)
class JobRows:
    """Each method is one statement and so one short transaction; what a job does happens with none open."""

    database: Database

    async def waiting(self, queue: JobQueue) -> dict[UUID, int]:
        """Whose jobs are due, and how many: among the oldest 500 alone, so at 500 there may be more, and others."""
        async with self.database.system.connection() as connection:
            return {row["company_id"]: row["jobs"] for row in await connection.fetch(WAITING, queue)}

    async def companies(self, queue: JobQueue, after: UUID = NOBODY) -> list[UUID]:
        """Up to 200 companies with due jobs, in the order of their ids; `after` goes on behind one."""
        async with self.database.system.connection() as connection:
            return [row["company_id"] for row in await connection.fetch(COMPANIES, queue, after)]

    async def claim(self, queue: JobQueue, shares: Mapping[UUID, int], lease: float) -> list[ClaimedJob]:
        """Take at most so many due jobs of each company for `lease` seconds, the oldest first; what others hold is passed over."""
        async with self.database.system.connection() as connection:
            rows = await connection.fetch(CLAIM, queue, list(shares), list(shares.values()), lease)
        return sorted((ClaimedJob(*row) for row in rows), key=lambda job: -job.waited)

    async def renew(self, jobs: Iterable[ClaimedJob], lease: float) -> set[UUID]:
        """Hold on for another `lease` seconds; the ids of those that are still held."""
        async with self.database.system.connection() as connection:
            return {row["id"] for row in await connection.fetch(RENEW, *_columns(jobs), lease)}

    async def record(self, outcomes: Iterable[tuple[ClaimedJob, Outcome]]) -> set[UUID]:
        """Write what became of jobs; the ids of those that were still held, the rest is refused."""
        pairs = list(outcomes)
        values = [
            [str(outcome.state) for _, outcome in pairs],
            [outcome.error and storable(outcome.error) for _, outcome in pairs],
            [outcome.retry_in for _, outcome in pairs],
            [0 if outcome.counted else 1 for _, outcome in pairs],
        ]
        async with self.database.system.connection() as connection:
            return {row["id"] for row in await connection.fetch(RECORD, *_columns(job for job, _ in pairs), *values)}

    async def take_back(self) -> dict[UUID, JobState]:
        """Queue again what nobody holds any more, or close it after its last attempt; what became of each."""
        async with self.database.system.connection() as connection:
            return {row["id"]: JobState(row["state"]) for row in await connection.fetch(TAKE_BACK, LEFT)}

    async def forget(self, before: datetime, most: int = 5000) -> int:
        """Remove up to so many jobs that were done before a moment; how many there were. Failed ones stay until somebody drops them."""
        async with self.database.system.connection() as connection:
            return len(await connection.fetch(FORGET, before, most))

    async def companies_with_events_before(self, moment: datetime) -> list[UUID]:
        """Whose event log has something to prune."""
        async with self.database.system.connection() as connection:
            rows = await connection.fetch("SELECT DISTINCT company_id FROM events WHERE created_at < $1", moment)
        return [row["company_id"] for row in rows]

    async def companies_with_vectors_of_others(self, model: str) -> list[UUID]:
        """Whose documents answer with vectors of another model."""
        others = "embedding_model < $1 OR embedding_model > $1"
        async with self.database.system.connection() as connection:
            rows = await connection.fetch(f"SELECT DISTINCT company_id FROM documents WHERE {others}", model)
        return [row["company_id"] for row in rows]


@dataclass(frozen=True, slots=True)
class AllJobs:
    """Jobs of every company, for whoever runs the installation."""

    database: Database

    async def newest(self, state: JobState | None, company_id: UUID | None, most: int) -> list[Mapping[str, Any]]:
        """The jobs that were asked for last, without their payloads."""
        async with self.database.system.connection() as connection:
            return list(await connection.fetch(NEWEST, state, company_id, most))

    async def retry(self, job_id: UUID) -> bool:
        """Do a failed job again with all its attempts, or a waiting one now; False when it is neither, or its dedupe key is taken again."""
        try:
            async with self.database.system.connection() as connection:
                return await connection.fetchrow(RETRY, job_id) is not None
        except asyncpg.UniqueViolationError:
            return False

    async def drop(self, job_id: UUID) -> bool:
        """Remove a job; False when there is none."""
        async with self.database.system.connection() as connection:
            return await connection.fetchrow("DELETE FROM jobs WHERE id = $1 RETURNING id", job_id) is not None


def _columns(jobs: Iterable[ClaimedJob]) -> tuple[list[UUID], list[UUID], list[int]]:
    held = list(jobs)
    return [job.company_id for job in held], [job.id for job in held], [job.fence for job in held]


def storable(text: str, most: int = 2000) -> str:
    """The text as PostgreSQL can keep it: one odd character may not keep a whole batch from being recorded."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()[:most]
