"""A PostgreSQL that is broken on purpose."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from embedded import PostgresServer


@dataclass(frozen=True)
class Breakable:
    """The server, and the one thread that may start it while an event loop runs elsewhere."""

    server: PostgresServer
    starter: ThreadPoolExecutor

    def start(self) -> None:
        """Return when it takes connections; does nothing while it runs."""
        if not self.server.alive:
            self.starter.submit(self.server.start).result()

    def stop(self) -> None:
        """Shut it down as an operator would."""
        self.starter.submit(self.server.stop).result()

    def kill(self) -> None:
        """SIGKILL to the postmaster and everything it started: nobody gets to say goodbye."""
        assert self.server.pid
        os.killpg(self.server.pid, signal.SIGKILL)
