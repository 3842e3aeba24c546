"""A server that answers without looking: what the load generator can do at the most (BENCH_PORT)."""

import asyncio
import os

import uvloop

BODY = b"x" * 8000
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)


class Trivial(asyncio.Protocol):
    """Requests come in one piece, since clients ask one at a time."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]  # a stream's transport

    def data_received(self, data: bytes) -> None:
        self.transport.write(ANSWER)


async def serve() -> None:
    """Until the process is stopped."""
    server = await asyncio.get_running_loop().create_server(Trivial, "127.0.0.1", int(os.environ["BENCH_PORT"]))
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve())
