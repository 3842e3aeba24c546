"""Whether the process lives, and whether it can serve."""

from collections.abc import Awaitable, Callable

import orjson
from starlette.requests import Request
from starlette.responses import Response

from web.dispatch import Handler

Check = Callable[[], Awaitable[str]]


def health_handlers(checks: dict[str, Check]) -> tuple[Handler, Handler]:
    """`/health/live` says that the process answers; `/health/ready` runs the checks, each of which says `ok` or what is wrong."""

    async def live(_: Request) -> Response:
        return _answer({"status": "live"}, 200)

    async def ready(_: Request) -> Response:
        found = {name: await check() for name, check in checks.items()}
        serving = all(word == "ok" or word.startswith("ok,") for word in found.values())
        return _answer({"status": "ready" if serving else "unavailable", **found}, 200 if serving else 503)

    return live, ready


def _answer(content: dict[str, str], status: int) -> Response:
    headers = {"Cache-Control": "no-store"} | ({"Retry-After": "2"} if status == 503 else {})
    return Response(orjson.dumps(content), status, headers, media_type="application/json")
