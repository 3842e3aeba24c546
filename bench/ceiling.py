"""The ceiling: the best hand-written server that can be had for these five answers; no framework, no token check, no limits.

python -m bench.ceiling        (BENCH_DATABASE_URL, BENCH_PORT)
"""

import asyncio
import os
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import uvicorn

from bench import ceiling_sql

CONNECTIONS = 8
# As Parley connects for reads: the application role, under row level security, each statement planned once.
SETTINGS = {
    "role": "parley_app",
    "timezone": "UTC",
    "default_transaction_read_only": "on",
    "plan_cache_mode": "force_generic_plan",
    "max_parallel_workers_per_gather": "0",
    "application_name": "ceiling",
}
TEXTS = {"R1": ceiling_sql.R1, "R2": ceiling_sql.R2, "Q1": ceiling_sql.Q1, "Q2": ceiling_sql.Q2, "Q3": ceiling_sql.Q3}
VARIABLES = {"Q1": None, "Q2": "id", "Q3": "term"}
AHEAD = len("/api/crm/contacts/")
BEHIND = -len("/conversations")


class Pool:
    """Connections with all statements prepared; the one used last is used next. No reset query: nothing session-level is set."""

    def __init__(self) -> None:
        self._idle: list[dict[str, Any]] = []
        self._free = asyncio.Semaphore(CONNECTIONS)
        self._connections: list[asyncpg.Connection] = []

    async def open(self, url: str) -> None:
        """Connect and prepare, before the first request."""
        for _ in range(CONNECTIONS):
            connection = await asyncpg.connect(url, server_settings=SETTINGS)
            self._connections.append(connection)
            self._idle.append({name: await connection.prepare(text) for name, text in TEXTS.items()})

    async def value(self, name: str, *values: Any) -> bytes | None:
        """What the statement prints."""
        async with self._free:
            statements = self._idle.pop()
            try:
                printed = await statements[name].fetchval(*values)
            finally:
                self._idle.append(statements)
        return None if printed is None else printed.encode()

    async def close(self) -> None:
        """Close all connections."""
        for connection in self._connections:
            await connection.close(timeout=2)


POOL = Pool()


async def app(scope: Any, receive: Any, send: Any) -> None:
    """The ASGI application; the company comes as the first header, without proof."""
    if scope["type"] != "http":
        await lifespan(receive, send)
        return
    company = header(scope, b"x-company")
    path: str = scope["path"]
    if path == "/graphql":
        asked = orjson.loads((await receive())["body"])
        variable = VARIABLES[asked["operationName"]]
        values = () if variable is None else (asked["variables"][variable],)
        body = await POOL.value(asked["operationName"], company, *values)
    elif path == "/api/conversations":
        body = await POOL.value("R1", company)
    elif path == "/health/ready":
        body = b"{}"
    else:
        body = await POOL.value("R2", company, UUID(path[AHEAD:BEHIND]))
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body or b""))]
    await send({"type": "http.response.start", "status": 200 if body else 404, "headers": headers})
    await send({"type": "http.response.body", "body": body or b""})


def header(scope: Any, name: bytes) -> str:
    """A header's value, or nothing."""
    return next((value.decode() for key, value in scope["headers"] if key == name), "")


async def lifespan(receive: Any, send: Any) -> None:
    """Connect before the first request, close after the last."""
    await receive()
    await POOL.open(os.environ["BENCH_DATABASE_URL"])
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await POOL.close()
    await send({"type": "lifespan.shutdown.complete"})


if __name__ == "__main__":
    uvicorn.run(app, port=int(os.environ["BENCH_PORT"]), loop="uvloop", http="httptools", access_log=False, log_level="warning")
