"""The bundled servers of a data folder, and settings that point to them."""

from collections.abc import Iterator
from contextlib import contextmanager

from pydantic import SecretStr
from rich.console import Console

from embedded import PostgresServer, ValkeyServer
from settings import Settings
from supervisor.children import Children
from supervisor.folder import DataFolder
from supervisor.progress import Steps

FIELDS = {"DATABASE_URL": "database_url", "PARLEY_MIGRATION_URL": "migration_url", "REDIS_URL": "redis_url"}


def start_servers(settings: Settings, folder: DataFolder, children: Children, steps: Steps) -> Settings:
    """Start what no URL is configured for, and fill in its address and the development secret."""
    addresses: dict[str, str] = {}
    if settings.database_url is None:
        postgres = PostgresServer(folder.path / "postgres", meanwhile=children.meanwhile)
        with steps.step("PostgreSQL"):
            children.start("PostgreSQL", postgres)
        addresses |= {"DATABASE_URL": postgres.url("parley"), "PARLEY_MIGRATION_URL": postgres.url("parley_owner")}
    if settings.redis_url is None:
        valkey = ValkeyServer(folder.path / "valkey")
        with steps.step("Valkey"):
            children.start("Valkey", valkey)
        addresses["REDIS_URL"] = valkey.url
    folder.write_servers(addresses)
    return _with_secret(_with_addresses(settings, addresses), folder, create=True)


def adopt(settings: Settings) -> Settings:
    """Fill in the addresses and the secret of the Parley that runs in the data folder; what is configured stays."""
    folder = DataFolder(settings.data_dir)
    return _with_secret(_with_addresses(settings, folder.servers()), folder, create=False)


@contextmanager
def bundled_environment(settings: Settings) -> Iterator[Settings]:
    """Settings for one command: of the running Parley, or of servers that run as long as the command does.

    With `DATABASE_URL` configured nothing is started: who brings a database brings Redis too.
    """
    adopted = adopt(settings)
    if adopted.database_url is not None:
        yield adopted
        return
    folder = DataFolder(settings.data_dir)
    steps = Steps(Console(quiet=True))
    children = Children(steps.say)
    folder.claim()
    try:
        yield start_servers(settings, folder, children, steps)
    finally:
        children.stop()
        folder.release()


def _with_addresses(settings: Settings, addresses: dict[str, str]) -> Settings:
    if settings.database_url is not None:  # Somebody's own database is not migrated with the bundled one's owner.
        addresses = {name: address for name, address in addresses.items() if name == "REDIS_URL"}
    missing = {FIELDS[name]: SecretStr(address) for name, address in addresses.items() if getattr(settings, FIELDS[name]) is None}
    return settings.model_copy(update=missing)


def _with_secret(settings: Settings, folder: DataFolder, *, create: bool) -> Settings:
    """Only in development: elsewhere a secret that nobody configured would be one more way in."""
    if settings.jwt_secret is not None or settings.environment != "development":
        return settings
    secret = folder.jwt_secret(create=create)
    return settings.model_copy(update={"jwt_secret": SecretStr(secret)}) if secret else settings
