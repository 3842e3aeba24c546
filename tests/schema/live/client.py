"""A client of graphql-transport-ws, as thin as can be, so that tests can also say what no client would."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol


@dataclass
class Client:
    """One connection."""

    raw: ClientConnection

    @classmethod
    @contextlib.asynccontextmanager
    async def connected(cls, port: int, protocol: str = "graphql-transport-ws", **options: Any) -> AsyncIterator["Client"]:
        """Nothing is said yet."""
        async with connect(f"ws://127.0.0.1:{port}/graphql", subprotocols=[Subprotocol(protocol)], **options) as raw:
            yield cls(raw)

    async def say(self, kind: str, **more: Any) -> None:
        """Send a message."""
        await self.raw.send(orjson.dumps({"type": kind, **more}).decode())

    async def hear(self, within: float = 15.0) -> dict[str, Any]:
        """The next message."""
        async with asyncio.timeout(within):
            found: dict[str, Any] = orjson.loads(await self.raw.recv())
        return found

    async def init(self, token: str) -> None:
        """Initialise with a token."""
        await self.say("connection_init", payload={"Authorization": f"Bearer {token}"})
        assert await self.hear() == {"type": "connection_ack"}

    async def subscribe(self, name: str, query: str, **variables: Any) -> None:
        """Begin an operation."""
        await self.say("subscribe", id=name, payload={"query": query, "variables": variables})

    async def told(self, name: str, within: float = 15.0) -> Any:
        """The data that the operation is told next."""
        message = await self.hear(within)
        assert (message["id"], message["type"]) == (name, "next"), message
        assert "errors" not in message["payload"], message
        return message["payload"]["data"]

    async def silent(self, seconds: float = 0.4) -> bool:
        """Whether nothing is said for a while."""
        try:
            await self.hear(seconds)
        except TimeoutError:
            return True
        return False

    async def closed(self, within: float = 15.0) -> int:
        """The code with which the server closes."""
        async with asyncio.timeout(within):
            with contextlib.suppress(ConnectionClosed):
                while True:
                    await self.raw.recv()
        assert self.raw.close_code is not None
        return self.raw.close_code
