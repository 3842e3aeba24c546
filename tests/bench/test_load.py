"""The load generator, against small servers."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from bench.load import Order, measure, run_apart
from bench.trivial import Trivial

REQUEST = b"GET / HTTP/1.1\r\n\r\n"


class Refusing(asyncio.Protocol):
    """Answers everything with 429."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]  # a stream's transport

    def data_received(self, data: bytes) -> None:
        self.transport.write(b"HTTP/1.1 429 Too Many Requests\r\ncontent-length: 5\r\n\r\nlater")


class Dripping(asyncio.Protocol):
    """Sends its answer byte by byte."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]  # a stream's transport

    def data_received(self, data: bytes) -> None:
        self.task = asyncio.ensure_future(self.drip(b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc"))

    async def drip(self, answer: bytes) -> None:
        for at in range(len(answer)):
            self.transport.write(answer[at : at + 1])
            await asyncio.sleep(0)


class Numbering(asyncio.Protocol):
    """Answers 200 at once, or after a while when the request asks for it; head and body come apart."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]  # a stream's transport

    def data_received(self, data: bytes) -> None:
        self.transport.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n")
        asyncio.get_running_loop().call_later(0.05 if b"/slow" in data else 0, self.transport.write, b"ok")


class Empty(asyncio.Protocol):
    """Says 200 and answers nothing, as GraphQL servers do with errors; the body comes apart from the head."""

    body = b'{"data":null,"errors":[{"message":"too much"}]}'

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]  # a stream's transport

    def data_received(self, data: bytes) -> None:
        self.transport.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(self.body))
        asyncio.get_running_loop().call_later(0.01, self.transport.write, self.body)


class Broken(Empty):
    """Answers with errors alone."""

    body = b'{"errors":[{"message":"too much"}]}'


@asynccontextmanager
async def serving(protocol: Callable[[], asyncio.Protocol]) -> AsyncIterator[int]:
    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def test_the_load_generator_counts_whole_answers() -> None:
    async with serving(Trivial) as port:
        result = await measure(Order(port, [REQUEST], clients=4, seconds=0.1))
    assert result.failures == []
    assert len(result.latencies) > 20
    assert all(0 < each < result.seconds for each in result.latencies)


async def test_the_load_generator_waits_for_an_answer_in_pieces() -> None:
    async with serving(Dripping) as port:
        result = await measure(Order(port, [REQUEST], clients=2, seconds=0.05))
    assert (result.failures, len(result.latencies) >= 2) == ([], True)


async def test_the_load_generator_reports_a_refusal_and_stops() -> None:
    async with serving(Refusing) as port:
        result = await measure(Order(port, [REQUEST], clients=2, seconds=5))
    assert len(result.latencies) == 0
    assert result.failures == ["HTTP/1.1 429 Too Many Requests later"] * 2
    assert result.seconds < 4


@pytest.mark.parametrize("kind", [Empty, Broken])
async def test_an_answer_that_holds_only_errors_is_a_failure(kind: type[Empty]) -> None:
    async with serving(kind) as port:
        result = await measure(Order(port, [REQUEST], clients=1, seconds=5))
    assert (result.failures, len(result.latencies)) == ([kind.body.decode()], 0)
    assert result.seconds < 4


async def test_so_many_requests_are_asked_and_no_more() -> None:
    async with serving(Trivial) as port:
        result = await measure(Order(port, [REQUEST], clients=4, seconds=30, count=10))
    assert (result.failures, len(result.latencies)) == ([], 10)
    assert result.seconds < 20


async def test_clients_that_find_nothing_left_to_ask_leave() -> None:
    async with serving(Trivial) as port:
        result = await measure(Order(port, [REQUEST], clients=4, seconds=30, count=1))
    assert (result.failures, len(result.latencies)) == ([], 1)


async def test_latencies_of_one_client_come_in_the_order_of_its_requests() -> None:
    slow = b"GET /slow HTTP/1.1\r\n\r\n"
    async with serving(Numbering) as port:
        result = await measure(Order(port, [REQUEST, slow, REQUEST], clients=1, seconds=30, count=6))
    assert result.failures == []
    assert [each >= 0.05 for each in result.latencies] == [False, True, False, False, True, False]


async def test_a_process_of_its_own_sees_the_same() -> None:
    async with serving(Trivial) as port:
        result = await asyncio.to_thread(run_apart, Order(port, [REQUEST], clients=4, seconds=30, count=5_000))
    assert (result.failures, len(result.latencies)) == ([], 5_000)
    assert 0 < result.cpu < result.seconds + 1
