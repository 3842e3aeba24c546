"""Jobs: work to be done after a commit. The row is the truth; whatever carries its id only makes it start sooner."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, Table, text
from sqlmodel import Field, SQLModel

from models.catalogue import declare
from models.columns import count, document, identifier, maybe_moment, maybe_words, moment, of_company, one_of, tenant, tenant_key, words

# Where workers hear that jobs were committed.
CHANNEL = "parley_jobs"


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class JobQueue(StrEnum):
    """Which slots a job takes: those for deliveries and light work, or those for ingestion."""

    LIGHT = "light"
    HEAVY = "heavy"


class JobFields(SQLModel):
    """A piece of work that is done outside of requests, and what became of it."""

    id: UUID = identifier("Identifier (UUID).")
    type: str = words("What kind of work it is.")
    state: JobState = words("Where it stands; a failed one waits for somebody to retry or drop it.", default=JobState.QUEUED)
    queue: JobQueue = words("Which workers' slots it takes.", default=JobQueue.LIGHT)
    attempts: int = count("How often it was begun.")
    max_attempts: int = Field(
        description="After so many attempts it is given up.", nullable=False, sa_column_kwargs={"server_default": "5"}, ge=1
    )
    run_at: datetime = moment("Not before this time.")
    created_at: datetime = moment("When it was asked for.")
    finished_at: datetime | None = maybe_moment("When it was done or given up.")
    error: str | None = maybe_words("Why the last attempt failed; null when it did not.")


class Job(JobFields, table=True):
    """One piece of work. `fence` grows with each claim: only its last holder may record a result."""

    __tablename__ = "jobs"
    __table_args__ = (
        tenant_key(),
        of_company(),
        one_of("state", JobState),
        one_of("queue", JobQueue),
        Index("ix_jobs_queue_run_at", "queue", "run_at", postgresql_where=text("state = 'queued'")),
        Index("ix_jobs_queue_company_id_run_at", "queue", "company_id", "run_at", postgresql_where=text("state = 'queued'")),
        Index("ix_jobs_lease_until", "lease_until", postgresql_where=text("state = 'running'")),
        Index("ix_jobs_finished_at", "finished_at", postgresql_where=text("state = 'done'")),
        Index(
            "uq_jobs_company_id_dedupe_key",
            "company_id",
            "dedupe_key",
            unique=True,
            postgresql_where=text("state IN ('queued', 'running')"),
        ),
        Index("ix_jobs_company_id_created_at_id", "company_id", "created_at", "id"),
    )

    company_id: UUID = tenant()
    payload: dict[str, Any] = document("What the handler needs.")
    lease_until: datetime | None = maybe_moment("Until when the claim holds.")
    fence: int = Field(sa_type=BigInteger, nullable=False, sa_column_kwargs={"server_default": "0"})
    dedupe_key: str | None = maybe_words("At most one unfinished job of a company has it.")


JOBS: Table = SQLModel.metadata.tables["jobs"]

JOB = declare(
    Job,
    JobFields,
    scope="jobs",
    order="-created_at",
    orders=("created_at", "run_at", "finished_at", "type", "attempts"),
    searched=("type", "error"),
)
