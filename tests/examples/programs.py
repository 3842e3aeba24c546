"""The examples as their readers run them: programs that are told an address and a token."""

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

import pytest

from tests.npm import installed, node
from tests.ops.running import environment
from tests.site import Site

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
SDL = ROOT / "schema" / "schema.graphql"


@dataclass(frozen=True)
class Example:
    """A client: the command that starts it, and in which folder."""

    name: str
    command: tuple[str, ...]
    folder: Path

    def run(self, site: Site, *arguments: str, token: str | None = None) -> tuple[int, list[Any]]:
        """Run to the end; the exit code, and each line of JSON."""
        done = subprocess.run(
            [*self.command, *arguments],
            cwd=self.folder,
            env=environment(**told(site, token)),
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        assert done.stderr == ""
        return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]

    @contextmanager
    def running(self, site: Site, *arguments: str) -> Iterator["Lines"]:
        """A command without end, and what it prints."""
        env = environment(**told(site))
        with subprocess.Popen([*self.command, *arguments], cwd=self.folder, env=env, stdout=subprocess.PIPE, text=True) as process:
            try:
                yield Lines(process)
            finally:
                process.kill()


def told(site: Site, token: str | None = None) -> dict[str, str]:
    """The variables that the examples read."""
    return {"PARLEY_URL": site.graphql, "PARLEY_TOKEN": site.token() if token is None else token}


class Lines:
    """The lines of a running program, as they come."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._found: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, args=(process,), daemon=True).start()

    def next(self, within: float = 20) -> Any | None:
        """The next line; None when none comes in time."""
        try:
            return json.loads(self._found.get(timeout=within))
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
    for made in (node(place, "codegen.js", str(SDL)), compiled(place)):
        assert made.returncode == 0, made.stdout + made.stderr
    return Example("typescript", ("node", "dist/main.js"), place)


def compiled(place: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Check the types, and compile."""
    return node(place, "node_modules/typescript/bin/tsc", *options, patience=120)


CLIENTS = {"typescript": typescript, "python": python, "curl": curl}
