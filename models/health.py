"""What the database says of itself."""

from models.db import Database
from models.diagnosis import too_old
from models.migrations.revisions import newest


async def migration_state(database: Database) -> str:
    """`ok` when the server will do and the tables are those this code knows; else what to do.

    Raises what the driver raises when it is away.
    """
    async with database.system.connection() as connection:
        if old := too_old(connection.get_server_version().major):
            return old
        if await connection.fetchval("SELECT to_regclass('alembic_version')") is None:
            return "there are no tables: run `parley migrate`"
        revision = await connection.fetchval("SELECT version_num FROM alembic_version")
    return "ok" if revision == HEAD else f"at revision {revision}, this code needs {HEAD}: run `parley migrate`"


HEAD = newest()
