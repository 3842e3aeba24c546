"""Counters at `/metrics`, for a Prometheus that knows the token of `PARLEY_METRICS_TOKEN`."""

import hmac
from collections.abc import Callable

from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import Response

from resolvers.errors import Unauthenticated
from web.access import bearer
from web.dispatch import Handler

TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8"


def metrics_handler(token: SecretStr, text: Callable[[], str]) -> Handler:
    """Shows this process's counters to whoever bears the token, which is the operator's and no company's."""
    expected = token.get_secret_value().encode()

    async def metrics(request: Request) -> Response:
        given = bearer(request.scope["headers"])
        if given is None or not hmac.compare_digest(given.encode(), expected):
            raise Unauthenticated("The counters are shown to the bearer of PARLEY_METRICS_TOKEN")
        return Response(text(), media_type=TEXT_FORMAT, headers={"Cache-Control": "no-store"})

    return metrics
