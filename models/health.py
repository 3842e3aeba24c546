"""What the database says of itself."""

from models.db import Database
from models.migrations.revisions import newest


async def migration_state(database: Database) -> str:
    """`ok` when the tables are those this code knows; else what to run. Raises what the driver raises when it is away."""
    async with database.system.connection() as connection:
        if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
            return "there are no tables: run `parley migrate`"
        revision = await connection.fetchval("SELECT version_num FROM alembic_version")
    return "ok" if revision == HEAD else f"at revision {revision}, this code needs {HEAD}: run `parley migrate`"


HEAD = newest()
