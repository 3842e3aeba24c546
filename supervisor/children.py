"""Keeps several things alive and stops them in the opposite order of their start."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from embedded.errors import EmbeddedError
from embedded.process import Child

FIRST_DELAY = 0.5
LONGEST_DELAY = 10.0
# Who lived this long (in seconds) is forgiven.
STEADY = 30.0


class Startable(Protocol):
    """A program or a bundled server; `start` of one that died brings it back with the same port and data."""

    @property
    def alive(self) -> bool: ...

    def start(self) -> None: ...

    def stop(self) -> None: ...


@dataclass(slots=True)
class _Kept:
    name: str
    thing: Startable
    delay: float = 0.0
    seen_dead: bool = False
    started_at: float | None = None
    restart_at: float = 0.0


class Children:
    """Call `check` regularly, from the main thread; times are seconds of any steady clock.

    `meanwhile` is for things that take long to start: they call it while they wait, and it may raise to give up.
    """

    def __init__(self, say: Callable[[str], None], meanwhile: Callable[[], None] = lambda: None) -> None:
        self._say = say
        self.meanwhile = meanwhile
        self._kept: list[_Kept] = []

    def start(self, name: str, thing: Startable) -> None:
        """Start a thing and keep it; it is stopped with the others even if its start fails half-way."""
        self._kept.append(_Kept(name, thing))
        thing.start()

    def check(self, now: float) -> None:
        """Start again who died, the first time after half a second, then ever later."""
        for kept in self._kept:
            if kept.thing.alive:
                _forgive(kept, now)
            elif not kept.seen_dead:
                self._plan(kept, now, "ended")
            elif now >= kept.restart_at:
                self._restart(kept, now)

    def stop(self) -> None:
        """Programs are asked together and finish side by side; then everything ends, last started first."""
        for kept in self._kept:
            if isinstance(kept.thing, Child):
                kept.thing.ask_to_stop()
        while self._kept:
            self._kept[-1].thing.stop()
            self._kept.pop()

    def _plan(self, kept: _Kept, now: float, reason: str) -> None:
        kept.seen_dead = True
        kept.delay = min(max(kept.delay * 2, FIRST_DELAY), LONGEST_DELAY)
        kept.restart_at = now + kept.delay
        self._say(f"{kept.name} {reason}{_exit_code(kept.thing)}; starting it again in {kept.delay:g} s")

    def _restart(self, kept: _Kept, now: float) -> None:
        try:
            kept.thing.start()
        except EmbeddedError as error:
            self._plan(kept, now, f"could not start: {error}")
            return
        kept.seen_dead = False
        kept.started_at = now
        self._say(f"{kept.name} runs again")


def _forgive(kept: _Kept, now: float) -> None:
    if kept.started_at is None:
        kept.started_at = now
    elif now - kept.started_at >= STEADY:
        kept.delay = 0.0


def _exit_code(thing: Startable) -> str:
    return f" with code {thing.exit_code}" if isinstance(thing, Child) else ""
