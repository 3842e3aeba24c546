"""What the kernel tells of a process and its children: CPU time and resident memory (Linux)."""

import os
from pathlib import Path

TICK = 1 / os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")


def cpu_seconds(pid: int) -> float:
    """User and system time so far, of the process, its living children, and the children it has waited for."""
    living = sum(cpu_seconds(child) for child in children(pid))
    fields = stat_fields(read(pid, "stat") or ") ")
    # utime, stime, cutime, cstime: proc(5) counts from 1, and the list starts at field 3.
    return sum(map(int, fields[11:15])) * TICK + living


def resident_bytes(pid: int) -> int:
    """VmRSS of the process and its children; pages they share count more than once."""
    kilobytes = next((int(line.split()[1]) for line in read(pid, "status").splitlines() if line.startswith("VmRSS:")), 0)
    return kilobytes * 1024 + sum(resident_bytes(child) for child in children(pid))


def children(pid: int) -> list[int]:
    """The living children of all its threads."""
    try:
        threads = [path.name for path in (PROC / str(pid) / "task").iterdir()]
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [int(word) for thread in threads for word in read(pid, f"task/{thread}/children").split()]


def read(pid: int, name: str) -> str:
    """A file of the process; nothing when it has ended meanwhile, as database connections do."""
    try:
        return (PROC / str(pid) / name).read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def stat_fields(text: str) -> list[str]:
    """The fields of /proc/<pid>/stat from the third on: the second may hold blanks and parentheses."""
    return text[text.rindex(")") + 2 :].split()
