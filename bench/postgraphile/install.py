"""PostGraphile from its registry, by npm, as the lock file says; with the Node that it wants, since it does not run on older ones."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

FOLDER = Path(__file__).parent
COMMAND = ("ci", "--ignore-scripts", "--include=optional", "--no-audit", "--no-fund", "--loglevel=error", "--fetch-retries=1")
OLDEST_NODE = 22
PATIENCE = 600.0


class NotInstalled(Exception):
    """PostGraphile cannot be had here; the text says what is missing."""


def install(say: Callable[[str], None], folder: Path = FOLDER) -> None:
    """Let npm install what the folder's lock file lists, unless it did; raises `NotInstalled`."""
    if installed(folder):
        return
    npm = shutil.which("npm")
    if npm is None:
        raise NotInstalled("PostGraphile comes from npm, and npm is not installed; install Node.js, which brings it, and try again.")
    say("installing PostGraphile with npm (500 MB, once)")
    try:
        command = (npm, *COMMAND)
        done = subprocess.run(command, check=False, cwd=folder, capture_output=True, text=True, timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        raise NotInstalled(f"npm did not install PostGraphile within {PATIENCE:.0f} s.") from None
    if done.returncode:
        raise NotInstalled(f"npm could not install PostGraphile: {(done.stderr or done.stdout).strip()[:1000]}")


def installed(folder: Path = FOLDER) -> bool:
    """Whether npm installed what the lock file of now lists: npm writes its own note of it last."""
    note = folder / "node_modules" / ".package-lock.json"
    return note.exists() and note.stat().st_mtime >= (folder / "package-lock.json").stat().st_mtime


def node(folder: Path = FOLDER) -> str:
    """The Node to run it with: the one that npm brought for this kind of machine, or else the machine's; raises `NotInstalled`."""
    brought = folder / "node_modules" / ".bin" / "node"
    found = str(brought) if brought.exists() else shutil.which("node")
    if found is None:
        raise NotInstalled("npm has no Node for this kind of machine, and none is installed; install Node.js and try again.")
    if int((number := node_version(found)).partition(".")[0]) < OLDEST_NODE:
        raise NotInstalled(f"PostGraphile needs Node {OLDEST_NODE} or newer, and this is {number}; install a newer one and try again.")
    return found


def node_version(path: str) -> str:
    """As 26.1.0."""
    return subprocess.run((path, "--version"), capture_output=True, text=True, check=True, timeout=30).stdout.strip().removeprefix("v")


def versions() -> str:
    """What ran, in words."""
    postgraphile = json.loads((FOLDER / "node_modules" / "postgraphile" / "package.json").read_text())["version"]
    return f"PostGraphile {postgraphile} on Node {node_version(node())}"
