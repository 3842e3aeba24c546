"""Errors in GraphQL's shape: `message`, `path`, and `extensions` with a code and what else there is to know."""

from collections.abc import Sequence
from typing import Any

import structlog
from graphql import GraphQLError
from structlog.contextvars import get_contextvars

from resolvers.errors import ParleyError, Unavailable
from resolvers.faults import MASKED, known

log = structlog.get_logger(__name__)


class RequestError(ParleyError):
    """The request cannot be run at all: nothing was executed. The code says why."""

    status = 400

    def __init__(self, message: str, code: str, *, status: int = 400, errors: Sequence[GraphQLError] = (), **more: Any) -> None:
        """`more` is what every `ParleyError` takes: details and headers."""
        super().__init__(message, **more)
        self.own_code = code
        self.own_status = status
        self.errors = errors


def as_json(error: ParleyError) -> dict[str, Any]:
    """A refusal without a place in the document. What broke on our side carries its request's name: a browser's socket shows no headers."""
    code = error.own_code if isinstance(error, RequestError) else error.code
    extensions = {"code": code, **error.details}
    name = get_contextvars().get("request_id")
    if name and code == ParleyError.code:
        extensions["requestId"] = name
    return {"message": error.message, "extensions": extensions}


def request_errors(error: ParleyError) -> list[dict[str, Any]]:
    """The `errors` of a request that was not run."""
    if isinstance(error, RequestError) and error.errors:
        return [_formatted(each, error.own_code) for each in error.errors]
    return [as_json(error)]


def field_error(error: GraphQLError) -> dict[str, Any]:
    """One field's error; what is not ours to show is logged and masked."""
    original = error.original_error
    if original is None or isinstance(original, GraphQLError):
        return _formatted(error, "BAD_USER_INPUT")
    meaning = known(original)
    if meaning is None:
        log.error("unhandled in a field", path=error.path, exc_info=original)
    elif isinstance(meaning, Unavailable):
        log.warning("unavailable in a field", path=error.path, reason=type(original).__name__)
    shown = meaning or ParleyError(MASKED)
    return _formatted(error, shown.code) | as_json(shown)


def _formatted(error: GraphQLError, code: str) -> dict[str, Any]:
    formatted: dict[str, Any] = dict(error.formatted)
    formatted["extensions"] = {"code": code} | formatted.get("extensions", {})
    return formatted
