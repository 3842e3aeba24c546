"""How the layers in front of the doors answer by themselves."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from starlette.types import Scope, Send

from resolvers.errors import ParleyError

Header = tuple[bytes, bytes]
Rendered = tuple[int, Sequence[Header], bytes]
Render = Callable[[ParleyError, Scope], Rendered]
"""Status, headers (the error's own among them) and body of an error, in the shape of the door that the scope's path belongs to."""

Stamp = Callable[[Mapping[str, Any]], Iterable[Header]]
"""Headers known only when the answer starts, such as what is left of a budget, read from the request's state.

Layers put theirs into `scope["state"]["stamps"]`: functions of modules, for one that held the state would make a cycle of each
request, and a tenth of a short one's time went to collecting them.
"""

STARTS = frozenset({"http.response.start", "websocket.accept", "websocket.http.response.start"})
POLICY_VIOLATION = 1008


async def answer(error: ParleyError, scope: Scope, send: Send, render: Render) -> None:
    """Send a rendered error; a websocket whose server can't refuse with a response is closed before it is accepted."""
    kind = "http.response"
    if scope["type"] == "websocket":
        kind = "websocket.http.response"
        if kind not in scope.get("extensions", ()):
            await send({"type": "websocket.close", "code": POLICY_VIOLATION, "reason": error.code})
            return
    status, headers, body = render(error, scope)
    own = [header for header in headers if header[0] != b"content-length"]
    await send({"type": f"{kind}.start", "status": status, "headers": [*own, (b"content-length", b"%d" % len(body))]})
    await send({"type": f"{kind}.body", "body": body})
