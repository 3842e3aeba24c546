"""A request's headers by their names: put together once, for every layer and door that reads one."""

from collections.abc import Iterable, Mapping

from starlette.types import Scope


def headers_of(scope: Scope) -> Mapping[bytes, bytes]:
    """All headers, names in lower case; several of one name are a list with commas (RFC 9110, 5.3)."""
    try:
        found: Mapping[bytes, bytes] = scope["state"]["headers"]
    except KeyError:
        sent = scope["headers"]
        found = dict(sent)
        if len(found) < len(sent):
            found = _joined(sent)
        scope.setdefault("state", {})["headers"] = found
    return found


def _joined(sent: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    # Joined at the end: a caller may send one name a hundred thousand times.
    found: dict[bytes, list[bytes]] = {}
    for name, value in sent:
        found.setdefault(name, []).append(value)
    return {name: b",".join(values) for name, values in found.items()}
