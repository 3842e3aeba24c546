"""Tokens that are accepted, and how they are remembered."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from resolvers.auth import tokens
from resolvers.auth.claims import Claims
from resolvers.errors import Unauthenticated
from tests.resolvers.auth.jwks_server import JwksServer, running
from tests.resolvers.auth.signing import NOW, USER, Clock, claims, ec_jwk, ec_token, hmac_token, rsa_jwk, rsa_token, verifier

ROOT = Path(__file__).parents[3]


async def test_a_token_signed_with_the_secret_gives_its_claims(clock: Clock) -> None:
    assert await verifier(clock).verify(hmac_token(claims())) == Claims(USER, "ada@example.com", NOW + 3600, None)


async def test_a_kid_on_a_token_signed_with_the_secret_does_not_matter_and_fetches_nothing(clock: Clock, jwks: JwksServer) -> None:
    found = await verifier(clock, jwks_urls=(jwks.url,)).verify(hmac_token(claims(), kid="legacy"))
    assert (found.sub, jwks.requests) == (USER, 0)


@pytest.mark.parametrize("sign", [rsa_token, ec_token])
async def test_a_token_signed_with_a_published_key_gives_its_claims(clock: Clock, jwks: JwksServer, sign: Callable[..., str]) -> None:
    assert (await verifier(clock, jwks_urls=(jwks.url,), jwt_secret=None).verify(sign(claims()))).sub == USER
    assert jwks.requests == 1


async def test_a_token_without_kid_is_accepted_while_a_single_key_fits(clock: Clock, jwks: JwksServer) -> None:
    token = ec_token(claims(), kid=...)
    assert (await verifier(clock, jwks_urls=(jwks.url,)).verify(token)).sub == USER
    jwks.keys.append(ec_jwk(kid="ec-2"))
    with pytest.raises(Unauthenticated):
        await verifier(clock, jwks_urls=(jwks.url,)).verify(token)


async def test_two_addresses_may_use_the_same_kid(clock: Clock, jwks: JwksServer) -> None:
    async with running(keys=[rsa_jwk(kid="1")]) as first, running(keys=[ec_jwk(kid="1"), rsa_jwk(kid="2")]) as second:
        both = verifier(clock, jwks_urls=(first.url, second.url))
        for token in (rsa_token(claims(), kid="1"), ec_token(claims(), kid="1"), rsa_token(claims(), kid="2")):
            assert (await both.verify(token)).sub == USER
        assert (first.requests, second.requests) == (1, 1)


@pytest.mark.parametrize(
    ("changes", "email"), [({"email": ...}, ""), ({"email": None}, ""), ({"email": "Zoë@example.com"}, "Zoë@example.com")]
)
async def test_the_email_is_optional(clock: Clock, changes: dict[str, object], email: str) -> None:
    assert (await verifier(clock).verify(hmac_token(claims(**changes)))).email == email


@pytest.mark.parametrize(("scope", "scopes"), [("", ()), ("deals:read", ("deals:read",)), (" a  b ", ("a", "b"))])
async def test_the_scope_claim_is_a_list_of_words(clock: Clock, scope: str, scopes: tuple[str, ...]) -> None:
    assert (await verifier(clock).verify(hmac_token(claims(scope=scope)))).scopes == scopes


async def test_issuer_and_audience_are_not_checked_when_none_is_set(clock: Clock) -> None:
    open_to_all = verifier(clock, jwt_issuers=(), jwt_audience="")
    assert (await open_to_all.verify(hmac_token(claims(iss="https://other.example", aud=["x"])))).sub == USER
    assert (await open_to_all.verify(hmac_token(claims(iss=..., aud=...)))).sub == USER


async def test_the_audience_may_be_one_of_a_list(clock: Clock) -> None:
    assert (await verifier(clock).verify(hmac_token(claims(aud=["other", "authenticated"])))).sub == USER


async def test_a_verified_token_is_remembered_until_it_expires(clock: Clock) -> None:
    tested, token = verifier(clock), hmac_token(claims())
    assert tested.cached(token) is None
    found = await tested.verify(token)
    clock.now = NOW + 3600 + 29.999
    assert tested.cached(token) is found
    clock.now = NOW + 3600 + 30
    assert tested.cached(token) is None


async def test_a_refused_token_is_not_remembered(clock: Clock) -> None:
    tested, token = verifier(clock), hmac_token(claims(), secret="x" * 32)
    with pytest.raises(Unauthenticated):
        await tested.verify(token)
    assert tested.cached(token) is None


async def test_another_signature_on_a_remembered_token_is_another_token(clock: Clock) -> None:
    tested, token = verifier(clock), hmac_token(claims())
    await tested.verify(token)
    assert tested.cached(token[:-4] + "AAAA") is None


async def test_ten_thousand_tokens_are_remembered_and_the_one_read_longest_ago_goes_first(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert tokens.MOST_REMEMBERED == 10_000
    monkeypatch.setattr(tokens, "MOST_REMEMBERED", 3)
    tested = verifier(clock)
    issued = [hmac_token(claims(sub=str(UUID(int=number)))) for number in range(4)]
    for token in issued[:3]:
        await tested.verify(token)
    assert tested.cached(issued[0])
    await tested.verify(issued[3])
    assert [bool(tested.cached(token)) for token in issued] == [True, False, True, True]


async def test_the_log_names_the_reason_and_holds_nothing_of_the_token(clock: Clock) -> None:
    token = hmac_token(claims(aud="someone-elses"))
    with capture_logs() as lines, pytest.raises(Unauthenticated):
        await verifier(clock).verify(token)
    assert lines == [{"event": "token refused", "reason": "InvalidAudienceError", "log_level": "info"}]


@pytest.mark.parametrize("sign", [rsa_token, ec_token])
async def test_without_addresses_a_token_signed_with_a_published_key_is_refused(clock: Clock, sign: Callable[..., str]) -> None:
    tested = verifier(clock)
    with pytest.raises(Unauthenticated):
        await tested.verify(sign(claims()))
    await tested.close()


def test_without_addresses_no_http_client_is_loaded() -> None:
    work = (
        "import sys; from resolvers.auth.tokens import TokenVerifier; from settings import Settings; "
        f"TokenVerifier(Settings(jwt_secret={'s' * 40!r})); sys.exit('httpx2' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", work], cwd=ROOT, check=False).returncode == 0
