"""What the kernel tells of a process and its children: CPU time and resident memory (Linux)."""

import os
from pathlib import Path

TICK = 1 / os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")


def cpu_seconds(pid: int) -> float:
    """User and system time so far, of the process, its living children, and the children it has waited for."""
    fields = stat_fields((PROC / str(pid) / "stat").read_text())
    # utime, stime, cutime, cstime: proc(5) counts from 1, and the list starts at field 3.
    return sum(map(int, fields[11:15])) * TICK + sum(cpu_seconds(child) for child in children(pid))


def resident_bytes(pid: int) -> int:
    """VmRSS of the process and its children; pages they share count more than once."""
    lines = (PROC / str(pid) / "status").read_text().splitlines()
    kilobytes = next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))
    return kilobytes * 1024 + sum(resident_bytes(child) for child in children(pid))


def children(pid: int) -> list[int]:
    """The living children of all its threads."""
    lists = (PROC / str(pid) / "task").glob("*/children")
    return [int(word) for each in lists for word in each.read_text().split()]


def stat_fields(text: str) -> list[str]:
    """The fields of /proc/<pid>/stat from the third on: the second may hold blanks and parentheses."""
    return text[text.rindex(")") + 2 :].split()
