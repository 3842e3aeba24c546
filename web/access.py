"""Who may come in: the credential, the budget, and the paths that need neither name nor key."""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from starlette.types import ASGIApp, Receive, Scope, Send

from headers import headers_of
from resolvers.errors import ParleyError, Unauthenticated
from resolvers.principal import Principal
from web.answer import Header, Render, answer
from web.budgets import Budgets
from web.rate_headers import rate_headers, refusal

# Spellings that a router or a proxy might fold into another path: never public, whatever the list of public paths says
FOLDABLE = re.compile(r"//|/\.{1,2}(?:/|$)|[\\%\x00-\x1f\x7f]")


class MissingCredential(Unauthenticated):
    """There is no bearer token to verify, as opposed to one that does not verify."""


class Authenticator(Protocol):
    """Turns a bearer token into the caller it stands for."""

    def cached(self, token: str) -> Principal | None:
        """A caller verified a moment ago whose token is still good, without waiting; None when it has to be verified."""

    def __call__(self, token: str) -> Awaitable[Principal]:
        """Verify; raises `Unauthenticated`, or `Unavailable` when that can't be decided now."""


def _never(_path: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Doors:
    """What this layer has to know of the doors behind it.

    `is_public(path, method)`: open without a credential. `checks_itself(path)`: the door reads the Authorization header
    (widget keys, inbound hooks), so it is not verified here and the address pays. `render`: errors in the door's shape.
    """

    is_public: Callable[[str, str], bool]
    render: Render
    checks_itself: Callable[[str], bool] = _never


class AccessMiddleware:
    """Puts the caller into `scope["state"]["principal"]` (None: anonymous), counts the request, and refuses what is not open.

    Every answer carries the rate headers of `scope["state"]["rate"]`; a door with a budget of its own may put its verdict
    there. A socket without Authorization header is left to its door, which learns the credential from the first message.
    """

    def __init__(self, app: ASGIApp, *, authenticate: Authenticator, budgets: Budgets, doors: Doors) -> None:
        self.app = app
        self._authenticate = authenticate
        self._budgets = budgets
        self._doors = doors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 401 or 429."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        state = scope["state"]
        principal: Principal | None = None
        error: ParleyError | None = None
        token: str | None = None
        try:
            token = None if self._doors.checks_itself(scope["path"]) else bearer(headers_of(scope))
            if token is not None:
                principal = self._authenticate.cached(token) or await self._authenticate(token)
        except ParleyError as refused:
            error = refused  # not raised before the address has paid for the attempt
        state["principal"], state["token"] = principal, token
        state["rate"] = verdict = await self._budgets.charge(scope, principal)
        state["stamps"].append(_rate)
        if not verdict.allowed:
            error = refusal(verdict)
        elif error is None and principal is None and not self._is_open(scope):
            error = MissingCredential("This path needs a credential; send `Authorization: Bearer <token>`")
        if error is None:
            await self.app(scope, receive, send)
        else:
            await answer(error, scope, send, self._doors.render)

    def _is_open(self, scope: Scope) -> bool:
        if scope["type"] == "websocket":
            return True
        path: str = scope["path"]
        return FOLDABLE.search(path) is None and self._doors.is_public(path, scope["method"])


def _rate(state: Mapping[str, Any]) -> Iterable[Header]:
    return rate_headers(state["rate"])


def bearer(headers: Mapping[bytes, bytes]) -> str | None:
    """The token of the one Authorization header; None without the header. Raises `Unauthenticated` for any other form."""
    found = headers.get(b"authorization")
    if found is None:
        return None
    scheme, _, token = found.partition(b" ")
    token = token.strip()
    # No token has a comma: with one there are several headers.
    if b"," in found or scheme.lower() != b"bearer" or not token:
        raise MissingCredential("Send one Authorization header of the form `Bearer <token>`")
    if not token.isascii():
        raise Unauthenticated("The token has characters that no token has")
    return token.decode("ascii")
