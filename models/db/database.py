"""The database as a whole: its pools, one per purpose, and the only constructor of sessions."""

from uuid import UUID

from models.db.listen import Listener
from models.db.pool import Pool, PoolOptions
from models.db.session import Session
from settings import Settings, SettingsError


class Database:
    """Three pools. Reads cannot write; commands can; `system` serves the look-ups of `models.system` alone."""

    def __init__(self, settings: Settings) -> None:
        if settings.database_url is None:
            raise SettingsError("DATABASE_URL is not set; `make run` starts a bundled server, or give the address of your own")
        url = settings.database_url.get_secret_value()
        common = {
            "timezone": "UTC",
            "role": settings.app_role,
            "application_name": "parley",
            "statement_timeout": str(int(settings.statement_timeout * 1000)),
            "lock_timeout": str(int(settings.lock_timeout * 1000)),
            "idle_in_transaction_session_timeout": "15000",
            # The nearest vectors of all companies come one by one, until enough are the company's own.
            "hnsw.iterative_scan": "relaxed_order",
            "hnsw.ef_search": "400",
        }
        # Compiled reads are planned once: their texts already differ wherever a plan should. Parallel workers would
        # evaluate the sub-select before the company is set.
        reading = {"default_transaction_read_only": "on", "plan_cache_mode": "force_generic_plan", "max_parallel_workers_per_gather": "0"}
        wait, patience = settings.pool_timeout, settings.statement_timeout + 0.5
        self.reads = Pool(PoolOptions(url, settings.read_connections, wait, common | reading, patience))
        self.writes = Pool(PoolOptions(url, settings.write_connections, wait, common, patience))
        self.listener = Listener(PoolOptions(url, 1, wait, common, patience))
        # All that it asks has an index; while a table is filled or emptied by thousands of rows, statistics say otherwise.
        asking = {"role": settings.system_role, "enable_seqscan": "off"}
        self.system = Pool(PoolOptions(url, 2, wait, common | asking, patience))

    def session(self, company_id: UUID) -> Session:
        """What one caller may do: there is no session without a company."""
        return Session(self.reads, self.writes, company_id)

    async def close(self) -> None:
        """Close every pool."""
        for pool in (self.reads, self.writes, self.system):
            await pool.close()
