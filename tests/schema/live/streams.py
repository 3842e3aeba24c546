"""A client of server-sent events, as thin as can be."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
import orjson


class Refused(Exception):
    """The database is away while a subscription begins: the client is told so, and may try again."""


@dataclass
class Stream:
    """One stream. `last` is the id of the event that was heard last, as browsers remember it."""

    response: httpx2.Response
    lines: AsyncIterator[str]
    last: str | None = None
    kinds: list[str] = field(default_factory=list)

    @classmethod
    @asynccontextmanager
    async def opened(cls, url: str, token: str, query: str, last: str | None = None, **variables: Any) -> AsyncIterator["Stream"]:
        """A stream whose head has come; `last` resumes it."""
        headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"} | ({"Last-Event-ID": last} if last else {})
        body = {"query": query, "variables": variables}
        # Certificates take 30 ms to load, and nobody here has one.
        async with httpx2.AsyncClient(timeout=httpx2.Timeout(15, read=None), verify=False) as client:
            async with asyncio.timeout(15):
                context = client.stream("POST", url, headers=headers, json=body)
                response = await context.__aenter__()
            try:
                if response.status_code == 503:
                    raise Refused
                assert response.status_code == 200, await response.aread()
                yield cls(response, response.aiter_lines(), last)
            finally:
                await context.__aexit__(None, None, None)

    async def hear(self, within: float = 15.0) -> Any:
        """The next event's data; comments are passed over."""
        event: dict[str, str] = {}
        async with asyncio.timeout(within):
            async for line in self.lines:
                if line.startswith(":"):
                    continue
                if line:
                    name, _, value = line.partition(": ")
                    event[name] = value
                elif event:
                    self.last = event.pop("id", self.last)
                    if not event:
                        continue
                    self.kinds.append(event["event"])
                    return orjson.loads(event["data"])
        raise EOFError

    async def told(self, within: float = 15.0) -> Any:
        """The next event's GraphQL data."""
        answer = await self.hear(within)
        assert "errors" not in answer, answer
        return answer["data"]

    async def ended(self, within: float = 15.0) -> bool:
        """Whether it is completed, and the answer with it."""
        await self.hear(within)
        async with asyncio.timeout(within):
            rest = [line async for line in self.lines]
        return self.kinds[-1] == "complete" and not any(rest)
