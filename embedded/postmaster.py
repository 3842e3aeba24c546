"""What `postmaster.pid` says, and how to stop a server that its supervisor left behind."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from embedded.errors import EmbeddedError

# The lines of postmaster.pid, as pg_ctl reads them.
PID_LINE, STATUS_LINE = 0, 7


def is_ready(data: Path, pid: int | None) -> bool:
    """Whether this very process reports that it takes connections; it writes so after recovery."""
    lines = _lines(data)
    return len(lines) > STATUS_LINE and lines[PID_LINE].strip() == str(pid) and lines[STATUS_LINE].strip() == "ready"


def stop_leftover(data: Path) -> None:
    """Stop a server that still runs on this folder; call it only while holding the folder's lock.

    A pid file without a living process is left to PostgreSQL, which also looks for orphaned backends. One whose number another
    program got in the meantime is removed, because PostgreSQL would take that program for a server.
    """
    lines = _lines(data)
    pid = int(lines[PID_LINE]) if lines and lines[PID_LINE].strip().isdigit() else 0
    if not pid or not _is_alive(pid):
        return
    if not _is_postgres_on(pid, data):
        (data / "postmaster.pid").unlink(missing_ok=True)
        return
    for number, patience in ((signal.SIGINT, 10.0), (signal.SIGQUIT, 5.0)):
        os.kill(pid, number)
        if _is_gone(pid, patience):
            return
    raise EmbeddedError(f"PostgreSQL (pid {pid}) still runs on {data} and does not stop; end it with: kill -9 {pid}")


def _lines(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []


def _is_alive(pid: int) -> bool:
    with suppress(ProcessLookupError):
        with suppress(PermissionError):
            os.kill(pid, 0)
        return not _is_zombie(pid)
    return False


def _is_zombie(pid: int) -> bool:
    """In a container nobody may reap a dead process."""
    with suppress(FileNotFoundError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    return False


def _is_postgres_on(pid: int, data: Path) -> bool:
    words = _command_line(pid)
    return bool(words) and Path(words[0]).name == "postgres" and str(data) in words


def _command_line(pid: int) -> list[str]:
    proc = Path(f"/proc/{pid}/cmdline")
    if proc.exists():
        return os.fsdecode(proc.read_bytes()).split("\0")
    listed = subprocess.run(["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, check=False)  # noqa: S603
    return os.fsdecode(listed.stdout).split()


def _is_gone(pid: int, patience: float) -> bool:
    deadline = time.monotonic() + patience
    while _is_alive(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
