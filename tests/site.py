"""`parley web` as a process of its own, on a database of its own, for clients that are programs themselves."""

import json
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import httpx2

from embedded import PostgresServer, ValkeyServer
from embedded.process import free_port
from resolvers.auth.issue import Terms, issue_token
from settings import Settings
from tests.conftest import fresh_database, settings_for
from tests.ops.running import PARLEY, environment, eventually
from tests.tenant import SECRET


@dataclass
class Site:
    """A served Parley: its address, its settings, the file that its log goes to, and the process, which a test may stop."""

    url: str
    settings: Settings
    log: Path
    env: dict[str, str]
    process: subprocess.Popen[bytes] | None = None

    @property
    def graphql(self) -> str:
        """Where GraphQL is served."""
        return f"{self.url}/graphql"

    @staticmethod
    def token(email: str = "owner@acme.example", **terms: Any) -> str:
        """A token of the user with this address; the first use makes the user an owner of a new company."""
        return issue_token(SECRET, sub=uuid5(NAMESPACE_URL, email), email=email, lifetime=3600, terms=Terms(**terms))

    def lines(self) -> list[dict[str, Any]]:
        """What was logged."""
        return [json.loads(line) for line in self.log.read_text("utf-8").splitlines()]

    async def start(self) -> None:
        """Serve, until it is stopped."""
        process = self.process = self._launched()
        await eventually(lambda: process.poll() is not None or self._answers(), 90)
        assert process.poll() is None, self.log.read_text("utf-8")

    def stop(self, how: signal.Signals = signal.SIGKILL) -> None:
        """End the process, and wait for its end."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(15)
            self.process = None

    def _launched(self) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as output:
            return subprocess.Popen([PARLEY, "web"], env=self.env, stdout=output, stderr=output)

    def _answers(self) -> bool:
        try:
            return httpx2.get(f"{self.url}/health/live").status_code == 200
        except httpx2.TransportError:
            return False


@asynccontextmanager
async def site(postgres: PostgresServer, valkey: ValkeyServer, folder: Path, **variables: str) -> AsyncIterator[Site]:
    """Serve until the block ends; the folder names the database and keeps the log, `variables` are further settings."""
    name = f"site_{uuid5(NAMESPACE_URL, str(folder)).hex[:12]}"
    await fresh_database(postgres, name)
    settings, port = settings_for(postgres, valkey, name), str(free_port())
    told = {"PARLEY_PORT": port, "PARLEY_DATA_DIR": str(folder), "PARLEY_LIMIT_ANONYMOUS": "1000000/minute"}
    made = Site(f"http://127.0.0.1:{port}", settings, folder / "web.log", environment(settings, **told | variables))
    try:
        await made.start()
        yield made
    finally:
        made.stop()
