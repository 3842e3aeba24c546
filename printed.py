"""The answer that both doors give: JSON that is there as bytes, with the headers it needs."""

from collections.abc import Sequence

from starlette.responses import Response
from starlette.types import Receive, Scope, Send


class Printed(Response):
    """Nothing is worked out: Starlette's own way to these headers takes four times as long."""

    def __init__(
        self, body: bytes, status: int = 200, kind: bytes = b"application/json", further: Sequence[tuple[bytes, bytes]] = ()
    ) -> None:
        self.status_code = status
        self.body = body
        self.raw_headers = [(b"content-length", b"%d" % len(body)), (b"content-type", kind), *further]

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Send it."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body})
