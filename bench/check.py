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
    for place in range(0, len(item.requests), max(1, len(item.requests) // LOOKS)):
        answers = {each.name: answer(each.port, item.asked_of(each.name)[place]) for each in contenders}
        spelt = {each.name: each.kind.spelling(json.loads(answers[each.name])) for each in contenders}
        seen = comparable(item, spelt)
        if found := differences(seen, item.name):
            raise Unequal("\n".join(found[:10]))
        aside |= left_aside(seen, item.name)
        sizes.append(len(next(iter(answers.values()))))
    return Checked(int(median(sizes)), frozenset(aside))


def comparable(item: Item, answers: Mapping[str, Any]) -> Mapping[str, Any]:
    """What must be equal of the contenders' answers, in one spelling; raises `Unequal` when one holds errors."""
    if broken := {who: value["errors"] for who, value in answers.items() if value.get("errors")}:
        raise Unequal(f"{item.name}: {broken}")
    return {who: canonical(item.compared(value)) for who, value in answers.items()}


def refusal(item: Item, contender: Contender) -> str | None:
    """Why the contender does not answer the item, in its own words; None when it does."""
    try:
        errors = json.loads(answer(contender.port, item.asked_of(contender.name)[0])).get("errors")
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
