"""F19 over sockets and event streams: another company's ids, values and cursors in every subscription, while that company is at work."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import orjson
import pytest
from graphql import GraphQLField, get_named_type, is_required_argument

from models.columns import now
from resolvers.event_log import newest_place, read_cursor
from settings import Settings
from tests.contracts.attacks_graphql import sampler
from tests.contracts.attacks_lists import conditions, shown
from tests.contracts.coverage import Coverage, everything
from tests.contracts.drive import Drive, decoded, ids_of, random_id
from tests.contracts.graphql_walk import GRAPHQL, Path, document, paths, root, selection
from tests.contracts.planting import Planted
from tests.schema.live.client import Client
from tests.schema.live.serving import Served, eventually, serving, subscribers
from tests.schema.live.streams import Stream
from tests.tenant import Tenant

DEPTH = 2
STREAMS = 40
SAMPLE = b"https://s.example/enough"


def fields() -> dict[str, GraphQLField]:
    """What can be subscribed to."""
    assert GRAPHQL.subscription_type is not None
    return GRAPHQL.subscription_type.fields


def live_document(name: str, path: Path = (), arguments: tuple[str, ...] = ()) -> str:
    """A subscription with everything that it can show, along a path of edges."""
    of = fields()[name]
    taken = {each: each_of.type for each, each_of in of.args.items() if each in arguments or is_required_argument(each_of)}
    declared = ", ".join(f"${each}: {kind}" for each, kind in taken.items())
    passed = ", ".join(f"{each}: ${each}" for each in taken)
    head = f"subscription ({declared}) {{ {name}({passed})" if taken else f"subscription {{ {name}"
    return f"{head} {selection(get_named_type(of.type), path)} }}"


@dataclass(frozen=True)
class Attack:
    """One subscription; `control` is the same with values that nobody has, `own` says that its caller is to hear of its own rows."""

    name: str
    text: str
    variables: dict[str, Any]
    control: dict[str, Any] | None = None
    own: bool = False


def subjects(name: str) -> tuple[str, ...]:
    """Arguments that take an id."""
    return tuple(each for each, of in fields()[name].args.items() if get_named_type(of.type).name == "ID")


def with_own(attacker: Planted) -> Iterator[Attack]:
    """Everything that the attacker may subscribe to, along every path of edges: to know that the others are refused for whose they are."""
    for name, of in fields().items():
        variables = {each: str(attacker.ids["conversations"]) for each in subjects(name)}
        for path in paths(get_named_type(of.type), DEPTH):
            yield Attack(name, live_document(name, path), variables, own=True)


def with_their_ids(victim: Planted) -> Iterator[Attack]:
    """Each of the victim's ids wherever an id is taken."""
    for name in fields():
        for argument in subjects(name):
            for theirs in victim.ids.values():
                yield Attack(name, live_document(name), {argument: str(theirs)}, {argument: random_id()})


def with_their_values(victim: Planted, rows: dict[str, dict[str, Any]]) -> Iterator[Attack]:
    """Every filter with the victim's values, each beside one with values that nobody has."""
    for name, of in fields().items():
        if "filter" not in of.args:
            continue
        text = live_document(name, (), ("filter",))
        for theirs, control in conditions(get_named_type(of.args["filter"].type), rows, depth=1):  # type: ignore[arg-type]  # an input
            yield Attack(name, text, {"filter": theirs}, {"filter": control})
        for canary in victim.texts.values():
            yield Attack(name, text, {"filter": {"search": canary}}, {"filter": {"search": random_id()}})


def with_their_cursors(attacker: Planted, victim: Planted, cursor: str) -> Iterator[Attack]:
    """From a place in the victim's log on, with the victim's ids and with the attacker's own."""
    for name in fields():
        for whose in (attacker, victim):
            variables = {each: str(whose.ids["conversations"]) for each in subjects(name)}
            yield Attack(name, live_document(name, (), ("after",)), variables | {"after": cursor}, own=whose is attacker)


