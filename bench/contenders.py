"""The contenders: each one process on loopback, on the same database."""

import json
import os
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.processes import resident_bytes
from bench.servers import ROOT, Servers
from bench.work import LIST_OF_CONVERSATIONS
from embedded.process import Child, Program, free_port

PATIENCE = 40.0


def as_printed(answer: Any) -> Any:
    """Most contenders print the words that are compared."""
    return answer


@dataclass(frozen=True, slots=True)
class Kind:
    """How a contender is started; its environment depends on the servers, the secret and the port.

    `document` is Q1 in its own names, None when it knows its questions by their names alone; `spelling` puts its answers into
    everybody's words; `warm_up` is for how many seconds it is asked before an item's rounds.
    """

    name: str
    command: tuple[str, ...]
    environment: Callable[[Servers, str, int], Mapping[str, str]]
    document: str | None = LIST_OF_CONVERSATIONS
    spelling: Callable[[Any], Any] = as_printed
    warm_up: float = 0.7


def _ceiling(servers: Servers, secret: str, port: int) -> Mapping[str, str]:
    return {"BENCH_DATABASE_URL": servers.app_url, "BENCH_PORT": str(port)}


def _usual(servers: Servers, secret: str, port: int) -> Mapping[str, str]:
    return {"BENCH_DATABASE_URL": servers.super_url, "BENCH_JWT_SECRET": secret, "BENCH_PORT": str(port)}


def _parley(servers: Servers, secret: str, port: int) -> Mapping[str, str]:
    # Everything is on. The limits are checked like any, but so high that nobody reaches them: an owner's requests, a company's cost.
    return {
        "DATABASE_URL": servers.app_url,
        "REDIS_URL": servers.redis_url,
        "PARLEY_JWT_SECRET": secret,
        "PARLEY_PORT": str(port),
        "PARLEY_LIMIT_USER": "100000000/hour",
        "PARLEY_LIMIT_COST": "1000000000000/hour",
    }


def _trivial(servers: Servers, secret: str, port: int) -> Mapping[str, str]:
    return {"BENCH_PORT": str(port)}


TRIVIAL = Kind("trivial", (sys.executable, "-m", "bench.trivial"), _trivial, document=None)
CEILING = Kind("ceiling", (sys.executable, "-m", "bench.ceiling"), _ceiling, document=None)
PARLEY = Kind("parley", (str(Path(sys.executable).with_name("parley")), "web"), _parley)
USUAL = Kind("usual", (sys.executable, "-m", "bench.usual"), _usual)
KINDS = (CEILING, PARLEY, USUAL)


class Contender:
    """One of them, running."""

    def __init__(self, kind: Kind, servers: Servers, secret: str) -> None:
        self.kind = kind
        self.name = kind.name
        self.port = free_port()
        plain = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        environment = {**plain, **kind.environment(servers, secret, self.port)}
        self.log = servers.folder / f"{kind.name}.log"
        self.log.unlink(missing_ok=True)
        self._child = Child(Program(kind.command, self.log, environment=environment, folder=ROOT))
        self.idle_bytes = 0

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._child.pid is not None
        return self._child.pid

    def start(self) -> None:
        """Return when it serves, and note its memory before any request; raises `EmbeddedError` when it does not start."""
        self._child.start()
        self._child.wait_until(lambda: answers(self.port), patience=PATIENCE)
        time.sleep(0.5)
        self.idle_bytes = resident_bytes(self.pid)

    def stop(self) -> None:
        """End it."""
        self._child.stop()

    def complaints(self) -> Counter[str]:
        """What it logged as a warning or worse, as far as its log is of JSON lines: each event and how often."""
        with self.log.open(encoding="utf-8", errors="replace") as lines:
            # Its own word for it comes first: there is a line for each of a million requests.
            bad = (json.loads(line) for line in lines if '"level":"info"' not in line and line.startswith("{"))
            return Counter(str(each.get("event")) for each in bad if each.get("level") in {"warning", "error", "critical"})


@contextmanager
def running(kinds: Sequence[Kind], servers: Servers, secret: str) -> Iterator[list[Contender]]:
    """The contenders, for as long as the block runs."""
    with ExitStack() as stack:
        contenders = []
        for kind in kinds:
            contender = Contender(kind, servers, secret)
            stack.callback(contender.stop)
            contender.start()
            contenders.append(contender)
        yield contenders


def answers(port: int) -> bool:
    """Whether the server at that port is ready."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
