"""Packages of npm for tests: installed once for each lock file, into pytest's cache, which git does not see."""

import fcntl
import filecmp
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

INSTALL = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--fetch-retries=2", "--fetch-timeout=30000")
# What npm says when there is no way to its registry.
AWAY = ("ENOTFOUND", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "EAI_AGAIN", "ENETUNREACH", "ERR_SOCKET_TIMEOUT")


def installed(folder: Path, cache: pytest.Cache) -> Path:
    """A copy of the folder beside the packages that its lock names; skips the test without npm, or a way to its registry."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not on this machine; install Node 20 or newer to run this test")
    digest = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()[:16]
    place = cache.mkdir(f"npm-{folder.name}-{digest}")
    with locked(place):
        ignore = shutil.ignore_patterns("node_modules", "dist", "generated.ts")
        shutil.copytree(folder, place, dirs_exist_ok=True, ignore=ignore, copy_function=_copied)
        if not (place / "node_modules" / ".package-lock.json").exists():
            _install(place)
    return place


@contextmanager
def locked(place: Path) -> Iterator[None]:
    """Other test processes wait until the block ends."""
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _copied(source: str, target: str) -> None:
    """What is the same already is left alone: another test process may be reading it."""
    if not (Path(target).exists() and filecmp.cmp(source, target, shallow=False)):
        shutil.copy2(source, target)


def _install(place: Path) -> None:
    env = {name: value for name, value in os.environ.items() if name != "NODE_ENV"}
    done = subprocess.run(INSTALL, cwd=place, env=env, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode and any(word in done.stderr for word in AWAY):
        pytest.skip(f"npm cannot reach its registry: {done.stderr.strip().splitlines()[0]}")
    assert done.returncode == 0, done.stderr


def node(place: Path, script: str, *arguments: str, patience: float = 60, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a script to its end; what it says is in `stdout` and `stderr`."""
    command = ("node", script, *arguments)
    return subprocess.run(command, cwd=place, env=os.environ | env, capture_output=True, text=True, timeout=patience, check=False)
