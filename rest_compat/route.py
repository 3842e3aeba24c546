"""A route that is thin: read path, query and body once, call the endpoint, send its bytes.

FastAPI still describes the route in OpenAPI from the endpoint's signature. What it would do per request (a dependency
graph, its own JSON reading, which lets NaN and lone surrogates through) is replaced by readers made once at import.
"""

import inspect
from collections.abc import Awaitable, Callable, Coroutine
from functools import lru_cache
from typing import Annotated, Any, get_args, get_origin, get_type_hints
from urllib.parse import parse_qsl
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends
from fastapi.params import Query
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from models.ids import read_uuid
from resolvers.ctx import Ctx
from resolvers.errors import BadRequest, UnsupportedMediaType
from resolvers.inputs import Input
from rest_compat.errors import ErrorAnswer

REFUSALS: dict[int | str, dict[str, Any]] = {"4XX": {"model": ErrorAnswer, "description": "Refused; nothing was changed."}}

LONGEST_REMEMBERED = 200
Reader = Callable[[Request], Any]


def ctx_of(request: Request) -> Ctx:
    """The request's context, made by the access layer in front of the doors."""
    made: Ctx = request.scope["state"]["ctx"]
    return made


Caller = Annotated[Ctx, Depends(ctx_of)]


class ThinRoute(APIRoute):
    """Reads the declared inputs and nothing else; a wrong one is a 400 that names it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with a reader for each parameter of the endpoint."""
        endpoint = self.endpoint
        hints = get_type_hints(endpoint, include_extras=True)
        hinted = [(name, hints[name]) for name in inspect.signature(endpoint).parameters]
        bodies = [(name, hint) for name, hint in hinted if isinstance(hint, type) and issubclass(hint, Input)]
        readers = [(name, reader_of(name, hint)) for name, hint in hinted if (name, hint) not in bodies]

        async def handle(request: Request) -> Response:
            given = {name: read(request) for name, read in readers}
            for name, model in bodies:
                given[name] = model.read(await json_body(request))
            answer: Response = await endpoint(**given)
            return answer

        return handle


def thin_handler(route: Any) -> tuple[str, set[str], Callable[[Request], Awaitable[Response]]]:
    """A thin route's template, methods and handler."""
    return route.path, route.methods, route.get_route_handler()


def router() -> APIRouter:
    """A router whose routes are thin."""
    return APIRouter(route_class=ThinRoute, responses=REFUSALS)


def reader_of(name: str, hint: Any) -> Reader:
    """How a parameter that is not the body is read, by its annotation: the caller, the request itself, the query, or a path id."""
    marks = get_args(hint)[1:] if get_origin(hint) is Annotated else ()
    kind = get_args(hint)[0] if marks else hint
    if kind is Ctx:
        return ctx_of
    if kind is Request:
        return lambda request: request
    if any(isinstance(mark, Query) for mark in marks):
        return lambda request: query_of(kind, request.scope["query_string"])
    return lambda request: path_id(name, request.scope["path_params"][name])


def query_of(model: type[Input], text: bytes) -> Input:
    """A query string, read and validated; short ones are remembered."""
    return read_query(model, text) if len(text) <= LONGEST_REMEMBERED else read_query.__wrapped__(model, text)


@lru_cache(2000)
def read_query(model: type[Input], text: bytes) -> Input:
    """A query string, read and validated; callers repeat themselves, and inputs are frozen, so they can be shared."""
    return model.read(dict(parse_qsl(text.decode("latin-1"), keep_blank_values=True)))


def path_id(name: str, text: str) -> UUID:
    """An id of the path; raises `BadRequest` for what is not a UUID."""
    found = read_uuid(text)
    if found is None:
        raise BadRequest.field(name, f"Invalid {name.removesuffix('_id')} ID format; it must be a UUID of 36 characters")
    return found


async def json_body(request: Request) -> dict[str, Any]:
    """The JSON object that a request carries; raises `UnsupportedMediaType` or `BadRequest` for anything else."""
    content_type = request.headers.get("content-type", "")
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise UnsupportedMediaType("Send the body as JSON with the header `Content-Type: application/json`")
    try:
        body = orjson.loads(await request.body())
    except orjson.JSONDecodeError as error:
        raise BadRequest.field("body", f"is not valid JSON: {error}") from None
    if not isinstance(body, dict):
        raise BadRequest.field("body", "must be a JSON object")
    return body
