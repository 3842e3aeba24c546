"""Says what is going on: steps with ticks and seconds, plain lines when nobody watches."""

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from rich.console import Console


class Steps:
    """Whole lines only, never wrapped: addresses and tokens are there to be copied."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console()
        self._can_tick = self.console.encoding.lower().startswith("utf")

    def say(self, text: str = "", style: str | None = None) -> None:
        """Print a line."""
        self.console.print(text, style=style, markup=False, highlight=False, soft_wrap=True)

    def fail(self, text: str) -> None:
        """Print why it cannot go on."""
        self.say(text, "red")

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time what happens inside and print one line at its end."""
        began = time.monotonic()
        done = False
        try:
            with self._spinner(name):
                yield
            done = True
        finally:
            self._finish(name, time.monotonic() - began, done=done)

    def _spinner(self, name: str) -> AbstractContextManager[object]:
        return self.console.status(f"{name} ...", spinner="line") if self.console.is_terminal else nullcontext()

    def _finish(self, name: str, seconds: float, *, done: bool) -> None:
        good, bad = ("✓", "✗") if self._can_tick else ("ok", "--")
        self.say(f"  {good if done else bad} {name:<34}{seconds:6.1f} s", "green" if done else "red")