@dataclass
class Spy:
    """A company that listens to all it can, and every word that it was told, by subscription."""

    tenant: Tenant
    served: Served
    heard: dict[str, list[str]] = field(default_factory=dict)
    attacks: dict[str, Attack] = field(default_factory=dict)
    coverage: Coverage = field(default_factory=Coverage)
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    async def over_a_socket(self, attacks: list[Attack], mark: str = "socket") -> None:
        """Subscribe to all of them on one connection."""
        client = await self.stack.enter_async_context(self.served.socket(self.tenant.token))
        for number, attack in enumerate(attacks):
            name = self._noted(f"{mark} {number}", attack)
            await client.subscribe(name, attack.text, **attack.variables)
        self.tasks.append(asyncio.create_task(self._listen(client)))
        # A server with thousands of them still to begin has no time for another's handshake.
        await eventually(lambda: len(subscribers(self.served.hub)) >= len(self.heard), 60)

    async def over_streams(self, attacks: list[Attack], last: str | None = None) -> None:
        """Each on an event stream of its own, resumed after `last`."""
        for number, attack in enumerate(attacks):
            name = self._noted(f"stream {number} {last}", attack)
            opened = Stream.opened(self.served.url, self.tenant.token, attack.text, last, **attack.variables)
            self.tasks.append(asyncio.create_task(self._follow(name, await self.stack.enter_async_context(opened))))

    def _noted(self, name: str, attack: Attack) -> str:
        self.coverage.note(attack.text, attack.variables)
        self.attacks[name], self.heard[name] = attack, []
        return name

    async def _listen(self, client: Client) -> None:
        async for raw in client.raw:
            self.heard[orjson.loads(raw)["id"]].append(str(raw))

    async def _follow(self, name: str, stream: Stream) -> None:
        while True:
            heard = orjson.dumps(await stream.hear(600)).decode()
            # Looked up after it was heard: `gaps` puts other lists into their place meanwhile.
            self.heard[name].append(f"{heard} id {stream.last}")

    def gaps(self) -> set[UUID]:
        """After which events it was told to go on so far, each time because of a gap; forgets that it was told anything."""
        told = [each for heard in self.heard.values() for each in heard]
        self.heard = {name: [] for name in self.heard}
        assert all('"EVENTS_GAP"' in each for each in told)
        return {read_cursor(found).event_id for each in told for found in re.findall('"cursor":"([^"]+)"', each)}

    def told(self) -> str:
        """Every word, cursors decoded."""
        text = "\n".join(each for heard in self.heard.values() for each in heard)
        return f"{text}\n{decoded(text)}"

    def of(self, *, own: bool) -> dict[str, list[str]]:
        """What was heard by the subscriptions that are to hear of the listener's own rows, or by the others."""
        return {name: heard for name, heard in self.heard.items() if self.attacks[name].own is own}


@asynccontextmanager
async def spy(served: Served, tenant: Tenant) -> AsyncIterator[Spy]:
    listening = Spy(tenant, served)
    async with listening.stack:
        try:
            yield listening
        finally:
            for task in listening.tasks:
                task.cancel()
            await asyncio.gather(*listening.tasks, return_exceptions=True)


async def work(planted: Planted, canary: str) -> int:
    """The company changes everything that it has, a canary in every text; returns how many events that made."""
    drive = Drive(planted, planted)
    before = await _events(planted.tenant)
    for name, of in sorted(root("mutation").items(), key=lambda item: item[0].startswith("delete")):
        given = orjson.loads(orjson.dumps(sampler(drive, name).arguments(of)).replace(SAMPLE, canary.encode()))
        answer = await planted.tenant.graphql_response(document("mutation", name), **given)
        assert "errors" not in answer.json(), (name, answer.text)
    return await _events(planted.tenant) - before


async def _events(tenant: Tenant) -> int:
    from sqlalchemy import func, select

    from models.event import EVENTS

    return int((await tenant.ctx().db.records(select(func.count()).select_from(EVENTS)))[0][0])


