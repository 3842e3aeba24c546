"""Housekeeping that nobody asks for: the worker sees to it every hour."""

from datetime import timedelta

from models.columns import now
from models.db import Database
from models.job_rows import JobRows
from resolvers.ctx import Ctx
from resolvers.documents.reembed import ask_to_reembed
from resolvers.principal import Principal
from resolvers.retention import ask_to_prune
from settings import Settings

# For people who look into what was done; what it did is in the event log.
DONE_JOBS_KEPT = timedelta(days=7)


async def schedule(database: Database, rows: JobRows, settings: Settings) -> None:
    """Remove jobs that were done a week ago; ask for the pruning of event logs that are older than they are kept."""
    while await rows.forget(now() - DONE_JOBS_KEPT):
        continue
    before = now() - timedelta(days=settings.event_retention_days)
    for company_id in await rows.companies_with_events_before(before):
        await ask_to_prune(Ctx(Principal.system(company_id, "events:prune"), database.session(company_id)), before)


async def schedule_vectors(database: Database, rows: JobRows, model: str) -> None:
    """Ask for vectors of the embedding `model` where documents answer with those of another."""
    for company_id in await rows.companies_with_vectors_of_others(model):
        await ask_to_reembed(Ctx(Principal.system(company_id, "documents:write"), database.session(company_id)), model)
