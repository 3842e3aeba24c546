"""Verification of bearer tokens: JWTs as Supabase issues them (RFC 7519, RFC 8725)."""

import time
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import structlog
from jwt import PyJWK, PyJWS, PyJWT
from jwt.exceptions import InvalidSignatureError, PyJWTError
from jwt.types import Options

from resolvers.auth.claims import LEEWAY, Claims, TokenError, claims_of
from resolvers.auth.keys import Found, secret_key
from resolvers.auth.remembered import Remembered
from resolvers.errors import Unauthenticated
from settings import Settings

if TYPE_CHECKING:
    from resolvers.auth.jwks import KeySets

LONGEST_TOKEN = 8 * 1024
MOST_REMEMBERED = 10_000
# Headers that would let a token bring its own key or change how it is read.
REFUSED_HEADERS = frozenset({"crit", "b64", "jku", "jwk", "x5u", "x5c"})

log = structlog.get_logger(__name__)


class TokenVerifier:
    """Turns bearer tokens into claims; `clock` gives epoch seconds, `timer` seconds that never jump."""

    def __init__(self, settings: Settings, *, clock: Callable[[], float] = time.time, timer: Callable[[], float] = time.monotonic) -> None:
        secret = settings.jwt_secret.get_secret_value() if settings.jwt_secret else ""
        self._clock = clock
        self._issuers = settings.jwt_issuers or None
        self._audience = settings.jwt_audience or None
        self._secret = Found((secret_key(secret),) if secret else ())
        self._key_sets = _key_sets(settings.jwks_urls, timer)
        self._remembered: Remembered[bytes, Claims] = Remembered(MOST_REMEMBERED, timer)
        self._jwt = PyJWT()
        self._options = _unsigned_options(self._issuers, self._audience)
        self._jws = PyJWS(options={"verify_signature": True, "enforce_minimum_key_length": True})

    def cached(self, token: str) -> Claims | None:
        """The claims of a token verified before and still in force; no signature is computed and nothing awaited."""
        digest = _digest(token)
        claims = self._remembered.get(digest) if digest else None
        return claims if claims and self._clock() < claims.expires_at + LEEWAY else None

    async def verify(self, token: str) -> Claims:
        """The claims of a valid token; every refusal is the same `Unauthenticated`, its reason goes to the log alone."""
        claims = self.cached(token)
        if claims:
            return claims
        try:
            return await self._verified(token)
        except PyJWTError as error:
            log.info("token refused", reason=str(error) if isinstance(error, TokenError) else type(error).__name__)
            raise Unauthenticated("Invalid or expired token") from None

    async def close(self) -> None:
        """End fetches of keys that are under way."""
        if self._key_sets:
            await self._key_sets.close()

    async def _verified(self, token: str) -> Claims:
        digest = _digest(token)
        if digest is None:
            raise TokenError("too long or not ASCII")
        header, payload = self._unverified(token)
        # The claims are judged first: a token that is hopeless anyway makes nobody look for its key.
        claims = claims_of(payload, self._clock())
        found = await self._keys_for(header)
        self._check_signature(token, found.keys)
        self._remembered.put(digest, claims, found.until)
        return claims

    def _unverified(self, token: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """Header and payload with audience and issuer checked, the signature not yet."""
        parts = self._jwt.decode_complete(token, options=self._options, audience=self._audience, issuer=self._issuers)
        if not REFUSED_HEADERS.isdisjoint(parts["header"]):
            raise TokenError("a header that is not accepted")
        return parts["header"], parts["payload"]

    async def _keys_for(self, header: Mapping[str, Any]) -> Found:
        # `alg` only rules keys out: the signature is checked with the key's own algorithm. It is compared with ==, as it may be a list.
        algorithm = header.get("alg")
        if algorithm == "HS256":
            return self._secret
        if algorithm in ("RS256", "ES256"):
            return await self._key_sets.find(algorithm, header.get("kid")) if self._key_sets else Found(())
        raise TokenError("algorithm is not accepted")

    def _check_signature(self, token: str, keys: tuple[PyJWK, ...]) -> None:
        if not any(self._is_signed_by(key, token) for key in keys):
            raise TokenError("no known key signed it")

    def _is_signed_by(self, key: PyJWK, token: str) -> bool:
        try:
            self._jws.decode_complete(token, key, algorithms=[key.algorithm_name])
        except InvalidSignatureError:
            return False
        return True


def _key_sets(urls: tuple[str, ...], timer: Callable[[], float]) -> "KeySets | None":
    if not urls:
        return None
    from resolvers.auth.jwks import KeySets  # noqa: PLC0415 - its HTTP client takes 4 MB, for nothing where no address is set

    return KeySets(urls, timer)


def _unsigned_options(issuers: tuple[str, ...] | None, audience: str | None) -> Options:
    # Given with each call: PyJWT takes `verify_signature` from there alone.
    return Options(verify_signature=False, verify_aud=audience is not None, verify_iss=issuers is not None, require=["exp", "sub"])


def _digest(token: str) -> bytes | None:
    """What a token is remembered by; None for one that is too long or not ASCII, both of which its string knows without being read."""
    return sha256(token.encode()).digest() if len(token) <= LONGEST_TOKEN and token.isascii() else None
