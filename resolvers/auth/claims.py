"""What a token says about its bearer, and the rules its claims must keep."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from jwt.exceptions import PyJWTError

LEEWAY = 30.0
LONGEST_EMAIL = 320
LAST_MOMENT = 253_402_300_799  # the end of the year 9999


class TokenError(PyJWTError):
    """A token breaks a rule that PyJWT doesn't check; the text is for the log and holds nothing of the token."""


@dataclass(frozen=True, slots=True)
class Claims:
    """A verified token. `expires_at` is in epoch seconds; `scopes` None means all that the role grants."""

    sub: UUID
    email: str
    expires_at: float
    scopes: tuple[str, ...] | None


def claims_of(payload: Mapping[str, object], now: float) -> Claims:
    """The claims of a payload that is in force at `now` (epoch seconds, leeway 30 s; RFC 7519 section 4.1); raises `TokenError`."""
    expires_at = _in_force(payload, now)
    return Claims(_subject(payload), _email(payload), expires_at, _scopes(payload))


def _in_force(payload: Mapping[str, object], now: float) -> float:
    # PyJWT reads the system's clock and takes text and booleans for numbers, so moments are judged here.
    expires_at, issued_at = _moment(payload, "exp"), _moment(payload, "iat", 0)
    if now >= expires_at + LEEWAY:
        raise TokenError("expired")
    if now < _moment(payload, "nbf", 0) - LEEWAY:
        raise TokenError("nbf is ahead")
    if now < issued_at - LEEWAY or issued_at > expires_at:
        raise TokenError("iat is ahead or after exp")
    return expires_at


def _moment(payload: Mapping[str, object], name: str, default: float | None = None) -> float:
    value = payload.get(name, default)
    # The comparison refuses NaN, infinities and integers too long for a float without converting them.
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LAST_MOMENT:
        raise TokenError(f"{name} is not a moment")
    return float(value)


def _subject(payload: Mapping[str, object]) -> UUID:
    text = payload.get("sub")
    try:
        subject = UUID(text) if isinstance(text, str) else None
    except ValueError:
        subject = None
    # UUID() also reads braces, "urn:uuid:" and digits of other scripts; only the plain form is one identity.
    if subject is None or str(subject) != str(text).lower():
        raise TokenError("sub is not a UUID")
    return subject


def _email(payload: Mapping[str, object]) -> str:
    email = payload.get("email")
    if email is None:
        return ""
    # PostgreSQL stores neither NUL nor lone surrogates, and a name is made from the address.
    if not isinstance(email, str) or len(email) > LONGEST_EMAIL or not email.isprintable():
        raise TokenError("email is not an address")
    return email


def _scopes(payload: Mapping[str, object]) -> tuple[str, ...] | None:
    if "scope" not in payload:
        return None
    scope = payload["scope"]
    # A narrowing that can't be read must not turn into none at all.
    if not isinstance(scope, str):
        raise TokenError("scope is not text")
    return tuple(scope.split())
