"""A request to stop, from the terminal or from another program."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class StopRequested(KeyboardInterrupt):
    """Raised once, wherever the main thread is; asyncio lets only this kind of exception through."""


@contextmanager
def stop_requests() -> Iterator[None]:
    """Within, the first signal raises `StopRequested` and further ones are ignored."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    for number in SIGNALS:
        # Somebody who said `nohup` meant it.
        if not (number == signal.SIGHUP and before[number] == signal.SIG_IGN):
            signal.signal(number, _ask)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def no_more_requests() -> None:
    """From here on nothing interrupts the stopping."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def _ask(_number: int, _frame: FrameType | None) -> None:
    no_more_requests()
    raise StopRequested
