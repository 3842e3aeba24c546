"""Alembic's entry: one migration run, on one connection, serialised by an advisory lock, with a lock timeout."""

import asyncio

from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.dialects.postgresql.base import ischema_names
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import SQLModel

import models  # noqa: F401 - fills the metadata
from models.diagnosis import too_old
from models.event import Xid8
from settings import SettingsError

# Any constant does, as long as every Parley uses the same: two runs at once wait for each other.
MIGRATION_LOCK = 4_711_204_502

ischema_names["xid8"] = Xid8


def migrate(connection: Connection) -> None:
    """Run the migrations in one transaction; a table lock that takes over 2 s gives up and changes nothing.

    Raises `SettingsError` for a server that is too old, before anything is changed.
    """
    if old := too_old(int((connection.dialect.server_version_info or (0,))[0])):
        raise SettingsError(old)
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        compare_type=True,
        compare_server_default=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
        connection.execute(text("SET lock_timeout = '2s'"))
        context.run_migrations()
    connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": MIGRATION_LOCK})


async def connect_and_migrate() -> None:
    """Open the owner's connection; the address comes from `models.migrations.run`."""
    engine = create_async_engine(context.config.attributes["url"])
    try:
        async with engine.connect() as connection:
            await connection.run_sync(migrate)
            await connection.commit()
    finally:
        # Also after a failure: a connection left open would keep the lock, and the next run would wait for ever.
        await engine.dispose()


asyncio.run(connect_and_migrate())
