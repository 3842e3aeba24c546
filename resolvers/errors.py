"""Every error a caller may see. Each door renders these; anything else is masked and logged."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, TypedDict


class Issue(TypedDict):
    """One field that is wrong: its dotted path and what would be right."""

    path: str
    message: str


class ParleyError(Exception):
    """A refusal with a code, an HTTP status, a message that says the next step, and details."""

    code: ClassVar[str] = "INTERNAL_ERROR"
    status: ClassVar[int] = 500

    def __init__(self, message: str, *, details: Mapping[str, Any] | None = None, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.details: dict[str, Any] = dict(details or {})
        self.headers: dict[str, str] = dict(headers or {})


class BadRequest(ParleyError):
    """The input is wrong; `details.issues` names each field."""

    code = "VALIDATION_ERROR"
    status = 400

    @classmethod
    def field(cls, path: str, message: str) -> "BadRequest":
        """One wrong field."""
        return cls(f"{path}: {message}", details={"issues": [Issue(path=path, message=message)]})

    @classmethod
    def of(cls, issues: Sequence[Issue]) -> "BadRequest":
        """Several wrong fields; the message tells the first and how many more there are."""
        more = f" (and {len(issues) - 1} more)" if len(issues) > 1 else ""
        first = issues[0]
        return cls(f"{first['path']}: {first['message']}{more}", details={"issues": list(issues)})


class Unauthenticated(ParleyError):
    """No credential, or one that does not verify."""

    code = "UNAUTHORIZED"
    status = 401

    def __init__(self, message: str) -> None:
        super().__init__(message, headers={"WWW-Authenticate": "Bearer"})


class Forbidden(ParleyError):
    """The caller is known but lacks a scope."""

    code = "FORBIDDEN"
    status = 403

    @classmethod
    def scope(cls, scope: str) -> "Forbidden":
        """A missing scope, named."""
        return cls(f"This needs the scope {scope}; ask an owner of your company for it", details={"scope": scope})


class NotFound(ParleyError):
    """No such thing, or another company's: both answer the same."""

    code = "NOT_FOUND"
    status = 404

    @classmethod
    def of(cls, noun: str, path: str | None = None) -> "NotFound":
        """The noun that was not found, with the input's field when an input named it."""
        message = f"{noun} not found"
        return cls(message, details={"issues": [Issue(path=path, message=message)]} if path else None)


class MethodNotAllowed(ParleyError):
    """The path exists, the method does not; `Allow` names those that do."""

    code = "METHOD_NOT_ALLOWED"
    status = 405


class Conflict(ParleyError):
    """The request collides with what is stored."""

    code = "CONFLICT"
    status = 409


class PayloadTooLarge(ParleyError):
    """The body is over the limit, which the message names."""

    code = "PAYLOAD_TOO_LARGE"
    status = 413


class UnsupportedMediaType(ParleyError):
    """The content type is not the one this path takes."""

    code = "UNSUPPORTED_MEDIA_TYPE"
    status = 415


class RateLimited(ParleyError):
    """The budget is spent; `Retry-After` says when there is more."""

    code = "RATE_LIMITED"
    status = 429


class Unavailable(ParleyError):
    """A server behind us is away or too busy; nothing was changed, try again."""

    code = "SERVICE_UNAVAILABLE"
    status = 503

    def __init__(self, message: str, *, retry_after: int = 1) -> None:
        super().__init__(message, headers={"Retry-After": str(retry_after)})


class Timeout(Unavailable):
    """The statement ran longer than the setting allows."""

    code = "TIMEOUT"
