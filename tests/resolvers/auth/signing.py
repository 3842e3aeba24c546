"""Real keys, real tokens, and a clock that only moves when told."""

import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt import PyJWS
from jwt.algorithms import ECAlgorithm, HMACAlgorithm, RSAAlgorithm
from pydantic import SecretStr

from resolvers.auth.tokens import TokenVerifier
from settings import Settings

NOW = 1_800_000_000
SECRET = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"
ISSUER = "https://project.example/auth/v1"
USER = UUID("3f2b8c1e-9d4a-4b6f-8e2a-1c5d7e9f0a1b")

RSA_KEY = rsa.generate_private_key(65537, 2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())
RSA_PEM = RSA_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


@dataclass
class Clock:
    """Stands for the system's clock and for the monotonic timer."""

    now: float = NOW

    def __call__(self) -> float:
        return self.now


def claims(**changes: Any) -> dict[str, Any]:
    """Claims that are accepted at `NOW`; a change to `...` takes one away."""
    good = {"iss": ISSUER, "aud": "authenticated", "sub": str(USER), "email": "ada@example.com", "iat": NOW, "exp": NOW + 3600}
    return _kept(good | changes)


def segment(data: bytes | dict[str, Any]) -> str:
    """A base64url segment."""
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def hmac_token(payload: bytes | dict[str, Any], *, secret: bytes | str = SECRET, alg: str = "HS256", **header: Any) -> str:
    """A token signed with HMAC-SHA256, whatever its header says; any bytes may be the secret."""
    signed = f"{segment({'alg': alg, 'typ': 'JWT'} | header)}.{segment(payload)}"
    key = secret.encode() if isinstance(secret, str) else secret
    return f"{signed}.{segment(HMACAlgorithm(HMACAlgorithm.SHA256).sign(signed.encode(), key))}"


def unsigned(payload: dict[str, Any], **header: Any) -> str:
    """A token with an empty signature."""
    return f"{segment({'typ': 'JWT'} | header)}.{segment(payload)}."


def rsa_token(payload: dict[str, Any], *, key: Any = RSA_KEY, **header: Any) -> str:
    """A token signed with RS256."""
    return PyJWS().encode(json.dumps(payload).encode(), key, "RS256", headers=_kept({"kid": "rsa-1"} | header))


def ec_token(payload: dict[str, Any], *, key: Any = EC_KEY, **header: Any) -> str:
    """A token signed with ES256."""
    return PyJWS().encode(json.dumps(payload).encode(), key, "ES256", headers=_kept({"kid": "ec-1"} | header))


def rsa_jwk(key: Any = RSA_KEY, **changes: Any) -> dict[str, Any]:
    """The public half as a JWK."""
    return RSAAlgorithm.to_jwk(key.public_key(), as_dict=True) | {"kid": "rsa-1", "use": "sig", "alg": "RS256"} | changes


def ec_jwk(key: Any = EC_KEY, **changes: Any) -> dict[str, Any]:
    """The public half as a JWK."""
    return ECAlgorithm.to_jwk(key.public_key(), as_dict=True) | {"kid": "ec-1", "use": "sig", "alg": "ES256"} | changes


def settings(**changes: Any) -> Settings:
    """Settings that take HS256 tokens of `ISSUER`."""
    chosen: dict[str, Any] = {"jwt_secret": SecretStr(SECRET), "jwt_issuers": (ISSUER,), "jwks_urls": ()}
    return Settings(**(chosen | changes))


def verifier(clock: Clock, **changes: Any) -> TokenVerifier:
    """A verifier on the given clock."""
    return TokenVerifier(settings(**changes), clock=clock, timer=clock)


def _kept(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not ...}
