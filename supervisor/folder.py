"""The files that a running Parley keeps in its data folder."""

import json
from pathlib import Path

from embedded.errors import EmbeddedError, named_for
from embedded.files import Lock, kept_secret, write_private


class DataFolder:
    """All of them are private to their owner and replaced in one step."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.lock = Lock(self.path / "supervisor.lock")
        self._run = self.path / "run.json"
        self._servers = self.path / "servers.json"
        self._secret = self.path / "jwt_secret"

    def claim(self) -> None:
        """Become the one supervisor of this folder; raises `EmbeddedError` that names the other one."""
        with named_for(self.path):
            self.path.mkdir(parents=True, exist_ok=True)
            while not self.lock.acquire():
                if holder := self.lock.holder():  # None: it ended between the two questions.
                    state = self.url() or "it is starting or stopping"
                    raise EmbeddedError(f"Parley already runs in {self.path}: {state} (pid {holder}). Stop it with: kill {holder}")

    def release(self) -> None:
        """Forget what only holds while we run; the data and the secret stay."""
        if self.lock.held:
            self._run.unlink(missing_ok=True)
            self._servers.unlink(missing_ok=True)
        self.lock.release()

    def url(self) -> str | None:
        """Where the running Parley answers."""
        return str(_read(self._run).get("url", "")) or None

    def servers(self) -> dict[str, str]:
        """The addresses of the bundled servers, by environment variable; empty when no supervisor lives."""
        return {name: str(value) for name, value in _read(self._servers).items()} if self.lock.holder() else {}

    def jwt_secret(self, *, create: bool) -> str | None:
        """The secret of this development folder."""
        return kept_secret(self._secret) if create or self._secret.exists() else None

    def write_servers(self, addresses: dict[str, str]) -> None:
        """Let other commands find the bundled servers."""
        write_private(self._servers, json.dumps(addresses, indent=1) + "\n")

    def write_run(self, facts: dict[str, object]) -> None:
        """Tell everybody who may read it that we are ready."""
        write_private(self._run, json.dumps(facts, indent=1) + "\n")


def _read(path: Path) -> dict[str, object]:
    """Empty when the file is missing or not ours; a file left by a killed supervisor is whole, because it was replaced in one step."""
    try:
        found = json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
