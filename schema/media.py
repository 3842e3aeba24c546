"""Which media type an answer takes: the one that the caller's `Accept` prefers of those we write (RFC 9110, 12.5.1)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from schema.live.sse import EVENTS

RESPONSE = "application/graphql-response+json"
LEGACY = "application/json"

QUALITY = re.compile(r";\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*(?:;|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Accepted:
    """`json` is the type of an answer in one piece, None when the caller reads none of them; `events`: it reads streams."""

    json: str | None
    events: bool


@lru_cache(maxsize=128)
def accepted(accept: str) -> Accepted:
    """What a caller with this header reads. Whoever names no type gets `application/json`, as GraphQL over HTTP asks."""
    ranges = dict(map(_range, accept.split(","))) if accept.strip() else {"*/*": 1.0}
    new, old = _wish(ranges, RESPONSE), _wish(ranges, LEGACY)
    prefers_new = new > old or (new == old and RESPONSE in ranges)
    json = (RESPONSE if prefers_new else LEGACY) if max(new, old)[0] else None
    return Accepted(json, ranges.get(EVENTS, 0.0) > 0)


def _range(part: str) -> tuple[str, float]:
    """One media range and its weight; a weight that cannot be read counts as none."""
    weight = QUALITY.search(part)
    return part.partition(";")[0].strip().lower(), float(weight[1]) if weight else 1.0


def _wish(ranges: Mapping[str, float], kind: str) -> tuple[float, int]:
    """The weight of a type by the range that says most about it, and how much that range says."""
    family = kind.partition("/")[0]
    known = [(ranges[each], place) for place, each in enumerate(("*/*", f"{family}/*", kind)) if each in ranges]
    return known[-1] if known else (0.0, 0)
