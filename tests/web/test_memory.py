"""The in-memory counter stays flat."""

import pytest
from time_machine import Traveller

from web import memory
from web.memory import BoundedMemory


async def test_the_oldest_windows_are_dropped_at_capacity(clock: Traveller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "CAPACITY", 10)
    storage = BoundedMemory()
    for number in range(25):
        assert await storage.acquire_sliding_window_entry(f"k{number}", 5, 60)
    assert len(storage.expirations) == len(storage.storage) == 10
    assert (await storage.get_sliding_window("k24", 60))[2] == 1
    assert (await storage.get_sliding_window("k14", 60))[2] == 0


async def test_an_expired_window_counts_nothing(clock: Traveller) -> None:
    storage = BoundedMemory()
    assert await storage.incr("k", 60, 3) == 3
    clock.shift(61)
    assert await storage.incr("k", 60) == 1