async def test_nobody_is_told_anything_of_another_company(
    settings: Settings, victim: Planted, attacker: Planted, superuser: asyncpg.Connection, record_property: Any
) -> None:
    rows = await shown(victim)
    limits = {
        "live_subscriptions": 5000,
        "live_connections": 5000,
        "limit_cost": "1000000000/hour",
        "graphql_max_cost": 1_000_000,
        "pool_timeout": 20,
    }
    canary = f"https://{uuid4().hex[:9]}.canary"
    async with serving(settings, **limits) as served, spy(served, attacker.tenant) as foe, spy(served, victim.tenant) as friend:
        cursor = (await newest_place(victim.tenant.ctx())).cursor(now())
        aimed = [*with_their_ids(victim), *with_their_values(victim, rows)]
        resumed = list(with_their_cursors(attacker, victim, cursor))
        await foe.over_a_socket([*with_own(attacker), *aimed, *resumed])
        controls = [Attack(each.name, each.text, each.control or {}) for each in aimed]
        await foe.over_a_socket(controls, "control")
        await foe.over_streams([*resumed, *with_their_ids(victim)][:STREAMS])
        await foe.over_streams(list(with_own(attacker))[:: DEPTH + 1], last=cursor)
        await friend.over_a_socket(list(with_own(victim)))
        await eventually(lambda: len(subscribers(served.hub)) == len(foe.heard) + len(friend.heard), 30)

        # Their cursor is none of one's own log, like one that nobody has: one is told so, and listens on from one's own newest event.
        resuming = {name for name, each in foe.attacks.items() if "after" in each.variables or cursor in name}
        await eventually(lambda: {name for name, heard in foe.heard.items() if heard} == resuming, 30)
        assert foe.gaps() == {(await newest_place(attacker.tenant.ctx())).event_id}

        made = await work(victim, canary)
        await eventually(lambda: len(_spoken(friend, "events")) == made, 30)
        await quiet(friend)
        secret_ids = {each["payload"]["data"]["events"]["entityId"] for each in _spoken(friend, "events")}
        assert canary in friend.told()
        assert {name for name, heard in friend.heard.items() if not heard} == set()
        # Neither the victim's values nor those that nobody has are answered with a word.
        assert {name: heard for name, heard in foe.heard.items() if heard} == {}

        await work(attacker, "https://attacker.example")
        await eventually(lambda: all(foe.of(own=True).values()), 30)
        await quiet(foe)
        told = foe.told()
        assert [each for each in (canary, *victim.secrets, *secret_ids) if each in told] == []
        by_id = [heard for name, heard in foe.of(own=False).items() if subjects(foe.attacks[name].name)]
        assert len(by_id) > 2 * len(victim.ids)
        assert any(by_id) is False
    record_property("generated subscriptions", len(foe.heard))
    assert foe.coverage.missing() & live_names() == set()


async def quiet(listening: Spy) -> None:
    """Wait until nothing more is heard for a while."""
    before, heard = -1, 0
    while before != heard:
        await asyncio.sleep(0.5)
        before, heard = heard, sum(map(len, listening.heard.values()))


def _spoken(listening: Spy, name: str) -> list[dict[str, Any]]:
    """What the subscriptions to a field heard."""
    return [orjson.loads(each) for key, heard in listening.heard.items() if listening.attacks[key].name == name for each in heard]


def live_names() -> set[str]:
    """The names of the schema that nothing but a subscription reaches."""
    prefixes = ("Subscription.", *(f"{get_named_type(of.type).name}." for of in fields().values()))
    return {name for name in everything() if name.startswith(prefixes)}


@pytest.mark.parametrize("name", sorted(fields()))
async def test_a_foreign_id_and_one_that_nothing_has_begin_alike(settings: Settings, victim: Planted, attacker: Planted, name: str) -> None:
    """Nothing is answered to either, neither an error nor a word, and both last."""
    async with serving(settings) as served, spy(served, attacker.tenant) as foe:
        given = [dict.fromkeys(subjects(name), value) for value in (str(victim.ids["conversations"]), random_id())]
        await foe.over_a_socket([Attack(name, live_document(name), variables) for variables in given])
        await eventually(lambda: len(subscribers(served.hub)) == 2)
        await victim.tenant.contact()
        await asyncio.sleep(0.3)
        assert list(foe.heard.values()) == [[], []]
        assert len(subscribers(served.hub)) == 2


async def test_ids_of_the_sampler_are_the_ones_that_subscriptions_take(victim: Planted) -> None:
    """Every id that a subscription takes is one of those that `with_own` gives it: a conversation's."""
    known = ids_of(victim, "conversations")
    assert {known[each] for name in fields() for each in subjects(name)} == {str(victim.ids["conversations"])}
