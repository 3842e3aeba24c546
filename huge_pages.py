"""The heap in pages of 2 MB: a request touches objects all over it, and finding each 4 kB page took a tenth of its time.

Where the kernel gives huge pages to whoever wishes for them (transparent_hugepage: madvise, most distributions' default), Python
does not wish. See docs/decisions/0016-huge-pages.md.
"""

import ctypes
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

SETTINGS = Path("/sys/kernel/mm/transparent_hugepage")
MAPPED = Path("/proc/self/smaps")
# From Linux's uapi/asm-generic/mman-common.h; the second since 6.1.
MADV_HUGEPAGE, MADV_COLLAPSE = 14, 25
# Private, written to, and no file: the heap, and what Python's allocator has mapped.
HEAP = re.compile(r"(?P<start>[0-9a-f]+)-(?P<end>[0-9a-f]+) rw-p [0-9a-f]+ 00:00 0 *(?:\[heap\]|\[anon:.*\])?$")
# Of a mapping that is less full, such as a thread's stack, huge pages would take memory that nobody uses.
FULL = 0.9


class Mapping(NamedTuple):
    """A range of addresses, and how many bytes of it are in memory."""

    start: int
    end: int
    resident: int


def collapse_heap() -> int:
    """Move the memory that this process has filled into huge pages. Returns how many bytes of it could be moved, 0 where none are given.

    What does not fit now (too little memory in one piece) is left to the kernel, which moves it later. Never raises: without huge
    pages everything works, more slowly.
    """
    try:
        size, told = _huge_page(), MAPPED.read_text()
    except OSError:  # not Linux, or its files are hidden from us
        return 0
    if not size:
        return 0
    madvise = ctypes.CDLL(None).madvise
    madvise.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    moved = 0
    for mapping in _mappings(told):
        start, end = -(-mapping.start // size) * size, mapping.end // size * size
        if start < end and mapping.resident >= FULL * (mapping.end - mapping.start) and madvise(start, end - start, MADV_HUGEPAGE) == 0:
            moved += end - start
            madvise(start, end - start, MADV_COLLAPSE)
    return moved


def _huge_page() -> int:
    """Their size in bytes; 0 where the administrator has turned them off."""
    return 0 if "[never]" in (SETTINGS / "enabled").read_text() else int((SETTINGS / "hpage_pmd_size").read_text())


def _mappings(told: str) -> Iterator[Mapping]:
    """What of the heap there is. The kernel tells each mapping's line, then its size in memory."""
    found = None
    for line in told.splitlines():
        if line.startswith("Rss:") and found:
            yield Mapping(int(found["start"], 16), int(found["end"], 16), int(line.split()[1]) * 1024)
        elif "-" in line.split(" ", 1)[0]:
            found = HEAP.match(line)
