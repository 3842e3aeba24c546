"""F22: nobody chooses the address they are counted under."""

import pytest

from settings import SettingsError
from tests.web.asgi import http
from web.address import ClientAddress

PROXIES = ("10.0.0.0/8", "2001:db8:1::/48", "192.0.2.1")


def seen(peer: str, *forwarded: str, proxies: tuple[str, ...] = PROXIES) -> str:
    headers = [(b"x-forwarded-for", line.encode("latin-1")) for line in forwarded]
    return ClientAddress(proxies)(http(headers=headers, client=(peer, 1)))


def test_a_stranger_cannot_claim_an_address() -> None:
    assert seen("203.0.113.9", "198.51.100.7") == "203.0.113.9"


def test_without_trusted_proxies_nobody_is_believed() -> None:
    assert seen("127.0.0.1", "198.51.100.7", proxies=()) == "127.0.0.1"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["198.51.100.7"], "198.51.100.7"),
        (["1.1.1.1, 198.51.100.7"], "198.51.100.7"),
        (["1.1.1.1", "198.51.100.7"], "198.51.100.7"),
        (["1.1.1.1, 198.51.100.7, 10.9.9.9, 192.0.2.1"], "198.51.100.7"),
        (["198.51.100.7, nonsense"], "10.0.0.1"),
        (["198.51.100.7, "], "10.0.0.1"),
        (["nonsense, 10.7.7.7"], "10.7.7.7"),
        (["198.51.100.7:4711"], "198.51.100.7"),
        (["[2001:db8:2::5]:4711"], "2001:db8:2::/64"),
        (["10.3.3.3, 10.4.4.4"], "10.3.3.3"),
        (["caf\xe9"], "10.0.0.1"),
        ([], "10.0.0.1"),
    ],
)
def test_behind_proxies_the_rightmost_stranger_counts(lines: list[str], expected: str) -> None:
    assert seen("10.0.0.1", *lines) == expected


def test_a_long_chain_of_claims_is_not_walked_to_its_end() -> None:
    assert seen("10.0.0.1", "198.51.100.7," + "10.1.1.1," * 5000 + "10.2.2.2") == "10.1.1.1"


@pytest.mark.parametrize(
    ("peer", "expected"),
    [
        ("2001:db8:7:1:aaaa::1", "2001:db8:7:1::/64"),
        ("2001:db8:7:1:bbbb::2", "2001:db8:7:1::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", "unknown"),
    ],
)
def test_ipv6_callers_are_one_per_64(peer: str, expected: str) -> None:
    assert seen(peer) == expected


def test_a_caller_without_address_is_unknown() -> None:
    assert ClientAddress(PROXIES)(http(client=None)) == "unknown"


def test_a_bad_proxy_names_its_setting() -> None:
    with pytest.raises(SettingsError, match="PARLEY_TRUSTED_PROXIES"):
        ClientAddress(("10.0.0.1/8",))
