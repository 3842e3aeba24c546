"""F16: every forged token is refused alike, and none makes the server call anywhere."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt import PyJWS
from pydantic import SecretStr

from resolvers.auth.tokens import TokenVerifier
from resolvers.errors import Unauthenticated
from settings import Settings
from tests.resolvers.auth.jwks_server import JwksServer, running
from tests.resolvers.auth.signing import (
    ISSUER,
    NOW,
    RSA_PEM,
    USER,
    Clock,
    claims,
    ec_jwk,
    ec_token,
    hmac_token,
    rsa_jwk,
    rsa_token,
    segment,
    unsigned,
    verifier,
)

STRANGER_RSA = rsa.generate_private_key(65537, 2048)
STRANGER_EC = ec.generate_private_key(ec.SECP256R1())
ELSEWHERE = "http://127.0.0.1:9/keys.json"


def swapped(token: str, **changes: Any) -> str:
    """The signature of one payload under another."""
    header, _, signature = token.split(".")
    return f"{header}.{segment(claims(**changes))}.{signature}"


NEVER_A_FETCH: dict[str, str] = {
    "empty": "",
    "blank": "   ",
    "dots": "..",
    "not a JWT": "abc",
    "two segments": "abc.def",
    "five segments (JWE)": "a.b.c.d.e",
    "unicode": "ü.ü.ü",
    "lone surrogate": "\ud800.a.b",
    "NUL": "\x00.\x00.\x00",
    "newline after": hmac_token(claims()) + "\n",
    "bearer inside": "Bearer " + hmac_token(claims()),
    "header is a list": f"{segment(b'[]')}.{segment(claims())}.AAAA",
    "header nests 3,000 deep": f"{segment(b'[' * 3000)}.{segment(claims())}.AAAA",
    "payload is a list": hmac_token(b"[1]"),
    "payload is not JSON": hmac_token(b"{"),
    "payload is not UTF-8": hmac_token(b'{"sub": "\xff"}'),
    "payload nests 3,000 deep": hmac_token(b"[" * 3000),
    "payload has a number of 5,000 digits": hmac_token(b'{"exp":' + b"9" * 5000 + b"}"),
    "no alg": unsigned(claims()),
    **{f"alg {alg}": unsigned(claims(), alg=alg) for alg in ("none", "None", "NONE", "nOnE", " none", "none\x00", "")},
    **{
        f"alg {alg} with a good HMAC": hmac_token(claims(), alg=alg)
        for alg in ("none", "hs256", "HS512", "HS256 ", "ES256K", "EdDSA", "PS256")
    },
    "alg a list": unsigned(claims(), alg=["HS256"]),
    "alg an object": unsigned(claims(), alg={"HS256": 1}),
    "alg null": unsigned(claims(), alg=None),
    "HS256 without a signature": unsigned(claims(), alg="HS256"),
    "HS256 signed with the RSA public key": hmac_token(claims(), secret=RSA_PEM, kid="rsa-1"),
    "HS256 signed with the RSA modulus": hmac_token(claims(), secret=rsa_jwk()["n"], kid="rsa-1"),
    "HS256 signed with the JWK": hmac_token(claims(), secret=json.dumps(rsa_jwk()), kid="rsa-1"),
    "HS256 signed with another secret": hmac_token(claims(), secret="z" * 43),
    "HS256 signed with no secret": hmac_token(claims(), secret=b""),
    "payload swapped": swapped(hmac_token(claims()), email="eve@example.com"),
    "signature cut": hmac_token(claims())[:-1],
    "crit empty": hmac_token(claims(), crit=[]),
    "crit known to PyJWT": hmac_token(claims(), crit=["b64"], b64=True),
    "crit unknown": hmac_token(claims(), crit=["exp2"], exp2=1),
    "b64 false": hmac_token(claims(), b64=False, crit=["b64"]),
    "jku": rsa_token(claims(), key=STRANGER_RSA, jku=ELSEWHERE),
    "jku on a good HMAC": hmac_token(claims(), jku=ELSEWHERE),
    "x5u": rsa_token(claims(), key=STRANGER_RSA, x5u=ELSEWHERE),
    "x5c": rsa_token(claims(), key=STRANGER_RSA, x5c=["AAAA"]),
    "jwk": rsa_token(claims(), key=STRANGER_RSA, jwk=rsa_jwk(STRANGER_RSA)),
    "kid a number": hmac_token(claims(), kid=1),
    "kid a list": hmac_token(claims(), kid=["rsa-1"]),
    "kid null": hmac_token(claims(), kid=None),
    "wrong aud": rsa_token(claims(aud="anon"), kid="?"),
    "aud in another case": rsa_token(claims(aud="Authenticated"), kid="?"),
    "aud contained in a longer one": rsa_token(claims(aud="authenticated2"), kid="?"),
    "aud an object": rsa_token(claims(aud={"authenticated": 1}), kid="?"),
    "no aud": rsa_token(claims(aud=...), kid="?"),
    "wrong iss": rsa_token(claims(iss="https://evil.example"), kid="?"),
    "iss with a slash more": rsa_token(claims(iss=ISSUER + "/"), kid="?"),
    "iss a list": rsa_token(claims(iss=[ISSUER]), kid="?"),
    "no iss": rsa_token(claims(iss=...), kid="?"),
    "no exp": rsa_token(claims(exp=...), kid="?"),
    "expired": rsa_token(claims(exp=NOW - 60, iat=NOW - 90), kid="?"),
    "no sub": rsa_token(claims(sub=...), kid="?"),
    "8 kB of claims": hmac_token(claims(padding="x" * 8192)),
    "1 MB": "a" * 1_000_000,
}

AT_MOST_ONE_FETCH: dict[str, str] = {
    "RS256 by a stranger": rsa_token(claims(), key=STRANGER_RSA),
    "ES256 by a stranger": ec_token(claims(), key=STRANGER_EC),
    "RS256 under the EC key's kid": rsa_token(claims(), kid="ec-1"),
    "ES256 under the RSA key's kid": ec_token(claims(), kid="rsa-1"),
    "RS256 without a signature": unsigned(claims(), alg="RS256", kid="rsa-1"),
    "ES256 of zeros": unsigned(claims(), alg="ES256", kid="ec-1") + segment(bytes(64)),
    "RS256 in name, signed with HMAC and the public key": hmac_token(claims(), alg="RS256", secret=RSA_PEM, kid="rsa-1"),
    "payload swapped": swapped(rsa_token(claims()), email="eve@example.com"),
    **{
        f"kid {kid[:30]}": rsa_token(claims(), key=STRANGER_RSA, kid=kid)
        for kid in (
            "../../../../dev/null",
            "' OR '1'='1",
            "x'; DROP TABLE users;--",
            "file:///etc/passwd",
            ELSEWHERE,
            "\x00",
            "é" * 500,
            "",
        )
    },
}


async def refuse(tested: TokenVerifier, token: str) -> None:
    """The token is refused with the one message that all refusals share."""
    with pytest.raises(Unauthenticated) as caught:
        await tested.verify(token)
    error = caught.value
    assert (error.message, error.status, error.code, error.details) == ("Invalid or expired token", 401, "UNAUTHORIZED", {})
    assert (error.headers, error.__cause__, error.__suppress_context__) == ({"WWW-Authenticate": "Bearer"}, None, True)
    assert tested.cached(token) is None


@pytest.mark.parametrize("token", NEVER_A_FETCH.values(), ids=NEVER_A_FETCH)
async def test_a_hopeless_token_is_refused_without_any_fetch(clock: Clock, jwks: JwksServer, token: str) -> None:
    await refuse(verifier(clock, jwks_urls=(jwks.url,)), token)
    assert jwks.requests == 0


@pytest.mark.parametrize("token", AT_MOST_ONE_FETCH.values(), ids=AT_MOST_ONE_FETCH)
async def test_a_forged_token_for_a_published_key_costs_at_most_the_regular_fetch(clock: Clock, jwks: JwksServer, token: str) -> None:
    tested = verifier(clock, jwks_urls=(jwks.url,))
    for _ in range(3):
        await refuse(tested, token)
    assert (jwks.requests, jwks.heads[0].splitlines()[0]) == (1, "GET /jwks.json HTTP/1.1")


async def test_addresses_that_a_token_names_are_never_called(clock: Clock, jwks: JwksServer) -> None:
    async with running(keys=[rsa_jwk(STRANGER_RSA, kid="evil")]) as evil:
        tested = verifier(clock, jwks_urls=(jwks.url,))
        for header in ({"jku": evil.url}, {"x5u": evil.url}, {"kid": evil.url}, {"jku": evil.url, "jwk": rsa_jwk(STRANGER_RSA)}):
            await refuse(tested, rsa_token(claims(), key=STRANGER_RSA, **({"kid": "evil"} | header)))
        await refuse(tested, rsa_token(claims(iss=evil.url), key=STRANGER_RSA, kid="evil"))
        assert (evil.requests, jwks.requests) == (0, 1)


async def test_hmac_with_the_public_key_is_refused_where_no_secret_is_set(clock: Clock, jwks: JwksServer) -> None:
    tested = verifier(clock, jwks_urls=(jwks.url,), jwt_secret=None)
    await tested.verify(rsa_token(claims()))
    for secret in (RSA_PEM, rsa_jwk()["n"], b""):
        await refuse(tested, hmac_token(claims(), secret=secret, kid="rsa-1"))
    assert jwks.requests == 1


async def test_a_symmetric_key_in_a_published_set_signs_nothing(clock: Clock) -> None:
    async with running(keys=[{"kty": "oct", "k": segment(b"p" * 43), "kid": "shared", "alg": "HS256"}]) as server:
        tested = verifier(clock, jwks_urls=(server.url,), jwt_secret=None)
        await refuse(tested, hmac_token(claims(), secret=b"p" * 43, kid="shared"))


@pytest.mark.parametrize("secret", ["short", "x" * 31])
async def test_a_short_secret_verifies_nothing(clock: Clock, secret: str) -> None:
    unsafe = Settings.model_construct(jwt_secret=SecretStr(secret), jwt_issuers=(), jwks_urls=(), jwt_audience=None)
    await refuse(TokenVerifier(unsafe, clock=clock, timer=clock), hmac_token(claims(), secret=secret))


async def test_a_token_of_8_kb_is_read_and_one_byte_more_is_not(clock: Clock) -> None:
    fitting = next(t for size in range(5800, 6100) if len(t := hmac_token(claims(padding="x" * size))) == 8192)
    tested = verifier(clock)
    assert (await tested.verify(fitting)).sub == USER
    await refuse(tested, fitting + "=")


@pytest.mark.parametrize(
    ("changes", "good", "bad"),
    [
        ({"exp": NOW}, NOW + 29.999, NOW + 30),
        ({"exp": NOW + 0.5}, NOW + 30.499, NOW + 30.5),
        ({"nbf": NOW}, NOW - 30, NOW - 30.001),
        ({"iat": NOW}, NOW - 30, NOW - 30.001),
        ({"iat": NOW, "exp": NOW}, NOW, NOW + 30),
    ],
)
async def test_moments_are_judged_to_the_second_with_30_s_of_leeway(
    clock: Clock, changes: dict[str, float], good: float, bad: float
) -> None:
    token = hmac_token(claims(iat=..., **changes) if "iat" not in changes else claims(**changes))
    clock.now = good
    assert (await verifier(clock).verify(token)).sub == USER
    clock.now = bad
    await refuse(verifier(clock), token)


@pytest.mark.parametrize("name", ["exp", "nbf", "iat"])
@pytest.mark.parametrize("value", [str(NOW), True, None, [NOW], {}, float("nan"), float("inf"), float("-inf"), -1, 10**20, 10**400])
async def test_a_moment_that_is_no_number_of_seconds_is_refused(clock: Clock, name: str, value: object) -> None:
    await refuse(verifier(clock), hmac_token(claims(**{name: value})))


async def test_a_token_issued_after_its_end_is_refused(clock: Clock) -> None:
    await refuse(verifier(clock), hmac_token(claims(iat=NOW + 20, exp=NOW + 10)))


@pytest.mark.parametrize(
    "sub",
    [
        *(
            "",
            "1",
            "service",
            "'; DROP TABLE users;--",
            f"{{{USER}}}",
            f"urn:uuid:{USER}",
            USER.hex,
            f" {USER}",
            str(USER).replace("3", "\uff13"),
        ),
        *(None, 1, True, [str(USER)]),
    ],
)
async def test_a_subject_that_is_no_plain_uuid_is_refused(clock: Clock, sub: object) -> None:
    await refuse(verifier(clock), hmac_token(claims(sub=sub)))


@pytest.mark.parametrize("email", [1, ["a@b.c"], True, "a\x00@b.c", "\ud800@b.c", "a\n@b.c", "a" * 321])
async def test_an_email_that_could_not_be_stored_is_refused(clock: Clock, email: object) -> None:
    await refuse(verifier(clock), hmac_token(claims(email=email)))


@pytest.mark.parametrize("scope", [None, 1, ["deals:read"], {}])
async def test_a_scope_that_is_no_text_is_refused_rather_than_ignored(clock: Clock, scope: object) -> None:
    await refuse(verifier(clock), hmac_token(claims(scope=scope)))


@pytest.mark.parametrize("sign", [hmac_token, rsa_token, ec_token])
async def test_every_changed_character_of_a_token_breaks_it(clock: Clock, jwks: JwksServer, sign: Callable[..., str]) -> None:
    tested, token = verifier(clock, jwks_urls=(jwks.url,)), sign(claims())
    for place in range(0, len(token), 7):
        await refuse(tested, token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :])
    assert jwks.requests <= 1


async def test_a_weak_rsa_key_in_a_published_set_signs_nothing(clock: Clock) -> None:
    weak = rsa.generate_private_key(65537, 1024)
    forged = PyJWS(options={"verify_signature": True, "enforce_minimum_key_length": False})
    with pytest.warns(match="RSA key is 1024 bits"):
        token = forged.encode(json.dumps(claims()).encode(), weak, "RS256", headers={"kid": "weak"})
    async with running(keys=[rsa_jwk(weak, kid="weak"), ec_jwk()]) as server:
        await refuse(verifier(clock, jwks_urls=(server.url,)), token)
