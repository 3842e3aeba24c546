"""Tokens that this server signs itself."""

import jwt
import pytest
from jwt.exceptions import InvalidKeyError
from pydantic import SecretStr

from resolvers.auth.claims import Claims
from resolvers.auth.issue import Terms, issue_token
from resolvers.auth.tokens import TokenVerifier
from tests.resolvers.auth.signing import ISSUER, NOW, SECRET, USER, Clock, settings, verifier


async def test_an_issued_token_is_accepted_under_the_same_settings(clock: Clock) -> None:
    terms = Terms("authenticated", ISSUER, ("deals:read", "deals:write"), NOW)
    token = issue_token(SECRET, sub=USER, email="ada@example.com", lifetime=60, terms=terms)
    assert await verifier(clock).verify(token) == Claims(USER, "ada@example.com", NOW + 60, ("deals:read", "deals:write"))


def test_the_terms_follow_the_settings() -> None:
    terms = Terms.of(settings(jwt_issuers=("https://a", "https://b"), jwt_audience="api"), scopes=())
    assert (terms.audience, terms.issuer, terms.scopes) == ("api", "https://a", ())
    plain = Terms.of(settings(jwt_issuers=(), jwt_audience=""))
    assert (plain.audience, plain.issuer, plain.scopes) == ("authenticated", None, None)


def test_an_issued_token_says_what_supabase_says() -> None:
    token = issue_token(SECRET, sub=USER, email="", lifetime=60, terms=Terms(issued_at=NOW + 0.9))
    assert jwt.decode(token, options={"verify_signature": False}) == {
        "aud": "authenticated",
        "role": "authenticated",
        "iat": NOW,
        "exp": NOW + 60,
        "sub": str(USER),
        "email": "",
    }


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(InvalidKeyError, match="31 bytes long"):
        issue_token("x" * 31, sub=USER, email="", lifetime=60)


async def test_without_terms_a_token_starts_now() -> None:
    token = issue_token(SECRET, sub=USER, email="", lifetime=60)
    assert (await TokenVerifier(settings(jwt_issuers=(), jwt_secret=SecretStr(SECRET))).verify(token)).sub == USER
