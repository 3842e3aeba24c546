"""The bundled servers with the benchmark's data, kept between runs."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from embedded import EmbeddedError, PostgresServer, ValkeyServer
from embedded.files import Lock

HERE = Path(__file__).parent
ROOT = HERE.parent
FILLED = "filled"


@dataclass(frozen=True, slots=True)
class Servers:
    """Addresses of the running servers, and their processes; `postgres_pid` is the postmaster's."""

    folder: Path
    app_url: str
    owner_url: str
    super_url: str
    redis_url: str
    postgres_pid: int
    valkey_pid: int


@contextmanager
def running_servers(*, fresh: bool, folder: Path = HERE / ".data") -> Iterator[Servers]:
    """PostgreSQL and Valkey for as long as the block runs; `fresh` throws away what earlier runs left."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = Lock(folder / "lock")
    if not lock.acquire():
        raise EmbeddedError(f"The benchmark runs already, as process {lock.holder()}; wait for it or stop it.")
    # Only reads are measured, and a lost folder is filled again: nothing here needs to survive a crash of the machine.
    postgres = PostgresServer(folder / "postgres", durable=False)
    valkey = ValkeyServer(folder / "valkey")
    try:
        if fresh:
            (folder / FILLED).unlink(missing_ok=True)
            postgres.remove()
        postgres.start()
        valkey.start()
        assert postgres.pid is not None
        assert valkey.pid is not None
        yield Servers(
            folder=folder,
            app_url=postgres.url("parley"),
            owner_url=postgres.url("parley_owner"),
            super_url=postgres.url("postgres"),
            redis_url=valkey.url,
            postgres_pid=postgres.pid,
            valkey_pid=valkey.pid,
        )
    finally:
        valkey.stop()
        postgres.stop()
        lock.release()
