"""Run it: python -m bench [--quick] [--rounds N] [--seconds S] [--fresh] [--only NAMES] [--items NAMES]."""

import argparse
import asyncio
import math
import secrets
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager

from bench import data, report
from bench.check import Unequal, check_equal, refusal
from bench.contenders import KINDS, TRIVIAL, Contender, Kind
from bench.load import Order, run_apart
from bench.measure import Failed, Plan, Series, measure_item
from bench.processes import resident_bytes
from bench.servers import HERE, Servers, running_servers
from bench.work import Item, get, items
from embedded import EmbeddedError

CONTENDERS = tuple(kind.name for kind in KINDS)
ITEMS = ("R1", "R2", "Q1", "Q2", "Q3")
CLIENTS = (1, 16)
LOAD_SECONDS = 1.5


def say(text: str) -> None:
    """Progress goes to standard error, so that the report alone is on standard output."""
    print(text, file=sys.stderr, flush=True)


def arguments() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure Parley against a hand-written ceiling and the usual way.")
    parser.add_argument("--quick", action="store_true", help="few and short rounds, for people in a hurry")
    parser.add_argument("--rounds", type=positive(int), help="rounds per work item and number of clients (5; quick: 2)")
    parser.add_argument("--seconds", type=positive(float), help="length of one contender's turn (2; quick: 0.7)")
    parser.add_argument("--fresh", action="store_true", help="throw away what earlier runs filled the database with")
    parser.add_argument("--only", type=some_of(CONTENDERS), default=CONTENDERS, help=f"of {', '.join(CONTENDERS)}; comma separated")
    parser.add_argument("--items", type=some_of(ITEMS), default=ITEMS, help=f"of {', '.join(ITEMS)}; comma separated")
    asked = parser.parse_args()
    asked.rounds = asked.rounds or (2 if asked.quick else 5)
    asked.seconds = asked.seconds or (0.7 if asked.quick else 2.0)
    asked.whole = not asked.quick and asked.only == CONTENDERS and asked.items == ITEMS
    return asked


def positive(kind: Callable[[str], float]) -> Callable[[str], float]:
    """A number above zero."""

    def read(text: str) -> float:
        if not 0 < (number := kind(text)) < math.inf:
            raise argparse.ArgumentTypeError("must be above zero")
        return number

    return read


def some_of(names: Sequence[str]) -> Callable[[str], Sequence[str]]:
    """Names of a list, in the list's order."""

    def read(text: str) -> Sequence[str]:
        if unknown := set(text.split(",")) - set(names):
            raise argparse.ArgumentTypeError(f"{', '.join(sorted(unknown))}: known are {', '.join(names)}")
        return tuple(name for name in names if name in text.split(","))

    return read


def main() -> int:
    """Measure, print the report, and write results.md unless the run was a partial or a quick one."""
    asked = arguments()
    secret = secrets.token_urlsafe(48)
    try:
        with running_servers(fresh=asked.fresh) as servers:
            chosen = [item for item in items(data.prepare(servers, secret, say)) if item.name in asked.items]
            kinds = [kind for kind in KINDS if kind.name in asked.only]
            found = compete(servers, secret, chosen, kinds, Plan(CLIENTS, asked.rounds, asked.seconds))
    except (EmbeddedError, Unequal, Failed) as error:
        say(f"bench: {error}")
        return 1
    except KeyboardInterrupt:
        return 130
    text = report.whole_report(found, chosen)
    print(text)
    if asked.whole:
        (HERE / "results.md").write_text(text)
        say("written to bench/results.md")
    return 0


def compete(servers: Servers, secret: str, chosen: Sequence[Item], kinds: Sequence[Kind], plan: Plan) -> report.Findings:
    """Start the contenders, see that they answer alike, and measure."""
    rates, load_cpu = load_capacity(servers, plan)
    series: list[Series] = []
    notes = [f"Each turn {plan.seconds:g} s, {plan.rounds} rounds, contenders in turn; figures are medians over the rounds."]
    with running(kinds, servers, secret) as contenders:
        for item in chosen:
            refusals = {each.name: why for each in contenders if (why := refusal(item, each))}
            notes += [f"{item.name}: {name} does not answer: {why}" for name, why in refusals.items()]
            able = [each for each in contenders if each.name not in refusals]
            if not able:
                continue
            checked = check_equal(item, able)
            whom = ", ".join(each.name for each in able)
            notes += [f"{item.name}: the same data from {whom}{apart(checked.aside)}; answers of {checked.size / 1000:.1f} kB."]
            series += measure_item(item, able, plan, servers.postgres_pid, say)
        memory = {each.name: report.Memory(each.idle_bytes, resident_bytes(each.pid)) for each in contenders}
    version, counts = asyncio.run(data.description(servers))
    notes.insert(0, "Data: " + ", ".join(f"{count:,} {table}" for table, count in counts.items()) + ".")
    return report.Findings(series, memory, rates, load_cpu, report.machine(version), notes)


def apart(keys: Collection[str]) -> str:
    """Keys that were not compared, since not everybody prints them."""
    return f", apart from {', '.join(sorted(keys))}" if keys else ""


def load_capacity(servers: Servers, plan: Plan) -> tuple[dict[int, float], float]:
    """The load generator's own limit: requests per second by number of clients, and CPU seconds per request."""
    with running([TRIVIAL], servers, "") as (trivial,):
        request = get("/", None)
        results = {clients: run_apart(Order(trivial.port, [request], clients, LOAD_SECONDS)) for clients in plan.clients}
    rates = {clients: len(each.latencies) / each.seconds for clients, each in results.items()}
    busiest = results[max(results)]
    return rates, busiest.cpu / len(busiest.latencies)


@contextmanager
def running(kinds: Sequence[Kind], servers: Servers, secret: str) -> Iterator[list[Contender]]:
    """The contenders, for as long as the block runs."""
    with ExitStack() as stack:
        contenders = []
        for kind in kinds:
            contender = Contender(kind, servers, secret)
            stack.callback(contender.stop)
            contender.start()
            contenders.append(contender)
        yield contenders


if __name__ == "__main__":
    sys.exit(main())
