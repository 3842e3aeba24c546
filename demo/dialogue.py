"""Puts a dialogue together: one topic, one language, exactly as many messages as asked for."""

from collections.abc import Iterator
from random import Random
from typing import Literal, NamedTuple

from demo.chance import pick
from demo.script import Code, Exchange, Line, Script, script

Sender = Literal["user", "agent", "system"]
SHORTEST, LONGEST = 4, 30
SPOKEN = frozenset({"voice", "video"})
NO_FILES = SPOKEN | {"sms"}


class Scene(NamedTuple):
    """What a dialogue is about; an `open` one has no farewell, and may wait for an answer."""

    code: Code
    topic: str
    channel: str
    length: int
    open: bool
    joined: bool


class Said(NamedTuple):
    """One message before its slots are filled; `title` is that of the aside it belongs to."""

    sender: Sender
    line: Line
    title: str


def compose(rng: Random, scene: Scene) -> list[Said]:
    """The messages in order, `scene.length` of them (4 to 30)."""
    notes = _notes(rng, scene)
    pairs = (scene.length - len(notes) + scene.open) // 2
    said = list(_spoken(rng, _exchanges(rng, scene, pairs)))[: scene.length - len(notes)]
    for place, text in notes:
        at = 0 if place == "start" else len(said) if place == "end" else min(4, len(said) - 2)
        said.insert(at, Said("system", Line(text, "", "", ""), ""))
    return said


def _notes(rng: Random, scene: Scene) -> list[tuple[str, str]]:
    """System messages make odd lengths possible: a customer and an agent always alternate."""
    if scene.open:
        return []
    system = script(scene.code).system
    start, end = system[scene.channel]
    if scene.length % 2:
        return [("middle", system["joined"][0])] if scene.joined else [("start", start)]
    both = scene.length > SHORTEST and (scene.channel in SPOKEN or rng.random() < 0.25)
    return [("start", start), ("end", end)] if both else []


def _exchanges(rng: Random, scene: Scene, pairs: int) -> Iterator[Exchange]:
    words = script(scene.code)
    yield words.topics[scene.topic][0]
    yield from _middle(rng, words, scene, pairs - 1 - (not scene.open))
    if not scene.open:
        yield words.farewell


def _middle(rng: Random, words: Script, scene: Scene, count: int) -> list[Exchange]:
    """The topic's own exchanges in their order, then asides."""
    sayable = [one for one in words.topics[scene.topic][1:] if not one.written or scene.channel not in NO_FILES]
    asides = max(count - len(sayable), 1 if count >= 3 and rng.random() < 0.4 else 0)
    own = sorted(rng.sample(range(len(sayable)), count - asides))
    return [sayable[at] for at in own] + rng.sample(words.asides, asides)


def _spoken(rng: Random, exchanges: Iterator[Exchange]) -> Iterator[Said]:
    for exchange in exchanges:
        yield Said("user", pick(rng, exchange.user), exchange.title)
        yield Said("agent", pick(rng, exchange.agent), exchange.title)
