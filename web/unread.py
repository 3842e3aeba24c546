"""Clients that do not read: what waits for them in memory is bounded, and so is how long it waits."""

import asyncio
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

# Seconds in which a client has to take what fills its connection's buffer.
PATIENCE = 30.0


class CutsOff:
    """For uvicorn's protocols: aborts a connection whose buffer stays full. A polite close would wait for the same buffer."""

    transport: Any
    _unread: asyncio.TimerHandle | None = None

    def pause_writing(self) -> None:
        """The buffer is full."""
        super().pause_writing()  # type: ignore[misc]  # uvicorn's protocols have it
        if self._unread is None:
            self._unread = asyncio.get_running_loop().call_later(PATIENCE, self.transport.abort)

    def resume_writing(self) -> None:
        """The client has read."""
        self._forget()
        super().resume_writing()  # type: ignore[misc]  # as above

    def connection_lost(self, exc: Exception | None) -> None:
        """There is nobody left to wait for."""
        self._forget()
        super().connection_lost(exc)  # type: ignore[misc]  # as above

    def _forget(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None


class SocketProtocol(CutsOff, WebSocketsSansIOProtocol):
    """For uvicorn's option `ws`."""
