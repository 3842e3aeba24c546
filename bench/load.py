"""The load generator: a process of its own that asks as fast as it is answered, over a fixed number of connections.

Raw HTTP/1.1 with keep-alive: requests are ready-made bytes, and of an answer only the status and Content-Length are read.
"""

import asyncio
import pickle
import resource
import subprocess
import sys
import time
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import uvloop

ROOT = Path(__file__).parents[1]

OK = b"HTTP/1.1 200"
LENGTH = b"content-length: "
# How long a stuck server is waited for, after the time of measurement.
PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Order:
    """What to do: times are in seconds."""

    port: int
    requests: Sequence[bytes]
    clients: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Result:
    """What was seen: latencies in seconds, in no order; `cpu` is the generator's own CPU time in seconds."""

    seconds: float
    latencies: array  # type: ignore[type-arg]  # of doubles
    cpu: float
    failures: list[str]


class Run:
    """One measurement, shared by its clients."""

    def __init__(self, order: Order) -> None:
        self.requests = order.requests
        self.sent = 0
        self.latencies = array("d")
        self.failures: list[str] = []
        self.running = order.clients
        self.ends = time.perf_counter() + order.seconds
        self.finished: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def next_request(self) -> bytes:
        """Each client takes the next of the common row."""
        request = self.requests[self.sent % len(self.requests)]
        self.sent += 1
        return request

    def leave(self, failure: str | None = None) -> None:
        """A client is done."""
        if failure:
            self.failures.append(failure)
        self.running -= 1
        if self.running == 0 and not self.finished.done():
            self.finished.set_result(None)


class Client(asyncio.Protocol):
    """One connection: one request at a time, the next as soon as the answer is whole."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.rest = 0
        self.head = b""
        self.done = False
        self.sent_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]  # a stream's transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        if self.rest:
            self.rest -= len(data)
        else:
            data = self.head + data
            end = data.find(b"\r\n\r\n")
            if end < 0:
                self.head = data
                return
            self.head = b""
            head = data[:end].lower()
            at = head.find(LENGTH)
            if data[:12] != OK or at < 0:
                self._leave(data[:300].decode(errors="replace"))
                return
            self.rest = end + 4 + int(head[at + 16 :].split(b"\r\n", 1)[0]) - len(data)
        if self.rest == 0:
            now = time.perf_counter()
            self.run.latencies.append(now - self.sent_at)
            if now < self.run.ends:
                self._ask()
            else:
                self._leave()

    def connection_lost(self, exc: Exception | None) -> None:
        self._leave(f"the connection was lost: {exc}")

    def _ask(self) -> None:
        self.sent_at = time.perf_counter()
        self.transport.write(self.run.next_request())

    def _leave(self, failure: str | None = None) -> None:
        if not self.done:
            self.done = True
            self.transport.close()
            self.run.leave(failure)


async def measure(order: Order) -> Result:
    """Ask for `order.seconds`, then wait for the last answers."""
    run = Run(order)
    loop = asyncio.get_running_loop()
    start, cpu = time.perf_counter(), own_cpu()
    run.ends = start + order.seconds
    for _ in range(order.clients):
        await loop.create_connection(lambda: Client(run), "127.0.0.1", order.port)
    await asyncio.wait_for(run.finished, order.seconds + PATIENCE)
    return Result(time.perf_counter() - start, run.latencies, own_cpu() - cpu, run.failures)


def own_cpu() -> float:
    """CPU time of this process in seconds."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def run_apart(order: Order) -> Result:
    """Measure in a process of its own."""
    command = [sys.executable, "-c", "from bench.load import obey; obey()"]
    limit = order.seconds + PATIENCE + 30
    done = subprocess.run(command, input=pickle.dumps(order), stdout=subprocess.PIPE, check=True, timeout=limit, cwd=ROOT)
    result: Result = pickle.loads(done.stdout)
    return result


def obey() -> None:
    """What the process does: a pickled `Order` comes in, a pickled `Result` goes out."""
    order = pickle.load(sys.stdin.buffer)
    sys.stdout.buffer.write(pickle.dumps(uvloop.run(measure(order))))
