"""Before anything is measured: do all contenders give the same data?"""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any, NamedTuple

from bench.contenders import Contender
from bench.work import Item, canonical, differences, left_aside

LOOKS = 25


class Unequal(Exception):
    """The contenders' answers differ, so that measuring them would compare different work."""


class Checked(NamedTuple):
    """What was compared: the typical size of an answer in bytes, and the keys that not all print."""

    size: int
    aside: frozenset[str]


def check_equal(item: Item, contenders: Sequence[Contender]) -> Checked:
    """Compare answers to requests spread over the item's; raises `Unequal`."""
    aside: set[str] = set()
    sizes: list[int] = []
    step = max(1, len(item.requests) // LOOKS)
    for request in item.requests[::step]:
        answers = {each.name: answer(each.port, request) for each in contenders}
        seen: Mapping[str, Any] = {who: canonical(json.loads(body)) for who, body in answers.items()}
        broken = {who: value["errors"] for who, value in seen.items() if value.get("errors")}
        found = [f"{item.name}: {broken}"] if broken else differences(seen, item.name)
        if found:
            raise Unequal("\n".join(found[:10]))
        aside |= left_aside(seen, item.name)
        sizes.append(len(next(iter(answers.values()))))
    return Checked(int(median(sizes)), frozenset(aside))


def refusal(item: Item, contender: Contender) -> str | None:
    """Why the contender does not answer the item, in its own words; None when it does."""
    try:
        errors = json.loads(answer(contender.port, item.requests[0])).get("errors")
    except urllib.error.HTTPError as error:
        return f"{error.code} {error.read(300).decode(errors='replace')}"
    return json.dumps(errors)[:300] if errors else None


def answer(port: int, request: bytes) -> bytes:
    """The answer's body to a ready-made request."""
    head, _, body = request.partition(b"\r\n\r\n")
    method, path, _ = head.split(b"\r\n")[0].decode().split(" ")
    headers = dict(line.decode().split(": ", 1) for line in head.split(b"\r\n")[1:])
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", body or None, headers, method=method)
    with urllib.request.urlopen(asked, timeout=30) as got:
        return bytes(got.read())
