"""The limits that a child process puts on itself before it looks at a file."""

import math
import resource
import signal
import sys

from ingestion.limits import MIB, Limits

# So that a process out of memory can still say so.
_RESERVE = 16 * MIB
_FILES = 32


def confine(limits: Limits) -> None:
    """Memory, processor and wall time, and no file of any size may be written. Breaking the times ends the process.

    On macOS the system knows no limit of a process's memory; there the times alone hold.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_FILES, _FILES))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu, limits.cpu + 1))
    if sys.platform != "darwin":
        resource.setrlimit(resource.RLIMIT_AS, (limits.memory - _RESERVE, limits.memory))
    # The parent waits no longer than this; a parent that was killed waits not at all.
    signal.alarm(math.ceil(limits.wall) + 1)


def use_reserve() -> None:
    """After a `MemoryError`: room to report it."""
    if sys.platform != "darwin":
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
