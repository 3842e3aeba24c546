"""limits' in-memory storage, kept flat."""

import time
from collections import OrderedDict

from limits.aio.storage import MemoryStorage

CAPACITY = 100_000


class BoundedMemory(MemoryStorage):
    """Counts windows like `MemoryStorage`, for at most `CAPACITY` windows; the oldest go first.

    The original walks all its keys after each hit to find expired ones, which costs milliseconds with 50,000 callers,
    and has no bound. No method here waits for anything, so a hit is atomic on one event loop without its locks.
    """

    STORAGE_SCHEME: list[str] = []  # noqa: RUF012 - limits declares it so; empty keeps "async+memory" registered for the original

    def __init__(self) -> None:
        super().__init__()
        self._windows: OrderedDict[str, float] = OrderedDict()
        self.expirations = self._windows

    async def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Add `amount` to the window's count and return it; `expiry` in seconds."""
        count = await self.get(key) + amount
        if key not in self._windows:
            self._make_room()
            self._windows[key] = time.time() + expiry
        self.storage[key] = count
        return count

    def _make_room(self) -> None:
        while len(self._windows) >= CAPACITY:
            oldest, _ = self._windows.popitem(last=False)
            self.storage.pop(oldest, None)
