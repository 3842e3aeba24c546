"""Every REST request that one company can aim at another, generated from the OpenAPI document."""

from collections.abc import Iterator
from itertools import combinations
from typing import Any

from tests.contracts.drive import Answer, Drive, ids_of, random_id
from tests.contracts.rest_walk import Place, Request, Walk


def own_requests(drive: Drive, document: dict[str, Any]) -> list[Request]:
    """A valid request of the attacker's own for every operation; those that delete come last."""
    requests = Walk(document, ids_of(drive.attacker, "contacts")).requests()
    return sorted(requests, key=lambda request: request.method == "DELETE")


def subsets(places: tuple[Place, ...]) -> Iterator[tuple[Place, ...]]:
    """Every choice of at least one place."""
    for size in range(1, len(places) + 1):
        yield from combinations(places, size)


async def request_everything(drive: Drive, document: dict[str, Any]) -> None:
    """Every operation with the victim's ids in every choice of places, searches for its canaries, then with own ids."""
    for request in own_requests(drive, document):
        for places in subsets(request.ids):
            await aim(drive, request, places)
        if "search" in request.sent["query"]:
            await search(drive, request)
        if "query" in (request.sent["body"] or {}):
            await ask(drive, request)
        if request.method == "GET":
            await send(drive, request.put(("query",), {}))
    for request in own_requests(drive, document):
        drive.succeeded(request.name, await send(drive, request))
        drive.operations.add((request.method, request.path))


async def aim(drive: Drive, request: Request, places: tuple[Place, ...]) -> None:
    """One operation with each of the victim's ids in these places, next to the answer for an id that nothing has."""
    for table, theirs in drive.victim.ids.items():
        nobodys = random_id()
        attack, control = request, request
        for place in places:
            attack, control = attack.put(place, str(theirs)), control.put(place, nobodys)
        answers = await send(drive, attack), await send(drive, control)
        drive.same(f"{request.name} {places} with an id of {table}", (answers[0], str(theirs)), (answers[1], nobodys))


async def search(drive: Drive, request: Request) -> None:
    """A search for each of the victim's canaries, next to one for a text that nothing has."""
    for theirs in drive.victim.texts.values():
        nobodys = random_id()
        attack, control = [await send(drive, request.put(("query", "search"), text)) for text in (theirs, nobodys)]
        drive.same(f"{request.name} search", (attack, theirs), (control, nobodys))


async def ask(drive: Drive, request: Request) -> None:
    """A question in the words of each of the victim's canaries, next to one in words that nobody has."""
    for theirs in drive.victim.texts.values():
        nobodys = like(theirs)
        attack, control = [await send(drive, request.put(("body",), {"query": text})) for text in (theirs, nobodys)]
        drive.same(f"{request.name} query", (attack, theirs), (control, nobodys))


def like(canary: str) -> str:
    """A text of the same form that nothing has."""
    return canary[:-8] + random_id()[:8]


async def send(drive: Drive, request: Request) -> Answer:
    """Send it as the attacker."""
    return await drive.rest(request)
