"""Run it: python -m bench [--memory | --jobs | --postgraphile] [--quick] [--rounds N] [--seconds S] [--only NAMES] [--items NAMES]."""

import asyncio
import secrets
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bench import data, knowledge_ingest, knowledge_search, postgraphile, report, results
from bench.arguments import Arguments, read_arguments
from bench.check import Unequal
from bench.compete import Contest, compete, complaints
from bench.contenders import KINDS, PARLEY, running
from bench.jobs import QUICK, WHOLE, measure_jobs
from bench.long_run import long_run
from bench.measure import Failed, Plan
from bench.postgraphile.install import NotInstalled
from bench.servers import HERE, Servers, running_servers
from bench.work import Tenant, items
from embedded import EmbeddedError
from embedded.cluster import VERSION

CLIENTS = (1, 16)
RESULTS = HERE / "results.md"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a run takes place: the servers with the data, the tokens' secret, and the companies."""

    servers: Servers
    secret: str
    tenants: Sequence[Tenant]


def say(text: str) -> None:
    """Progress goes to standard error, so that the report alone is on standard output."""
    print(text, file=sys.stderr, flush=True)


def main() -> int:
    """Measure, print what was found, and write it into results.md unless the run was a partial or a quick one."""
    asked = read_arguments()
    try:
        text = alone(asked) if asked.jobs or asked.knowledge else beside_others(asked)
    except (EmbeddedError, Unequal, Failed, NotInstalled) as error:
        say(f"bench: {error}")
        return 1
    except KeyboardInterrupt:
        return 130
    print(text)
    if asked.kept:
        old = RESULTS.read_text() if RESULTS.exists() else ""
        RESULTS.write_text(results.with_section(old, text) if text.startswith("## ") else results.with_kept(text, old))
        say("written to bench/results.md")
    return 0


def alone(asked: Arguments) -> str:
    """A run on servers of its own, in a section of its own."""
    return jobs_alone(asked) if asked.jobs else knowledge_alone(asked)


def knowledge_alone(asked: Arguments) -> str:
    """How documents become searchable, and how they are found."""
    secret = secrets.token_urlsafe(48)
    lines = [line for part in (knowledge_ingest, knowledge_search) for line in part.section(secret, say, fresh=asked.fresh)]
    return report.knowledge_section(lines, report.machine(VERSION))


def jobs_alone(asked: Arguments) -> str:
    """What one worker does, in a section of its own."""
    version, runs = measure_jobs(QUICK if asked.quick else WHOLE, say)
    return report.jobs_section(runs, report.machine(version))


def beside_others(asked: Arguments) -> str:
    """What the web process does, on servers that are kept between runs."""
    if asked.postgraphile:
        postgraphile.install.install(say)
    secret = secrets.token_urlsafe(48)
    with running_servers(fresh=asked.fresh) as servers:
        return run(asked, Place(servers, secret, data.prepare(servers, secret, say)))


def run(asked: Arguments, place: Place) -> str:
    """What the run found: a section of its own, or the whole report."""
    if asked.memory:
        return remember(asked, place)
    if asked.postgraphile:
        return beside_postgraphile(asked, place)
    chosen = [item for item in items(place.tenants) if item.name in asked.items]
    kinds = [kind for kind in KINDS if kind.name in asked.only]
    contest = Contest(chosen, kinds, Plan(CLIENTS, asked.rounds, asked.seconds), place.tenants, say)
    found = compete(contest, place.servers, place.secret)
    if asked.whole:
        found = replace(found, jobs=measure_jobs(QUICK if asked.quick else WHOLE, say)[1])
    return report.whole_report(found, chosen)


def remember(asked: Arguments, place: Place) -> str:
    """The long run of Parley alone."""
    with running([PARLEY], place.servers, place.secret) as (parley,):
        found = long_run(parley, place.tenants, asked.requests, say)
        wrong = complaints([parley])
    return report.long_run_section(found, [*report.machine(asyncio.run(data.version(place.servers))), *wrong])


def beside_postgraphile(asked: Arguments, place: Place) -> str:
    """Q1 by Parley and PostGraphile in turn."""
    item = postgraphile.q1(place.tenants)
    contest = Contest([item], [PARLEY, postgraphile.kind()], Plan(CLIENTS, asked.rounds, asked.seconds), place.tenants, say)
    found = compete(contest, place.servers, place.secret)
    return report.postgraphile_section(found, item, postgraphile.install.versions())


if __name__ == "__main__":
    sys.exit(main())
