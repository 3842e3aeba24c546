"""One after the other."""

import asyncio
from collections import deque


class Turns:
    """Lets one pass at a time, in the order of coming. While nobody else comes it is a flag, where asyncio's lock takes six calls."""

    __slots__ = ("_taken", "_waiting")

    def __init__(self) -> None:
        self._taken = False
        self._waiting: deque[asyncio.Future[None]] | None = None

    def take(self) -> bool:
        """Whether it is the caller's turn at once; else `wait`. Whoever had a turn must `give` it."""
        free, self._taken = not self._taken, True
        return free

    async def wait(self) -> None:
        """Return when it is the caller's turn."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting = self._waiting or deque()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.give()
            raise

    def give(self) -> None:
        """Let the next one pass."""
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._taken = False
