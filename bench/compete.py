"""The contest: the contenders side by side, seen to answer alike before they are measured and after."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from bench import data
from bench.check import check_equal, refusal
from bench.contenders import TRIVIAL, Contender, Kind, running
from bench.first_sight import Sight, first_sight
from bench.load import Order, run_apart
from bench.measure import Plan, Series, measure_item
from bench.processes import resident_bytes
from bench.report import Findings, LoadLimit, Memory, machine
from bench.servers import Servers
from bench.work import Item, Tenant, get

LOAD_SECONDS = 1.5


@dataclass(frozen=True, slots=True)
class Contest:
    """Who takes part in what; `say` tells of progress."""

    items: Sequence[Item]
    kinds: Sequence[Kind]
    plan: Plan
    tenants: Sequence[Tenant]
    say: Callable[[str], None]


def compete(contest: Contest, servers: Servers, secret: str) -> Findings:
    """Start the contenders, see that they answer alike, and measure; raises `Unequal` or `Failed`."""
    plan = contest.plan
    limit = load_limit(servers, plan)
    series: list[Series] = []
    notes = [
        f"Each turn {plan.seconds:g} s, {plan.rounds} rounds, contenders in turn to and fro; figures are medians over the rounds, "
        "ratios medians of neighbours' ratios; CPU time is that of all rounds."
    ]
    with running(contest.kinds, servers, secret) as contenders:
        for item in contest.items:
            found, said = one_item(item, contenders, contest, servers)
            series += found
            notes += said
        sights = first_sights(contenders, contest)
        notes += complaints(contenders)
        memory = {each.name: Memory(each.idle_bytes, resident_bytes(each.pid)) for each in contenders}
    notes.insert(0, asyncio.run(data.counted(servers)))
    return Findings(series, memory, limit, sights, machine(asyncio.run(data.version(servers))), notes)


def one_item(item: Item, contenders: Sequence[Contender], contest: Contest, servers: Servers) -> tuple[list[Series], list[str]]:
    """An item's series, and what there is to say of its answers."""
    refusals = {each.name: why for each in contenders if (why := refusal(item, each))}
    notes = [f"{item.name}: {name} does not answer: {why}" for name, why in refusals.items()]
    able = [each for each in contenders if each.name not in refusals]
    if not able:
        return [], notes
    checked = check_equal(item, able)
    series = measure_item(item, able, contest.plan, servers, contest.say)
    check_equal(item, able)
    what = "the same `data`" if item.graphql else "the same answer"
    whom = ", ".join(each.name for each in able)
    notes.append(f"{item.name}: {what} from {whom}{apart(checked.aside)}, before and after; answers of {checked.size / 1000:.1f} kB.")
    return series, notes


def complaints(contenders: Sequence[Contender]) -> list[str]:
    """What the contenders logged as wrong: a limit that was not shared for a while, say, is not everything on."""
    return [f"{each.name} logged {times:,} times: {event}" for each in contenders for event, times in each.complaints().items()]


def apart(keys: Collection[str]) -> str:
    """Keys that were not compared, since not everybody prints them."""
    return f", apart from {', '.join(sorted(keys))}" if keys else ""


def first_sights(contenders: Sequence[Contender], contest: Contest) -> list[Sight]:
    """Of the contenders that read documents, when Q1 is asked at all: their servers are warm from its rounds."""
    if all(item.name != "Q1" for item in contest.items):
        return []
    sights = []
    for contender in contenders:
        if contender.kind.document is not None:
            sights.append(seen := first_sight(contender, contest.tenants))
            contest.say(f"first sight: {seen.contender} {seen.typical * 1000:.1f} ms, at worst {seen.worst * 1000:.1f} ms")
    return sights


def load_limit(servers: Servers, plan: Plan) -> LoadLimit:
    """What the load generator can do at the most."""
    with running([TRIVIAL], servers, "") as (trivial,):
        request = get("/", None)
        results = {clients: run_apart(Order(trivial.port, [request], clients, LOAD_SECONDS)) for clients in plan.clients}
    rates = {clients: len(each.latencies) / each.seconds for clients, each in results.items()}
    busiest = results[max(results)]
    return LoadLimit(rates, busiest.cpu / len(busiest.latencies))
