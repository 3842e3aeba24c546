"""A GraphQL request as it came over HTTP, read strictly."""

from dataclasses import dataclass
from typing import Any

import orjson
from starlette.requests import Request

from schema.errors import RequestError
from schema.limits import check_variables

JSON = "application/json"
# Browsers do not add these by themselves, so a page of another site cannot send a GET that carries one unasked.
PREFLIGHT = ("graphql-require-preflight", "apollo-require-preflight", "x-apollo-operation-name")


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """The document's text, which operation of it, and the variables' raw values."""

    query: str
    variables: dict[str, Any]
    operation_name: str | None
    read_only: bool


async def read_request(request: Request) -> GraphQLRequest:
    """Read a GET or POST; raises `RequestError` for anything that GraphQL over HTTP does not allow."""
    if request.method == "GET":
        return _from_query(request)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != JSON:
        raise RequestError(
            "Send the request as JSON with the header `Content-Type: application/json`", "UNSUPPORTED_MEDIA_TYPE", status=415
        )
    try:
        body = orjson.loads(await request.body())
    except orjson.JSONDecodeError as error:
        raise bad(f"The body is not valid JSON: {error}") from None
    if isinstance(body, list):
        raise RequestError("Batches are not taken; send one operation a request", "BATCHING_DISABLED")
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
    if not isinstance(query, str) or not query.strip():
        raise bad("`query` must be a GraphQL document as text")
    if variables is not None and not isinstance(variables, dict):
        raise bad("`variables` must be an object")
    if name is not None and not isinstance(name, str):
        raise bad("`operationName` must be text")
    if not isinstance(given.get("extensions"), dict | None):
        raise bad("`extensions` must be an object")
    check_variables(variables or {})
    return GraphQLRequest(query, variables or {}, name or None, read_only)


def bad(message: str) -> RequestError:
    """A request that is not one."""
    return RequestError(message, "BAD_REQUEST")
