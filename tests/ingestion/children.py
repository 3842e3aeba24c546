"""The processes that this one started, as Linux lists them."""

import os
from contextlib import suppress
from pathlib import Path


def children() -> set[int]:
    """Their ids, with those that ended and were not waited for."""
    found: set[int] = set()
    for task in Path("/proc/self/task").iterdir():
        with suppress(FileNotFoundError):  # a thread that ended meanwhile
            found |= set(map(int, (task / "children").read_text().split()))
    return found


def readers() -> set[int]:
    """Those that read documents and have not ended meanwhile."""
    found: set[int] = set()
    for pid in children():
        with suppress(FileNotFoundError, ProcessLookupError):
            if b"ingestion.child" in (Path("/proc") / str(pid) / "cmdline").read_bytes():
                found.add(pid)
    return found


def alive(pid: int) -> bool:
    """Whether a process exists, even as a zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
