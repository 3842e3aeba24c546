"""The bundled PostgreSQL with pgvector, run as our own child."""

import signal
import time
from collections.abc import Callable
from pathlib import Path

from embedded.cluster import DATABASE, ensure_cluster, log_file, remove_cluster
from embedded.errors import EmbeddedError, named_for
from embedded.files import Lock
from embedded.postmaster import is_ready, stop_leftover
from embedded.process import Child, Program, free_port, last_lines
from embedded.site import Site, choose_site

HOST = "127.0.0.1"
# Replaying the log of a crash may take longer than any ordinary start.
START_PATIENCE = 60.0
SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",  # A socket's path may be 107 bytes long at most; clones live deeper.
    "max_connections": "200",
    "shared_buffers": "512MB",  # Taken as it is used; a knowledge base of 100,000 passages fits.
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
}
# For data that is thrown away: a crash of the machine may lose it.
IN_A_HURRY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class PostgresServer:
    """One cluster in one folder, on loopback only; its logins and their rights are in `embedded.cluster`.

    `meanwhile` is called while a start waits, perhaps for the replay of a crash's log, and may raise to give up.
    """

    def __init__(self, data: Path, *, durable: bool = True, meanwhile: Callable[[], None] = lambda: None) -> None:
        self.data = data.absolute()
        self.port = 0
        self._durable = durable
        self._meanwhile = meanwhile
        self._lock = Lock(self.data.with_name(f"{self.data.name}.lock"))
        self._passwords: dict[str, str] = {}
        self._child: Child | None = None

    @property
    def alive(self) -> bool:
        """Whether it runs now."""
        return self._child is not None and self._child.alive

    @property
    def pid(self) -> int | None:
        """The process id of its last start."""
        return self._child.pid if self._child else None

    def url(self, user: str = "parley", database: str = DATABASE) -> str:
        """Where `user` (parley, parley_owner or postgres) connects, password included."""
        return f"postgresql://{user}:{self._passwords[user]}@{HOST}:{self.port}/{database}"

    def start(self) -> None:
        """Return when it takes connections; a second start, after a crash, keeps the port.

        Raises `EmbeddedError` with the next step when the folder cannot be used.
        """
        with named_for(self.data.parent):
            self.data.parent.mkdir(parents=True, exist_ok=True)
            if not self._lock.acquire():
                raise EmbeddedError(f"{self.data} is in use by process {self._lock.holder()}; stop that one first.")
            started = False
            try:
                self._start(choose_site(self.data))
                started = True
            finally:
                if not started:
                    self.stop()

    def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, what was committed stays. Does nothing when it is not running."""
        if self._child:
            self._child.stop()
        self._lock.release()

    def remove(self) -> None:
        """Stop and remove everything this server wrote; for tests."""
        self.stop()
        remove_cluster(choose_site(self.data))
        self._lock.path.unlink(missing_ok=True)

    def _start(self, site: Site) -> None:
        if self._child:
            self._child.stop()
        stop_leftover(site.data)
        self._passwords = ensure_cluster(site, durable=self._durable)
        keeps_port = self.port != 0
        for attempt in range(5):
            if not keeps_port:
                self.port = free_port(HOST)
            if self._launch(site):
                return
            time.sleep(0.1 * 2**attempt)
        raise EmbeddedError(f"PostgreSQL found no free port or its folder stayed occupied.\n{last_lines(log_file(site))}")

    def _launch(self, site: Site) -> bool:
        """False when another attempt may succeed."""

        def ready() -> bool:
            self._meanwhile()
            return is_ready(site.data, self.pid)

        self._child = Child(self._program(site))
        self._child.start()
        try:
            self._child.wait_until(ready, patience=START_PATIENCE)
        except EmbeddedError as error:
            if _may_pass(str(error)):
                return False
            raise
        return True

    def _program(self, site: Site) -> Program:
        settings = SETTINGS | {"port": str(self.port)} | ({} if self._durable else IN_A_HURRY)
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return Program(
            argv=(str(site.install / "bin/postgres"), "-D", str(site.data), *options),
            log=log_file(site),
            account=site.account,
            stop_signals=(signal.SIGINT, signal.SIGQUIT, signal.SIGKILL),
        )


def _may_pass(text: str) -> bool:
    """Another program took the port, or a killed server's backends have not noticed yet that they are orphans."""
    return "Address already in use" in text or "pre-existing shared memory block" in text
