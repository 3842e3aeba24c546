"""A request to stop, from the terminal or from another program, heard only where it does no harm."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopRequested(KeyboardInterrupt):
    """Somebody asked us to stop; asyncio lets only this kind of exception through."""


class StopRequests:
    """Remembers the request. Raising it anywhere would lose children that are just being started, or lose the request in a `__del__`."""

    def __init__(self) -> None:
        self._requested = False
        self._raises = False

    def check(self) -> None:
        """Raise `StopRequested` when somebody asked."""
        if self._requested:
            raise StopRequested

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """Within, a request is raised at once: for waiting, and for long work that starts no children."""
        self._raises = True
        try:
            self.check()
            yield
        finally:
            self._raises = False
        self.check()

    def hear(self, _number: int, _frame: FrameType | None) -> None:
        """The signal handler."""
        self._requested = True
        if self._raises:
            self._raises = False
            raise StopRequested


@contextmanager
def stop_requests() -> Iterator[StopRequests]:
    """Within, signals that ask to stop are heard; no number of them interrupts the stopping itself."""
    requests = StopRequests()
    before = {number: signal.getsignal(number) for number in SIGNALS}
    for number in SIGNALS:
        # Somebody who said `nohup` meant it.
        if not (number == signal.SIGHUP and before[number] == signal.SIG_IGN):
            signal.signal(number, requests.hear)
    try:
        yield requests
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
