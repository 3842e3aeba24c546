"""A small endpoint on loopback that speaks OpenAI's protocol for embeddings, or breaks it as it is told."""

import asyncio
import base64
import hashlib
import json
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

Answer = tuple[int, dict[str, str], bytes]
Script = Callable[[dict[str, Any]], Answer]


def vector(text: str, dimension: int) -> list[float]:
    """Numbers that a text determines, not of length 1."""
    digest = hashlib.shake_256(text.encode()).digest(dimension)
    return [byte / 16 - 8 for byte in digest]


def answer(body: dict[str, Any], *, dimension: int = 8, floats: bool = False, **changed: Any) -> Answer:
    """What an endpoint answers; in base64 unless it only knows numbers."""
    size = body.get("dimensions", dimension)
    rows = [vector(text, size) for text in body["input"]]
    base64_asked = body.get("encoding_format") == "base64" and not floats
    encoded = [base64.b64encode(struct.pack(f"<{size}f", *row)).decode() if base64_asked else row for row in rows]
    data = [{"object": "embedding", "index": at, "embedding": row} for at, row in enumerate(encoded)]
    usage = {"prompt_tokens": 1, "total_tokens": 1}
    return 200, {}, json.dumps({"object": "list", "data": data, "model": body["model"], "usage": usage} | changed).encode()


def refusal(status: int, code: str = "", **headers: str) -> Script:
    """An error as OpenAI words it, which repeats the key."""
    error = {"message": "Incorrect key: sk-canary", "type": "error", "code": code or None}
    return lambda _: (status, {name.replace("_", "-"): value for name, value in headers.items()}, json.dumps({"error": error}).encode())


@dataclass
class EmbeddingServer:
    """Takes the next of its scripts for each request, and the last one again and again."""

    scripts: list[Script] = field(default_factory=lambda: [answer])
    requests: list[dict[str, Any]] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    stalled: bool = False
    dropping: bool = False
    port: int = 0

    @property
    def url(self) -> str:
        """The address to configure."""
        return f"http://127.0.0.1:{self.port}/v1"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, one answer."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = next(int(line.split(":")[1]) for line in head.splitlines() if line.lower().startswith("content-length"))
            self.heads.append(head)
            self.requests.append(json.loads(await reader.readexactly(length)))
            if self.stalled:
                await reader.read()  # until the client hangs up
            elif not self.dropping:
                await self._answer(writer)
        finally:
            writer.close()

    async def _answer(self, writer: asyncio.StreamWriter) -> None:
        script = self.scripts[min(len(self.requests), len(self.scripts)) - 1]
        status, headers, body = script(self.requests[-1])
        lines = {"Content-Type": "application/json", "Content-Length": str(len(body)), "Connection": "close"} | headers
        writer.write("\r\n".join([f"HTTP/1.1 {status} X", *(f"{name}: {value}" for name, value in lines.items()), "", ""]).encode() + body)
        await writer.drain()


@asynccontextmanager
async def running(*scripts: Script, **options: Any) -> AsyncIterator[EmbeddingServer]:
    """A server that listens on a free port until the block ends."""
    embeddings = EmbeddingServer(**({"scripts": list(scripts)} if scripts else {}), **options)
    server = await asyncio.start_server(embeddings.serve, "127.0.0.1", 0)
    embeddings.port = server.sockets[0].getsockname()[1]
    async with server:
        yield embeddings
