"""The demo companies behind a served application, as `make run` shows them in GraphiQL."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2

from app import create_app
from demo.fill import demo_tokens
from settings import Settings
from tests.schema.live.conftest import served


@dataclass(frozen=True)
class Demo:
    """Where it is served, and the tokens of its people by role."""

    client: httpx2.AsyncClient
    port: int
    tokens: Mapping[str, str]

    @property
    def origin(self) -> str:
        """What a browser calls it."""
        return f"http://127.0.0.1:{self.port}"

    async def answer(self, who: str, query: str, **variables: Any) -> dict[str, Any]:
        """A query's or mutation's answer."""
        body = {"query": query, "variables": variables}
        found = await self.client.post("/graphql", headers={"Authorization": f"Bearer {self.tokens[who]}"}, json=body)
        return dict(found.json())


@asynccontextmanager
async def demo_companies(settings: Settings) -> AsyncIterator[Demo]:
    """Those of a database that is filled, served until the block ends."""
    app = create_app(settings.model_copy(update={"demo": True}))
    server, task, port = await served(app)
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        yield Demo(client, port, demo_tokens(settings))
    server.should_exit = server.force_exit = True
    await task
    await app.services.close()
