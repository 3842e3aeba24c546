"""`parley jobs`: jobs of every company, for whoever runs the installation."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from models.db import Database
from models.job import JobState
from models.job_rows import AllJobs
from settings import Settings

LONGEST_ERROR = 200


@asynccontextmanager
async def all_jobs(settings: Settings) -> AsyncIterator[AllJobs]:
    """The jobs for as long as the block runs."""
    database = Database(settings)
    try:
        yield AllJobs(database)
    finally:
        await database.close()


async def listed(settings: Settings, state: JobState | None, company_id: UUID | None, most: int) -> list[str]:
    """A line for each job, the newest first."""
    async with all_jobs(settings) as jobs:
        return [line(row) for row in await jobs.newest(state, company_id, most)]


async def retry(settings: Settings, job_id: UUID) -> bool:
    """Queue a job again; False when it is neither failed nor waiting, or its dedupe key is taken again."""
    async with all_jobs(settings) as jobs:
        return await jobs.retry(job_id)


async def drop(settings: Settings, job_id: UUID) -> bool:
    """Remove a job; False when there is none."""
    async with all_jobs(settings) as jobs:
        return await jobs.drop(job_id)


def line(job: Mapping[str, Any]) -> str:
    """What a person wants to know of a job, and what a script can split at tabs."""
    words = [
        str(job["id"]),
        str(job["company_id"]),
        f"{job['created_at']:%Y-%m-%dT%H:%M:%SZ}",
        job["queue"],
        job["state"],
        f"{job['attempts']}/{job['max_attempts']}",
        job["type"],
        " ".join((job["error"] or "").split())[:LONGEST_ERROR],
    ]
    return "\t".join(words).rstrip()
