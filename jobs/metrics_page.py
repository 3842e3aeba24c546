"""The worker's counters at http://127.0.0.1:<port>/metrics, for a Prometheus on the same machine."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

LONGEST_REQUEST = 5.0


@asynccontextmanager
async def metrics_page(port: int | None, text: Callable[[], str]) -> AsyncIterator[None]:
    """Answer for as long as the block runs; without a port nothing listens."""
    if port is None:
        yield
        return

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(LONGEST_REQUEST):
                head = await reader.readuntil(b"\r\n\r\n")
                writer.write(_response(head, text))
                await writer.drain()
        except (TimeoutError, OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            # Whoever asked is gone, or did not speak HTTP: there is nobody to tell.
            return
        finally:
            writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", port):
        yield


def _response(head: bytes, text: Callable[[], str]) -> bytes:
    found = head.startswith((b"GET /metrics ", b"GET /metrics?"))
    status, body = ("200 OK", text().encode()) if found else ("404 Not Found", b"The counters are at /metrics\n")
    lines = (
        f"HTTP/1.1 {status}",
        "Content-Type: text/plain; version=0.0.4; charset=utf-8",
        f"Content-Length: {len(body)}",
        "Connection: close",
    )
    return "\r\n".join((*lines, "", "")).encode() + body
