"""Which keys of a published set are used."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm
from jwt.utils import to_base64url_uint

from resolvers.auth.keys import MOST_KEYS, usable_keys
from tests.resolvers.auth.signing import EC_KEY, RSA_KEY, ec_jwk, rsa_jwk, segment

P384 = ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP384R1()).public_key(), as_dict=True)
ED25519 = OKPAlgorithm.to_jwk(ed25519.Ed25519PrivateKey.generate().public_key(), as_dict=True)


def without(jwk: dict[str, Any], *names: str) -> dict[str, Any]:
    """The JWK with members taken away."""
    return {name: value for name, value in jwk.items() if name not in names}


@pytest.mark.parametrize(
    ("jwk", "algorithm"),
    [
        (rsa_jwk(), "RS256"),
        (ec_jwk(), "ES256"),
        (without(rsa_jwk(), "alg", "use", "key_ops", "kid"), "RS256"),
        (without(ec_jwk(), "alg", "use", "kid"), "ES256"),
        (rsa_jwk(key_ops=["verify"]), "RS256"),
        (rsa_jwk(rsa.generate_private_key(65537, 4096)), "RS256"),
    ],
)
def test_suitable_keys_carry_the_algorithm_of_their_kind(jwk: dict[str, Any], algorithm: str) -> None:
    assert [key.algorithm_name for key in usable_keys({"keys": [jwk]})] == [algorithm]


@pytest.mark.parametrize(
    "jwk",
    [
        {},
        {"kty": "oct", "k": segment(b"p" * 43), "kid": "a"},
        {"kty": ["RSA"]},
        P384,
        ED25519,
        rsa_jwk(use="enc"),
        rsa_jwk(use=["sig"]),
        rsa_jwk(key_ops=["encrypt"]),
        rsa_jwk(key_ops="verify"),
        rsa_jwk(alg="RS512"),
        rsa_jwk(alg="HS256"),
        rsa_jwk(alg=None),
        rsa_jwk(kid=1),
        rsa_jwk(n=5),
        rsa_jwk(n="!!"),
        rsa_jwk(n=""),
        rsa_jwk(e="AQ"),
        rsa_jwk(e="A" * 1000),
        rsa_jwk(n="A" * 60_000),
        rsa_jwk(n=to_base64url_uint((1 << 10_000) + 1).decode()),
        rsa_jwk(e=to_base64url_uint((1 << 60) + 1).decode()),
        rsa_jwk(rsa.generate_private_key(65537, 1024)),
        RSAAlgorithm.to_jwk(RSA_KEY, as_dict=True) | {"key_ops": ["verify"]},
        ec_jwk(alg="ES384"),
        ec_jwk(crv="P-384"),
        ec_jwk(x=segment(b"\x01" * 32)),
        ec_jwk(y=None),
        ECAlgorithm.to_jwk(EC_KEY, as_dict=True),
    ],
)
def test_an_unsuitable_key_is_ignored_and_the_others_are_used(jwk: dict[str, Any]) -> None:
    assert [key.key_id for key in usable_keys({"keys": [jwk, 7, None, rsa_jwk(kid="good")]})] == ["good"]


@pytest.mark.parametrize("document", [None, [], "keys", {}, {"keys": None}, {"keys": {}}, {"keys": "a"}])
def test_what_is_no_set_is_refused(document: object) -> None:
    with pytest.raises(ValueError, match="no list of keys"):
        usable_keys(document)


def test_an_empty_set_withdraws_every_key() -> None:
    assert usable_keys({"keys": []}) == ()


def test_no_more_than_32_keys_are_read() -> None:
    assert len(usable_keys({"keys": [ec_jwk(kid=str(number)) for number in range(40)]})) == MOST_KEYS == 32
