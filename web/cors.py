"""CORS, with preflights counted like every other request."""

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from headers import headers_of
from web.answer import Render, answer
from web.budgets import Budgets
from web.rate_headers import refusal

# What a page of another origin may read of an answer, besides the few headers that every page may.
RATE = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
EXPOSED = (
    *("Allow", "ETag", "RateLimit-Policy", "Retry-After", "Server-Timing", "WWW-Authenticate", "X-Request-Id"),
    *RATE,
    *(f"X-{name}" for name in RATE),
)


class LimitedCORSMiddleware(CORSMiddleware):
    """Stands before the access layer, so that its refusals can be read by browsers; preflights are paid for here, by the address."""

    def __init__(self, app: ASGIApp, origins: tuple[str, ...], *, budgets: Budgets, render: Render) -> None:
        super().__init__(app, allow_origins=origins, allow_methods=["*"], allow_headers=["*"], expose_headers=EXPOSED, max_age=600)
        self._budgets = budgets
        self._render = render

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, answer its preflight, or 429."""
        if scope["type"] == "http" and scope["method"] == "OPTIONS" and ASKED in headers_of(scope):
            verdict = scope["state"]["rate"] = await self._budgets.charge(scope, None)
            if not verdict.allowed:
                await answer(refusal(verdict), scope, send, self._render)
                return
        await super().__call__(scope, receive, send)


ASKED = b"access-control-request-method"
