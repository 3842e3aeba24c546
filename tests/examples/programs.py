"""The examples as their readers run them: programs that are told an address and a token."""

import asyncio
import hashlib
import json
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.npm import installed, locked, node
from tests.ops.running import environment
from tests.site import Site

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
SDL = ROOT / "schema" / "schema.graphql"
# Seconds that a client may take on a machine that does other things besides; what it says is heard at once.
PATIENCE = 120.0


@dataclass(frozen=True)
class Company:
    """A company of its own at a served Parley, and the variables that the examples read."""

    site: Site
    token: str

    @property
    def env(self) -> dict[str, str]:
        """Where to ask, and as whom."""
        return environment(PARLEY_URL=self.site.graphql, PARLEY_TOKEN=self.token)

    def rest(self, method: str, path: str, **body: Any) -> Any:
        """A request that must succeed."""
        answer = httpx2.request(method, self.site.url + path, headers={"Authorization": f"Bearer {self.token}"}, json=body or None)
        assert answer.is_success, answer.text
        return answer.json()

    def create(self, *emails: str) -> list[str]:
        """Contacts with these addresses."""
        return [self.rest("POST", "/api/crm/contacts", email=email)["contact"]["email"] for email in emails]


@dataclass(frozen=True)
class Example:
    """A client: the command that starts it, and in which folder."""

    name: str
    command: tuple[str, ...]
    folder: Path

    async def run(self, company: Company, *arguments: str) -> tuple[int, list[Any]]:
        """Run to the end; the exit code, and each line of JSON. curl prints the whole answer instead."""
        command, options = (*self.command, *arguments), {"cwd": self.folder, "env": company.env, "timeout": PATIENCE, "check": False}
        done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, **options)
        assert done.stderr == ""
        texts = [done.stdout] if self.name == "curl" else done.stdout.splitlines()
        return done.returncode, [json.loads(text) for text in texts]

    @contextmanager
    def running(self, company: Company, *arguments: str) -> Iterator["Lines"]:
        """A command without end, and what it prints."""
        command = [*self.command, *arguments]
        with subprocess.Popen(command, cwd=self.folder, env=company.env, stdout=subprocess.PIPE, text=True) as process:
            try:
                yield Lines(process)
            finally:
                process.kill()


class Lines:
    """The lines of a running program, as they come."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._found: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, args=(process,), daemon=True).start()

    async def next(self, within: float = PATIENCE) -> Any | None:
        """The next line; None when none comes in time."""
        try:
            return json.loads(await asyncio.to_thread(self._found.get, timeout=within))
        except queue.Empty:
            return None

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout
        for line in process.stdout:
            self._found.put(line)


def python(_: pytest.Cache) -> Example:
    """The example in Python, which needs `gql`, as the tests do."""
    return Example("python", (sys.executable, "parley_client.py"), EXAMPLES / "python")


def curl(_: pytest.Cache) -> Example:
    """The example in bash; skips the test without curl."""
    if subprocess.run(["sh", "-c", "command -v bash && command -v curl"], capture_output=True, check=False).returncode:
        pytest.skip("bash or curl is not on this machine")
    return Example("curl", ("./parley.sh",), EXAMPLES / "curl")


def typescript(cache: pytest.Cache) -> Example:
    """The example in TypeScript, with its types made from the committed schema and checked; skips the test without npm."""
    place = installed(EXAMPLES / "typescript", cache)
    with locked(place):
        _build(place)
    return Example("typescript", ("node", "dist/main.js"), place)


def _build(place: Path) -> None:
    """Unless these sources are built already."""
    sources = [SDL, *(path for path in sorted(place.glob("src/*")) if path.name != "generated.ts"), *sorted(place.glob("*.js*"))]
    digest, stamp = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest(), place / "built"
    if stamp.exists() and stamp.read_text("utf-8") == digest:
        return
    for making in (lambda: node(place, "codegen.js", str(SDL), patience=PATIENCE), lambda: compiled(place)):
        made = making()
        assert made.returncode == 0, made.stdout + made.stderr
    stamp.write_text(digest, "utf-8")


def compiled(place: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Check the types, and compile."""
    return node(place, "node_modules/typescript/bin/tsc", *options, patience=PATIENCE)


CLIENTS = {"typescript": typescript, "python": python, "curl": curl}
