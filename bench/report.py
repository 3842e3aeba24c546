"""The report: tables with ratios, the machine, and whether the targets are met."""

import datetime
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench import results, targets
from bench.first_sight import DOCUMENTS, Sight
from bench.jobs import COMPANIES, RATE, JobsRun
from bench.long_run import CLIENTS, LongRun
from bench.measure import Series
from bench.work import Item

BESIDE = ("ceiling", "usual")
FIGURES = ("p50 ms", "p99 ms", "server CPU ms", "database CPU ms")
EXPLAINED = (
    "GraphQL answers are compared by `data` alone: `extensions` beside it, such as Parley's cost, are each server's own.",
    "Parley runs with everything on: token check, limits of requests and of cost (too high to be reached), row level security, a log line "
    "a request. The ceiling checks nothing but has row level security; the usual way checks the token and filters by company by hand.",
    "Q3: the ceiling uses Parley's index of substrings too, and sorts whatever it finds, however much (docs/decisions/0014-substrings.md).",
    "Server CPU time includes that of Valkey, where Parley counts requests and cost.",
)
OTHER_RUNS = ", ".join(f"{heading.removeprefix('## ')} (`{command}`)" for heading, command in results.APART.items())
FURTHER = f"Runs of their own have their targets in their sections: {OTHER_RUNS}."


@dataclass(frozen=True, slots=True)
class Memory:
    """A contender's resident bytes, before any request and after all rounds."""

    idle: int
    after: int


@dataclass(frozen=True, slots=True)
class LoadLimit:
    """The load generator's own limit: requests per second by number of clients, and CPU seconds per request."""

    rates: Mapping[int, float]
    cpu: float


@dataclass(frozen=True, slots=True)
class Findings:
    """All that a run found; `memory` has everybody who took part."""

    series: Sequence[Series]
    memory: Mapping[str, Memory]
    load: LoadLimit
    sights: Sequence[Sight]
    machine: Sequence[str]
    notes: Sequence[str]
    jobs: Sequence[JobsRun] = ()


def whole_report(found: Findings, items: Sequence[Item]) -> str:
    """A usual run's part of results.md, as Markdown."""
    parts = [results.TITLE, "", *bullets([*found.machine, *found.notes, *EXPLAINED]), ""]
    for item in items:
        parts += [f"## {item.name}: {item.title}", "", *item_table([each for each in found.series if each.item == item.name]), ""]
    parts += ["## First sight", "", *sight_lines(found.sights), ""]
    parts += [results.JOBS, "", *jobs_lines(found.jobs), ""]
    parts += ["## Memory", "", *memory_table(found.memory), ""]
    parts += ["## Load generator", "", *load_lines(found.load), ""]
    parts += ["## Targets", "", *bullets(target_lines(found)), "", FURTHER, ""]
    return "\n".join(parts)


def postgraphile_section(found: Findings, item: Item, versions: str) -> str:
    """What the run beside PostGraphile found."""
    explained = (
        f"{versions}; one process, as many connections as Parley has for reads, row level security on. It checks no token and no limit; "
        "it asks with its own names under our aliases, and its answers are compared with Parley's `data`, value by value."
    )
    parts = [results.POSTGRAPHILE, "", *bullets([*found.machine, *found.notes, explained]), ""]
    parts += [*item_table([each for each in found.series if each.item == item.name], beside=("postgraphile",)), ""]
    parts += [*sight_lines(found.sights), "", *memory_table(found.memory), ""]
    parts += bullets(targets.against_others(targets.BESIDE_POSTGRAPHILE, found.series, found.memory))
    return "\n".join([*parts, ""])


def jobs_section(runs: Sequence[JobsRun], described: Sequence[str]) -> str:
    """What a run of jobs alone found."""
    wanted = bullets(line for run in runs for line in targets.jobs(run))
    return "\n".join([results.JOBS, "", *bullets(described), "", *jobs_lines(runs), "", *wanted, ""])


def knowledge_section(lines: Sequence[str], described: Sequence[str]) -> str:
    """What ingestion and searches took."""
    return "\n".join([results.KNOWLEDGE, "", *bullets(described), "", *bullets(lines), ""])


def long_run_section(run: LongRun, described: Sequence[str]) -> str:
    """What the long run found."""
    what = f"Q1 under {run.documents:,} sets of aliases, one at every field, each asked by every company, mixed; {CLIENTS} clients."
    rows = [(f"{leg.requests:,}", f"{leg.resident / 1e6:.1f}", f"{leg.rate:,.0f}") for leg in run.legs]
    legs = table(("requests", "resident MB", "requests/s"), [("0", f"{run.idle / 1e6:.1f}", ""), *rows])
    return "\n".join([results.LONG_RUN, "", *bullets([*described, what]), "", *legs, "", *bullets([targets.long_run(run)]), ""])


def bullets(lines: Iterable[str]) -> list[str]:
    """A Markdown list."""
    return [f"- {line}" for line in lines]


