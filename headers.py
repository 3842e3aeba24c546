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
    found: dict[bytes, bytes] = {}
    for name, value in sent:
        found[name] = b"%b,%b" % (found[name], value) if name in found else value
    return found
