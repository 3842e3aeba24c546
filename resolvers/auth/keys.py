"""Verification keys: each one carries its algorithm, so that a token never chooses it."""

import math
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jwt import PyJWK
from jwt.exceptions import PyJWTError

MOST_KEYS = 32
LONGEST_MODULUS = 1366  # base64url characters of 8192 bits
LONGEST_EXPONENT = 8


@dataclass(frozen=True, slots=True)
class Found:
    """The keys that may have signed a token, and until when (by the timer) they hold without looking again."""

    keys: tuple[PyJWK, ...]
    until: float = math.inf


def secret_key(secret: str) -> PyJWK:
    """The HS256 key of a secret."""
    text = urlsafe_b64encode(secret.encode()).decode()
    return PyJWK({"kty": "oct", "k": text}, "HS256")


def usable_keys(document: object) -> tuple[PyJWK, ...]:
    """The RS256 and ES256 public keys of a JWK set (RFC 7517); others are ignored. Raises `ValueError` when it is no set."""
    jwks = _listed(document)
    if jwks is None:
        raise ValueError("the answer holds no list of keys")
    found = (_usable(jwk) for jwk in jwks[:MOST_KEYS] if isinstance(jwk, dict))
    return tuple(key for key in found if key is not None)


def _listed(document: object) -> list[object] | None:
    jwks = document.get("keys") if isinstance(document, dict) else None
    return jwks if isinstance(jwks, list) else None


def _usable(jwk: dict[str, Any]) -> PyJWK | None:
    algorithm = _algorithm(jwk)
    if algorithm is None or not _is_for_signatures(jwk):
        return None
    try:
        key = PyJWK(jwk, algorithm)
    except PyJWTError:
        return None
    return key if key.Algorithm.check_key_length(key.key) is None else None


def _algorithm(jwk: Mapping[str, Any]) -> str | None:
    fixed = "RS256" if _is_rsa(jwk) else "ES256" if (jwk.get("kty"), jwk.get("crv")) == ("EC", "P-256") else None
    return fixed if jwk.get("alg", fixed) == fixed else None


def _is_rsa(jwk: Mapping[str, Any]) -> bool:
    # Sizes are looked at before the numbers are built: a modulus of 48 kB would cost seconds per verification.
    modulus, exponent = str(jwk.get("n", "")), str(jwk.get("e", ""))
    return jwk.get("kty") == "RSA" and len(modulus) <= LONGEST_MODULUS and len(exponent) <= LONGEST_EXPONENT


def _is_for_signatures(jwk: Mapping[str, Any]) -> bool:
    # A set that publishes "d" has given its private key away.
    operations = jwk.get("key_ops", ["verify"])
    readable = isinstance(jwk.get("kid", ""), str) and isinstance(operations, list)
    return readable and "d" not in jwk and jwk.get("use", "sig") == "sig" and "verify" in operations
