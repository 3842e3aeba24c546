"""The contenders: each one process on loopback, on the same database."""

import os
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.processes import resident_bytes
from bench.servers import ROOT, Servers
from embedded.process import Child, Program, free_port

PATIENCE = 40.0


@dataclass(frozen=True, slots=True)
class Kind:
    """How a contender is started; its environment depends on the servers, the secret and the port."""

    name: str
    command: tuple[str, ...]
    environment: Callable[[Servers, str, int], Mapping[str, str]]


def _ceiling(servers: Servers, secret: str, port: int) -> Mapping[str, str]:
    return {"BENCH_DATABASE_URL": servers.app_url, "BENCH_PORT": str(port)}


def _usual(servers: Servers, secret: str, port: int) -> Mapping[str, str]:
    return {"BENCH_DATABASE_URL": servers.super_url, "BENCH_JWT_SECRET": secret, "BENCH_PORT": str(port)}


def _parley(servers: Servers, secret: str, port: int) -> Mapping[str, str]:
    return {
        "DATABASE_URL": servers.app_url,
        "REDIS_URL": servers.redis_url,
        "PARLEY_JWT_SECRET": secret,
        "PARLEY_PORT": str(port),
        "PARLEY_LIMIT_USER": "100000000/hour",
    }


def _trivial(servers: Servers, secret: str, port: int) -> Mapping[str, str]:
    return {"BENCH_PORT": str(port)}


TRIVIAL = Kind("trivial", (sys.executable, "-m", "bench.trivial"), _trivial)
KINDS = (
    Kind("ceiling", (sys.executable, "-m", "bench.ceiling"), _ceiling),
    Kind("parley", (str(Path(sys.executable).with_name("parley")), "web"), _parley),
    Kind("usual", (sys.executable, "-m", "bench.usual"), _usual),
)


class Contender:
    """One of them, running."""

    def __init__(self, kind: Kind, servers: Servers, secret: str) -> None:
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


def answers(port: int) -> bool:
    """Whether the server at that port is ready."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
