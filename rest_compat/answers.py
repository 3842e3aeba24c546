"""Answers: bytes from the database straight to the socket."""

import contextlib
from collections.abc import Awaitable, Coroutine
from hashlib import blake2b
from typing import Any

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from models.db.row import Row
from models.rows import Rows
from models.shape import Shape
from printed import Printed
from resolvers.ctx import Ctx
from resolvers.errors import Forbidden, NotFound
from resolvers.listing import by_id

JSON = "application/json"


async def list_answer(ctx: Ctx, rows: Rows[Any], shape: Shape) -> Response:
    """A page of rows in a list's envelope."""
    page = rows.page
    slots = {"limit": page.limit, "offset": page.offset} if page else {}
    return Printed(await ctx.json(rows, shape, **slots) or b"")


async def one_body(ctx: Ctx, rows: Rows[Any], shape: Shape, **slots: Any) -> bytes:
    """One row; raises `NotFound` when it is not there or is another company's."""
    body = await ctx.json(rows, shape, **slots)
    if body is None:
        raise NotFound.of(rows.entity.name.capitalize())
    return body


async def single_answer(request: Request, rows: Rows[Any], shape: Shape, **slots: Any) -> Response:
    """One row with a strong ETag; 304 without a body when the caller has it already."""
    body = await one_body(request.scope["state"]["ctx"], rows, shape, **slots)
    tag = f'"{blake2b(body, digest_size=16).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if matches(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=JSON, headers=headers)


def matches(wanted: str, tag: str) -> bool:
    """Whether If-None-Match names the tag (RFC 9110, 13.1.2: compared weakly, `*` matches all)."""
    names = (name.strip().removeprefix("W/") for name in wanted.split(","))
    return any(name in {"*", tag} for name in names)


async def command_answer(ctx: Ctx, change: Coroutine[Any, Any, Row], shape: Shape, status: int = 200, **slots: Any) -> Response:
    """Run a command, then read the row it returned in the shape of the door.

    Whether the caller may read all of the shape is settled before the command runs, not after it has committed.
    """
    try:
        ctx.require(shape.scopes)
    except Forbidden:
        change.close()
        raise
    row = await change
    return Printed(await one_body(ctx, by_id(shape.of.entity, row.id), shape, **slots), status)


class Success(BaseModel):
    """It is done."""

    success: bool = True


async def forgiving_delete(deletion: Awaitable[Row]) -> Response:
    """Delete; a row that is not there, or is another company's, answers the same success, as documented clients expect."""
    with contextlib.suppress(NotFound):
        await deletion
    return Response(b'{"success":true}', media_type=JSON)
