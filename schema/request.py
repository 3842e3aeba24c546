"""A GraphQL request as it came over HTTP, read strictly."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message, Scope

from headers import headers_of
from schema.errors import RequestError
from schema.limits import check_variables

JSON = "application/json"
READS = frozenset({"GET", "HEAD"})
CHARSET = re.compile(r";\s*charset=(?!\"?utf-?8\"?\s*(?:;|$))", re.IGNORECASE)
# Browsers do not add these by themselves, so a page of another site cannot send a GET that carries one unasked.
PREFLIGHT = ("graphql-require-preflight", "apollo-require-preflight", "x-apollo-operation-name")


class GraphQLRequest(NamedTuple):
    """The document's text or the id it is known by, which operation of it, and the variables' raw values."""

    query: str | None
    variables: dict[str, Any]
    operation_name: str | None
    read_only: bool
    document_id: str | None = None


async def read_requests(request: Request, batch: int) -> GraphQLRequest | list[GraphQLRequest]:
    """Read a GET or POST, with at most `batch` operations in a list; raises `RequestError` for what GraphQL over HTTP does not allow."""
    if request.method in READS:
        return _from_query(request)
    if not is_json(header(request.scope, b"content-type")):
        said = "Send the request as JSON in UTF-8 with the header `Content-Type: application/json`"
        raise RequestError(said, "UNSUPPORTED_MEDIA_TYPE", status=415)
    try:
        body = orjson.loads(await _whole(request))
    except orjson.JSONDecodeError as error:
        raise bad(f"The body is not valid JSON: {error}") from None
    if isinstance(body, list):
        return _listed(body, batch)
    return from_body(body)


def header(scope: Scope, name: bytes) -> str:
    """A header's value, nothing without it."""
    return headers_of(scope).get(name, b"").decode("latin-1")


@lru_cache(maxsize=128)
def is_json(kind: str) -> bool:
    """Whether a Content-Type says JSON in UTF-8."""
    return kind.partition(";")[0].strip().lower() == JSON and not CHARSET.search(kind)


async def _whole(request: Request) -> bytes:
    """The body. Nearly all come in one piece, for which Starlette's stream takes five calls more."""
    message = await request.receive()
    if message["type"] == "http.request" and not message.get("more_body"):
        body: bytes = message.get("body", b"")
        return body
    return await _rest(request, message)


async def _rest(request: Request, message: Message) -> bytes:
    pieces = []
    while message["type"] == "http.request":
        pieces.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(pieces)
        message = await request.receive()
    raise ClientDisconnect


def _listed(body: list[Any], most: int) -> list[GraphQLRequest]:
    if not most:
        raise RequestError("Batches are not taken; send one operation a request", "BATCHING_DISABLED")
    if not 0 < len(body) <= most:
        raise RequestError(f"The batch has {len(body)} operations; 1 to {most} are taken", "BATCH_TOO_LARGE")
    return [from_body(each) for each in body]


def from_body(body: Any) -> GraphQLRequest:
    """One operation as JSON has it; raises `RequestError`."""
    if not isinstance(body, dict):
        raise bad("The body must be a JSON object with `query`")
    return _checked(body, read_only=False)


def _from_query(request: Request) -> GraphQLRequest:
    if not any(name in request.headers for name in PREFLIGHT):
        raise bad("A GET needs the header `GraphQL-Require-Preflight: 1`; or send a POST")
    given: dict[str, Any] = dict(request.query_params)
    for name in ("variables", "extensions"):
        if name in given:
            try:
                given[name] = orjson.loads(given[name])
            except orjson.JSONDecodeError as error:
                raise bad(f"{name} is not valid JSON: {error}") from None
    return _checked(given, read_only=True)


def _checked(given: dict[str, Any], *, read_only: bool) -> GraphQLRequest:
    query, variables, name = given.get("query"), given.get("variables"), given.get("operationName")
    known = _document_id(given)
    if (query is not None or known is None) and (not isinstance(query, str) or not query.strip()):
        raise bad("`query` must be a GraphQL document as text")
    if variables is not None and not isinstance(variables, dict):
        raise bad("`variables` must be an object")
    if name is not None and not isinstance(name, str):
        raise bad("`operationName` must be text")
    if variables:
        check_variables(variables)
    return GraphQLRequest(query, variables or {}, name or None, read_only, known)


def _document_id(given: Mapping[str, Any]) -> str | None:
    """The id that a document is asked for by: `documentId`, or the hash of the persisted-query extension."""
    extensions, found = given.get("extensions"), given.get("documentId")
    if extensions is not None:
        if not isinstance(extensions, dict):
            raise bad("`extensions` must be an object")
        persisted = extensions.get("persistedQuery")
        if persisted is not None:
            if not isinstance(persisted, dict) or persisted.get("version") != 1 or not isinstance(persisted.get("sha256Hash"), str):
                raise bad("`extensions.persistedQuery` must be an object with `version` 1 and `sha256Hash`")
            found = persisted["sha256Hash"]
    if found is not None and not isinstance(found, str):
        raise bad("`documentId` must be text")
    return found


def bad(message: str) -> RequestError:
    """A request that is not one."""
    return RequestError(message, "BAD_REQUEST")
