"""A JWKS server on loopback that counts its requests and can be down, slow, huge or wrong."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass
class JwksServer:
    """Answers with `keys` unless told otherwise."""

    keys: list[dict[str, Any]] = field(default_factory=list)
    body: bytes | None = None
    head: str = "HTTP/1.1 200 OK"
    pause: float = 0.0
    dripping: bool = False
    dropping: bool = False
    requests: int = 0
    sent: int = 0
    heads: list[str] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        """The address to configure."""
        return f"http://127.0.0.1:{self.port}/jwks.json"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, one answer."""
        try:
            self.heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
            self.requests += 1
            if not self.dropping:
                await self._answer(writer)
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def _answer(self, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(self.pause)
        body = self.body if self.body is not None else json.dumps({"keys": self.keys}).encode()
        writer.write(f"{self.head}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode())
        step = 1 if self.dripping else 16 * 1024
        for start in range(0, len(body), step):
            writer.write(body[start : start + step])
            self.sent += step
            await writer.drain()
            await asyncio.sleep(0.02 if self.dripping else 0)


@asynccontextmanager
async def running(**options: Any) -> AsyncIterator[JwksServer]:
    """A server that listens on a free port until the block ends."""
    jwks = JwksServer(**options)
    server = await asyncio.start_server(jwks.serve, "127.0.0.1", 0)
    jwks.port = server.sockets[0].getsockname()[1]
    try:
        yield jwks
    finally:
        server.close()
        await server.wait_closed()
