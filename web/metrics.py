"""Counters at `/metrics`, for a Prometheus that knows the token of `PARLEY_METRICS_TOKEN`."""

import hmac
from typing import TYPE_CHECKING

from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import Response

from headers import headers_of
from resolvers.errors import Unauthenticated
from web.access import bearer
from web.dispatch import Handler

if TYPE_CHECKING:
    from prometheus_client.registry import Collector


def metrics_handler(token: SecretStr, counters: "Collector") -> Handler:
    """Shows this process's counters to whoever bears the token, which is the operator's and no company's."""
    expected = token.get_secret_value().encode()

    from prometheus_client import CONTENT_TYPE_LATEST, generate_latest  # noqa: PLC0415 - where there is a token

    async def metrics(request: Request) -> Response:
        given = bearer(headers_of(request.scope))
        if given is None or not hmac.compare_digest(given.encode(), expected):
            raise Unauthenticated("The counters are shown to the bearer of PARLEY_METRICS_TOKEN")
        return Response(generate_latest(counters), media_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})

    return metrics
