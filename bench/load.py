"""The load generator: a process of its own that asks as fast as it is answered, over a fixed number of connections.

Raw HTTP/1.1 with keep-alive: requests are ready-made bytes, and of an answer only the status, Content-Length and the first bytes are read,
by which a GraphQL server that says 200 and answers nothing is told.
"""

import asyncio
import pickle
import resource
import subprocess
import sys
import tempfile
import time
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import uvloop

ROOT = Path(__file__).parents[1]

OK = b"HTTP/1.1 200"
LENGTH = b"content-length: "
NOTHING = (b'{"errors":', b'{"data":null')
# How long a stuck server is waited for, after the time of measurement.
PATIENCE = 30.0


@dataclass(frozen=True, slots=True)
class Order:
    """What to do: ask for so many seconds, or until `count` requests are answered if that is sooner."""

    port: int
    requests: Sequence[bytes]
    clients: int
    seconds: float
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Result:
    """What was seen: latencies in seconds, as the answers came; `cpu` is the generator's own CPU time in seconds."""

    seconds: float
    latencies: array  # type: ignore[type-arg]  # of doubles
    cpu: float
    failures: list[str]


class Run:
    """One measurement, shared by its clients."""

    def __init__(self, order: Order) -> None:
        self.requests = order.requests
        self.most = order.count or sys.maxsize
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

    def goes_on(self, now: float) -> bool:
        """Whether there is more to ask."""
        return now < self.ends and self.sent < self.most

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
        self.at_body = False
        self.done = False
        self.sent_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]  # a stream's transport
        self._go_on(time.perf_counter())

    def data_received(self, data: bytes) -> None:
        if self.rest:
            body = data
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
                self._leave(refused(data))
                return
            self.rest = int(head[at + 16 :].split(b"\r\n", 1)[0])
            self.at_body = True
            body = data[end + 4 :]
        self._read(body)

    def _read(self, body: bytes) -> None:
        if self.at_body and body:
            self.at_body = False
            if body.startswith(NOTHING):
                self._leave(body[:300].decode(errors="replace"))
                return
        self.rest -= len(body)
        if self.rest == 0:
            now = time.perf_counter()
            self.run.latencies.append(now - self.sent_at)
            self._go_on(now)

    def connection_lost(self, exc: Exception | None) -> None:
        self._leave(f"the connection was lost: {exc}")

    def _go_on(self, now: float) -> None:
        if not self.run.goes_on(now):
            self._leave()
            return
        self.sent_at = time.perf_counter()
        self.transport.write(self.run.next_request())

    def _leave(self, failure: str | None = None) -> None:
        if not self.done:
            self.done = True
            self.transport.close()
            self.run.leave(failure)


def refused(answer: bytes) -> str:
    """What there is of a bad answer, in short: its status, and why."""
    head, _, body = answer.partition(b"\r\n\r\n")
    status = head.partition(b"\r\n")[0]
    return (status + b" " + body[:300]).decode(errors="replace").strip()


async def measure(order: Order) -> Result:
    """Ask as ordered, then wait for the last answers."""
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
    """Measure in a process of its own; raises `EOFError` or `UnpicklingError` when its answer is not whole."""
    command = [sys.executable, "-c", "from bench.load import obey; obey()"]
    limit = order.seconds + PATIENCE + 30
    # A file, not a pipe: of a hundred thousand latencies through a pipe a part was lost once, on a machine with much else to do.
    with tempfile.TemporaryFile() as answer:
        subprocess.run(command, input=pickle.dumps(order), stdout=answer, check=True, timeout=limit, cwd=ROOT)
        answer.seek(0)
        result: Result = pickle.load(answer)
    return result


def obey() -> None:
    """What the process does: a pickled `Order` comes in, a pickled `Result` goes out."""
    order = pickle.load(sys.stdin.buffer)
    pickle.dump(uvloop.run(measure(order)), sys.stdout.buffer)
