"""From a path to its handler: a tree of segments, walked once, and not at all for paths that are asked for again and again.

FastAPI describes the routes; matching them one after the other, regular expression by regular expression, took a fifth
of a list request's CPU (docs/decisions/0004-dispatch.md).
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from models.db.bounded import Bounded
from resolvers.errors import MethodNotAllowed, NotFound, ParleyError

NO_SUCH_PATH = "There is no such path; /docs lists them all"
# Links to files, which open them, are longer.
MOST_REMEMBERED, LONGEST_REMEMBERED = 2000, 100
Handler = Callable[[Request], Awaitable[Response]]


@dataclass(slots=True)
class Branch:
    """What follows a segment: named segments, a parameter, and the handlers of the path that ends here."""

    named: dict[str, "Branch"] = field(default_factory=dict)
    parameter: "Branch | None" = None
    template: str = ""
    names: tuple[str, ...] = ()
    handlers: dict[str, Handler] = field(default_factory=dict)


class Dispatcher:
    """The innermost ASGI application: calls one handler, or raises `NotFound` or `MethodNotAllowed`."""

    def __init__(self, lifespan: ASGIApp, mounts: Mapping[str, ASGIApp]) -> None:
        """`lifespan` takes the start and stop messages; `mounts` serve whole prefixes, each ending in a slash."""
        self._lifespan = lifespan
        self._mounts = dict(mounts)
        self._root = Branch()
        self._sockets: dict[str, ASGIApp] = {}
        self._known: Bounded[str, tuple[Branch, dict[str, str]]] = Bounded(MOST_REMEMBERED)

    def add(self, template: str, methods: Collection[str], handler: Handler) -> None:
        """Serve a path such as `/api/agents/{agent_id}`; a GET serves HEAD too."""
        self._known.clear()
        branch, names = self._root, []
        for segment in template.split("/")[1:]:
            if segment.startswith("{"):
                names.append(segment.strip("{}"))
                branch.parameter = branch.parameter or Branch()
                branch = branch.parameter
            else:
                branch = branch.named.setdefault(segment, Branch())
        branch.template, branch.names = template, tuple(names)
        branch.handlers |= dict.fromkeys(methods, handler)
        if "GET" in methods:
            branch.handlers.setdefault("HEAD", handler)

    def add_socket(self, path: str, app: ASGIApp) -> None:
        """Serve WebSockets at a path."""
        self._sockets[path] = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request or a socket."""
        if scope["type"] == "lifespan":
            await self._lifespan(scope, receive, send)
            return
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send)
            return
        path: str = scope["path"]
        known = self._known.get(path) or self._find(path)
        if known is None:
            await self._mounted(scope, receive, send)
            return
        branch, scope["path_params"] = known
        scope["state"]["route"] = branch.template
        handler = branch.handlers.get(scope["method"])
        if handler is None:
            raise _not_allowed(scope["method"], branch)
        response = await handler(Request(scope, receive))
        await response(scope, receive, send)

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._sockets.get(scope["path"])
        if app is None:
            # Before it is accepted, a close is an HTTP refusal.
            await send({"type": "websocket.close", "code": 1008, "reason": NO_SUCH_PATH})
            return
        scope["state"]["route"] = scope["path"]
        await app(scope, receive, send)

    def _find(self, path: str) -> tuple[Branch, dict[str, str]] | None:
        """Where a path ends, and the values of its parameters."""
        branch, values = self._root, list[str]()
        for segment in path.split("/")[1:]:
            following = branch.named.get(segment)
            if following is None:
                if branch.parameter is None or not segment:
                    return None
                following = branch.parameter
                values.append(segment)
            branch = following
        if not branch.handlers:
            return None
        found = branch, dict(zip(branch.names, values, strict=True))
        if len(path) <= LONGEST_REMEMBERED:
            self._known[path] = found
        return found

    async def _mounted(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        for prefix, app in self._mounts.items():
            if path.startswith(prefix):
                scope["state"]["route"] = f"{prefix}*"
                try:
                    await app({**scope, "root_path": prefix.rstrip("/")}, receive, send)
                except HTTPException as error:
                    raise _refused(error, scope) from None
                return
        raise NotFound(NO_SUCH_PATH)


def _refused(error: HTTPException, scope: Scope) -> ParleyError:
    """What a mounted application of Starlette's refuses, as ours."""
    if error.status_code == 405:
        return MethodNotAllowed(f"{scope['method']} is not a method of this path; use GET", headers={"Allow": "GET, HEAD"})
    return NotFound(NO_SUCH_PATH)


def _not_allowed(method: str, branch: Branch) -> MethodNotAllowed:
    allowed = ", ".join(sorted(branch.handlers))
    return MethodNotAllowed(f"{method} is not a method of this path; use {allowed}", headers={"Allow": allowed})
