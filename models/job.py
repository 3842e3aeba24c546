"""Jobs: work to be done after a commit. The row is the truth; a queue's message only wakes a worker."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, Table, text
from sqlmodel import Field, SQLModel

from models.columns import count, document, identifier, maybe_moment, maybe_words, moment, of_company, one_of, tenant, tenant_key, words


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class Job(SQLModel, table=True):
    """One piece of work. `fence` grows with each claim: only its last holder may record a result."""

    __tablename__ = "jobs"
    __table_args__ = (
        tenant_key(),
        of_company(),
        one_of("state", JobState),
        Index("ix_jobs_due", "run_at", postgresql_where=text("state IN ('queued', 'running')")),
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
    id: UUID = identifier("Identifier (UUID).")
    type: str = words("Which handler does it.")
    payload: dict[str, Any] = document("What the handler needs.")
    state: JobState = words("Where it stands.", default=JobState.QUEUED)
    run_at: datetime = moment("Not before this time.")
    attempts: int = count("How often it was claimed.")
    max_attempts: int = Field(nullable=False, sa_column_kwargs={"server_default": "5"})
    lease_until: datetime | None = maybe_moment("Until when the claim holds.")
    fence: int = Field(sa_type=BigInteger, nullable=False, sa_column_kwargs={"server_default": "0"})
    error: str | None = maybe_words("Why the last attempt failed.")
    dedupe_key: str | None = maybe_words("At most one unfinished job of a company has it.")
    created_at: datetime = moment("When it was asked for.")
    finished_at: datetime | None = maybe_moment("When it was done or given up.")


JOBS: Table = SQLModel.metadata.tables["jobs"]
