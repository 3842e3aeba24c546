"""Tokens that this server signs itself: for `parley token`, the demo and tests."""

import time
from dataclasses import dataclass, field
from typing import Any, Self
from uuid import UUID

from jwt import PyJWT

from settings import Settings

DEFAULT_AUDIENCE = "authenticated"


@dataclass(frozen=True, slots=True)
class Terms:
    """What else stands in a token: `scopes` narrows the role's scopes, `issued_at` is in epoch seconds."""

    audience: str = DEFAULT_AUDIENCE
    issuer: str | None = None
    scopes: tuple[str, ...] | None = None
    issued_at: float = field(default_factory=time.time)

    @classmethod
    def of(cls, settings: Settings, *, scopes: tuple[str, ...] | None = None) -> Self:
        """The audience and the first issuer that the settings accept."""
        issuer = settings.jwt_issuers[0] if settings.jwt_issuers else None
        return cls(settings.jwt_audience or DEFAULT_AUDIENCE, issuer, scopes)


def issue_token(secret: str, *, sub: UUID, email: str, lifetime: float, terms: Terms | None = None) -> str:
    """An HS256 token in force for `lifetime` seconds; raises PyJWT's `InvalidKeyError` for a secret under 32 bytes."""
    claims = _claims(terms or Terms(), lifetime) | {"sub": str(sub), "email": email}
    return PyJWT({"enforce_minimum_key_length": True}).encode(claims, secret, "HS256")


def _claims(terms: Terms, lifetime: float) -> dict[str, Any]:
    issued_at = int(terms.issued_at)
    claims = {"aud": terms.audience, "role": "authenticated", "iat": issued_at, "exp": int(terms.issued_at + lifetime)}
    optional = {"iss": terms.issuer, "scope": None if terms.scopes is None else " ".join(terms.scopes)}
    return claims | {name: value for name, value in optional.items() if value is not None}