def item_table(series: Sequence[Series], beside: Sequence[str] = BESIDE) -> list[str]:
    """One row per number of clients and contender; rates are medians over rounds, ratios medians of neighbours' ratios."""
    rows = []
    for its in series:
        at = {each.contender: each for each in series if each.clients == its.clients}
        rows.append(
            (
                str(its.clients),
                its.contender,
                f"{its.typical('rate'):,.0f}",
                *(ratio(its, at.get(name)) for name in beside),
                *(f"{its.typical(name) * 1000:.2f}" for name in ("p50", "p99")),
                *(f"{its.per_request(name) * 1000:.3f}" for name in ("server_cpu", "database_cpu")),
            )
        )
    heads = ("clients", "contender", "requests/s", *(f"of {name}" for name in beside), *FIGURES)
    return table(heads, rows)


def ratio(its: Series, other: Series | None) -> str:
    """How many times the other's rate."""
    return "" if other is None else f"{its.against(other):.2f}"


def memory_table(memory: Mapping[str, Memory]) -> list[str]:
    """Resident memory in megabytes (10^6 bytes)."""
    rows = [(name, f"{each.idle / 1e6:.0f}", f"{each.after / 1e6:.0f}") for name, each in memory.items()]
    return table(("contender", "idle MB", "after the rounds MB"), rows)


def sight_lines(sights: Sequence[Sight]) -> list[str]:
    """How long documents take that a server has never seen; times in milliseconds."""
    if not sights:
        return ["Not measured in this run."]
    times = [(s.contender, s.typical, s.nearly_worst, s.worst, median(s.again), s.extra) for s in sights]
    rows = [(name, *(f"{each * 1000:.2f}" for each in figures)) for name, *figures in times]
    heads = ("contender", "first median ms", "first p99 ms", "first worst ms", "again median ms", "first less again, median ms")
    said = f"{DOCUMENTS} documents that the warm server has never seen (Q1 with a new alias at every field), one after the other,"
    return [f"{said} by one client; each is asked for again at once.", "", *table(heads, rows)]


def jobs_lines(runs: Sequence[JobsRun]) -> list[str]:
    """What one worker process did, with Redis and without."""
    if not runs:
        return ["Not measured in this run."]
    rows = [
        (
            run.way,
            f"{run.jobs:,}",
            f"{run.rate:,.0f}",
            f"{run.cpu / run.jobs * 1000:.3f}",
            f"{run.resident / 1e6:.0f}",
            *(f"{run.wait(part) * 1000:.1f}" for part in (0.5, 0.99, 1.0)),
        )
        for run in runs
    ]
    heads = ("one worker", "jobs", "jobs/s", "worker CPU ms", "resident MB", "pick-up p50 ms", "p99 ms", "worst ms")
    said = f"Jobs of {COMPANIES} companies that have nothing to do: all at once, from the first row to the last result in a durable table; "
    return [f"{said}then {RATE} a second, each timed from before its insertion to its beginning.", "", *table(heads, rows)]


def load_lines(limit: LoadLimit) -> list[str]:
    """What the load generator can do at the most: a figure near it measures the generator, not the server."""
    rates = ", ".join(f"{rate:,.0f} requests/s with {clients} client{'s' * (clients > 1)}" for clients, rate in limit.rates.items())
    return [f"Against a server that answers 8 kB without looking: {rates}; {limit.cpu * 1000:.3f} ms of CPU per request."]


def target_lines(found: Findings) -> list[str]:
    """Each target of a usual run with what was measured and whether it is met."""
    lines = [*targets.against_others(targets.TARGETS, found.series, found.memory)]
    lines += [targets.first_sight(sight) for sight in found.sights if sight.contender == "parley"]
    if memory := found.memory.get("parley"):
        lines.append(targets.idle(memory.idle))
    lines += [line for run in found.jobs for line in targets.jobs(run)]
    return lines or ["not measured: Parley did not take part"]


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A Markdown table that also reads well as plain text; figures to the right, words to the left."""
    rows = list(rows)
    widths = [max(len(each[at]) for each in (heads, *rows)) for at in range(len(heads))]
    words = [any(row[at] and not row[at].removeprefix("-")[0].isdigit() for row in rows) for at in range(len(heads))]
    lines = [_line(heads, widths, words)]
    lines.append(
        "|" + "|".join(("-" * (width + 2)) if word else ("-" * (width + 1) + ":") for width, word in zip(widths, words, strict=True)) + "|"
    )
    return lines + [_line(row, widths, words) for row in rows]


def _line(cells: Sequence[str], widths: Sequence[int], words: Sequence[bool]) -> str:
    padded = (cell.ljust(width) if word else cell.rjust(width) for cell, width, word in zip(cells, widths, words, strict=True))
    return "| " + " | ".join(padded) + " |"


def machine(postgres_version: str) -> list[str]:
    """What it ran on; no names, no paths."""
    cpu = next((line.split(":", 1)[1].strip() for line in read("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    memory = next((int(line.split()[1]) for line in read("/proc/meminfo") if line.startswith("MemTotal:")), 0)
    return [
        f"{datetime.datetime.now(datetime.UTC):%Y-%m-%d}",
        f"{cpu}, {os.cpu_count()} cores, {memory / 2**20:.0f} GiB of memory, {platform.system()} {platform.release()}",
        f"PostgreSQL {postgres_version}, Python {platform.python_version()}",
    ]


def read(path: str) -> list[str]:
    """The lines of a file of the kernel's."""
    return Path(path).read_text().splitlines()
