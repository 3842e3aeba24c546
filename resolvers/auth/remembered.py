"""A bounded memory whose entries end at a given moment."""

import math
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Remembered(Generic[Key, Value]):
    """At most `size` entries; the one read longest ago makes room. Moments are those of `timer`."""

    def __init__(self, size: int, timer: Callable[[], float]) -> None:
        self._size = size
        self._timer = timer
        self._entries: OrderedDict[Key, tuple[Value, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: Key) -> Value | None:
        """The value, or None when it was never put or its moment has come."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        value, until = entry
        if self._timer() >= until:
            del self._entries[key]
            return None
        self._entries.move_to_end(key)
        return value

    def put(self, key: Key, value: Value, until: float = math.inf) -> None:
        """Remember `value` up to, not including, `until`."""
        self._entries[key] = (value, until)
        self._entries.move_to_end(key)
        if len(self._entries) > self._size:
            self._entries.popitem(last=False)

    def forget(self, key: Key) -> None:
        """Drop an entry, if there is one."""
        self._entries.pop(key, None)
