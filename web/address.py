"""Whose address a request came from."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.types import Scope

from headers import headers_of
from settings import SettingsError

Address = IPv4Address | IPv6Address
MOST_HOPS = 32
UNKNOWN = "unknown"


class ClientAddress:
    """The peer's address, or what trusted proxies say about it; IPv6 callers are one per /64, which is what a subscriber gets."""

    def __init__(self, trusted_proxies: Sequence[str]) -> None:
        """Addresses or networks; raises `SettingsError` for anything else."""
        self._trusted = [_network(text) for text in trusted_proxies]
        self._is_trusted = lru_cache(maxsize=4096)(self._belongs)

    def __call__(self, scope: Scope) -> str:
        """The key to count an anonymous caller under. A forwarded address counts only when trusted hops alone lie behind it."""
        client = scope.get("client")
        peer = client[0] if client else UNKNOWN
        if self._trusted and self._is_trusted(peer):
            peer = self._forwarded(scope, peer)
        return _group(peer)

    def _forwarded(self, scope: Scope, peer: str) -> str:
        """The rightmost entry that no trusted proxy owns; what stands left of it is the caller's own claim."""
        for entry in _hops(scope):
            if _parse(entry) is None:
                break
            peer = entry
            if not self._is_trusted(entry):
                break
        return peer

    def _belongs(self, text: str) -> bool:
        address = _parse(text)
        return address is not None and any(address in network for network in self._trusted)


def _network(text: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(text)
    except ValueError as error:
        raise SettingsError(f"PARLEY_TRUSTED_PROXIES: {error}; write addresses or networks like 10.0.0.0/8") from None


def _hops(scope: Scope) -> Iterator[str]:
    """Entries of `X-Forwarded-For` from the right, over all lines, at most `MOST_HOPS`."""
    rest = headers_of(scope).get(b"x-forwarded-for", b"").decode("latin-1")
    for _ in range(MOST_HOPS):
        rest, _, entry = rest.rpartition(",")
        yield entry.strip()
        if not rest:
            return


@lru_cache(maxsize=4096)
def _parse(text: str) -> Address | None:
    """An address as proxies write it: bare, `1.2.3.4:567` or `[::1]:567`; IPv4 in IPv6 is the IPv4 address."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address


@lru_cache(maxsize=4096)
def _group(text: str) -> str:
    address = _parse(text)
    if isinstance(address, IPv6Address):
        return str(IPv6Network((int(address), 64), strict=False))
    return str(address or UNKNOWN)
