"""The report: tables with ratios, the machine, and whether the targets are met."""

import datetime
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.measure import Series
from bench.work import Item

TARGET_RATIO = 0.5
TARGET_ITEMS = ("R1", "R2")
TARGET_CLIENTS = 16
TARGET_IDLE = 200_000_000

HEADS = ("clients", "contender", "requests/s", "of ceiling", "of usual", "p50 ms", "p99 ms", "server CPU ms", "database CPU ms")


@dataclass(frozen=True, slots=True)
class Memory:
    """A contender's resident bytes, before any request and after all rounds."""

    idle: int
    after: int


@dataclass(frozen=True, slots=True)
class Findings:
    """All that a run found."""

    series: Sequence[Series]
    memory: Mapping[str, Memory]
    load_rates: Mapping[int, float]
    load_cpu: float
    machine: Sequence[str]
    notes: Sequence[str]


def whole_report(found: Findings, items: Sequence[Item]) -> str:
    """Everything, as Markdown."""
    parts = ["# Benchmark", "", *(f"- {line}" for line in (*found.machine, *found.notes)), ""]
    for item in items:
        parts += [f"## {item.name}: {item.title}", "", *item_table([each for each in found.series if each.item == item.name]), ""]
    parts += ["## Memory", "", *memory_table(found.memory), ""]
    parts += ["## Load generator", "", *load_lines(found), ""]
    parts += ["## Targets", "", *(f"- {line}" for line in targets(found)), ""]
    return "\n".join(parts)


def item_table(series: Sequence[Series]) -> list[str]:
    """One row per number of clients and contender; rates are medians over rounds, ratios medians of neighbours' ratios."""
    rows = []
    for its in series:
        beside = {each.contender: each for each in series if each.clients == its.clients}
        rows.append(
            (
                str(its.clients),
                its.contender,
                f"{its.typical('rate'):,.0f}",
                ratio(its, beside.get("ceiling")),
                ratio(its, beside.get("usual")),
                *(f"{its.typical(name) * 1000:.2f}" for name in ("p50", "p99")),
                *(f"{its.per_request(name) * 1000:.3f}" for name in ("server_cpu", "database_cpu")),
            )
        )
    return table(HEADS, rows)


def ratio(its: Series, other: Series | None) -> str:
    """How many times the other's rate."""
    return "" if other is None else f"{its.against(other):.2f}"


def memory_table(memory: Mapping[str, Memory]) -> list[str]:
    """Resident memory in megabytes (10^6 bytes)."""
    rows = [(name, f"{each.idle / 1e6:.0f}", f"{each.after / 1e6:.0f}") for name, each in memory.items()]
    return table(("contender", "idle MB", "after the rounds MB"), rows)


def load_lines(found: Findings) -> list[str]:
    """What the load generator can do at the most: a figure near it measures the generator, not the server."""
    rates = ", ".join(f"{rate:,.0f} requests/s with {clients} clients" for clients, rate in found.load_rates.items())
    return [f"Against a server that answers 8 kB without looking: {rates}; {found.load_cpu * 1000:.3f} ms of CPU per request."]


def targets(found: Findings) -> list[str]:
    """Each target with what was measured and whether it is met."""
    lines = []
    at = {(each.item, each.contender): each for each in found.series if each.clients == TARGET_CLIENTS}
    for item in TARGET_ITEMS:
        mine, ceiling = at.get((item, "parley")), at.get((item, "ceiling"))
        if mine and ceiling:
            share = mine.against(ceiling)
            what = f"{item} at {TARGET_CLIENTS} clients: {share:.2f} of the ceiling's requests per second, wanted at least {TARGET_RATIO}"
            lines.append(verdict(what, met=share >= TARGET_RATIO))
    if memory := found.memory.get("parley"):
        what = f"idle web process: {memory.idle / 1e6:.0f} MB, wanted under {TARGET_IDLE / 1e6:.0f} MB"
        lines.append(verdict(what, met=memory.idle < TARGET_IDLE))
    return lines or ["not measured: Parley did not take part"]


def verdict(what: str, *, met: bool) -> str:
    """A target's line."""
    return f"{'met' if met else 'MISSED'}: {what}"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A Markdown table that also reads well as plain text; figures to the right, words to the left."""
    rows = list(rows)
    widths = [max(len(each[at]) for each in (heads, *rows)) for at in range(len(heads))]
    words = [any(row[at] and not row[at][0].isdigit() for row in rows) for at in range(len(heads))]
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
