"""What jobs post to: a small HTTP server on loopback that keeps what it was sent, and may do something before it answers."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

import orjson

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


@dataclass
class Receiver:
    """Every post in the order of its coming: the job's id and the attempt. `before_answer` is called with how many there are."""

    port: int = 0
    posts: list[tuple[UUID, int]] = field(default_factory=list)
    before_answer: Callable[[int], None] = lambda _: None

    @property
    def sends(self) -> Counter[UUID]:
        """How often each job was sent."""
        return Counter(job_id for job_id, _ in self.posts)

    def attempts(self, job_id: UUID) -> list[int]:
        """The attempts that a job was sent with, in their order."""
        return [attempt for each, attempt in self.posts if each == job_id]

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request; whoever was killed while sending is not answered."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            size = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
            body = orjson.loads(await reader.readexactly(size))
            self.posts.append((UUID(body["job"]), body["attempt"]))
            self.before_answer(len(self.posts))
            writer.write(ANSWER)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """A receiver for as long as the block runs."""
    receiver = Receiver()
    async with await asyncio.start_server(receiver.answer, "127.0.0.1", 0) as server:
        receiver.port = server.sockets[0].getsockname()[1]
        yield receiver
