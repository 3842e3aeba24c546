"""A PostgreSQL that is broken on purpose."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

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
        for pid in self._family():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def kill_postmaster(self) -> None:
        """SIGKILL to the postmaster alone: its children notice, say so to their clients and end."""
        assert self.server.pid
        os.kill(self.server.pid, signal.SIGKILL)

    def freeze(self) -> None:
        """Everything stands still: connections stay open and nobody answers."""
        assert self.server.pid
        for pid in self._family():
            os.kill(pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """As if nothing had been."""
        for pid in self._family():
            os.kill(pid, signal.SIGCONT)

    def _family(self) -> list[int]:
        """The postmaster and its children, each in a process group of its own."""
        assert self.server.pid
        children = Path(f"/proc/{self.server.pid}/task/{self.server.pid}/children").read_text().split()
        return [self.server.pid, *map(int, children)]
