"""The heap is moved into huge pages where the system gives them, and what is in it stays."""

import platform
import subprocess
import sys

from huge_pages import SETTINGS

# A process of its own: how the heap of one that runs tests lies is chance.
FILLED = """
from huge_pages import collapse_heap
kept = [str(number) for number in range(1_000_000)]
moved = collapse_heap()
assert kept == [str(number) for number in range(1_000_000)]
with open("/proc/self/smaps_rollup") as told:
    print(moved, next(line.split()[1] for line in told if line.startswith("AnonHugePages:")))
"""


def release() -> tuple[int, ...]:
    """The kernel's version."""
    return tuple(int(part) for part in platform.release().split(".")[:2])


def test_what_is_filled_is_moved_and_stays_as_it_is() -> None:
    moved, huge = map(int, subprocess.run([sys.executable, "-c", FILLED], check=True, capture_output=True, timeout=60).stdout.split())
    enabled = SETTINGS / "enabled"
    if enabled.exists() and "[never]" not in enabled.read_text():
        assert moved > 16 * 2**20
        # Kernels before 6.1 move it later; none gives more than was wished for, unless all get it.
        assert huge * 1024 <= moved or "[always]" in enabled.read_text()
        assert huge or release() < (6, 1)
    else:
        assert moved == 0
