"""The arithmetic of limits' sliding-window counter: the previous window's count fades while the current one fills."""

from dataclasses import dataclass
from math import floor

ROUNDING = 0.002  # Redis tells times in whole milliseconds, and the very edge of a window still refuses


@dataclass(frozen=True, slots=True)
class Window:
    """A key's counts as its storage told them. `current_ttl` reaches one window past the turn, as the storages keep it."""

    amount: int
    every: int
    before: int
    before_ttl: float
    current: int
    current_ttl: float

    def spent(self, elapsed: float = 0.0) -> int:
        """Units that count against the limit, now or `elapsed` seconds later if nobody takes any meanwhile."""
        before, ttl, current = self.before, self.before_ttl, self.current
        if elapsed >= self.turns_in:
            before, ttl, current = current, self.turns_in + self.every, 0
        return floor(before * max(0.0, ttl - elapsed) / self.every) + current

    @property
    def remaining(self) -> int:
        """Units left for everyone."""
        return max(0, self.amount - self.spent())

    @property
    def turns_in(self) -> float:
        """Seconds until the current window becomes the previous one."""
        return max(self.current_ttl - self.every, ROUNDING) if self.current_ttl else float(self.every)

    def retry_in(self, units: int) -> float:
        """Seconds until `units` (at most the amount) are free: 0, or when the previous window has faded enough, or after the turn."""
        spare = self.amount - self.current - units
        if self.spent() + units <= self.amount:
            return 0.0
        if spare >= 0:
            return self.before_ttl - (spare + 1) * self.every / self.before + ROUNDING
        return self.turns_in + self.every - (self.amount - units + 1) * self.every / self.current + ROUNDING
