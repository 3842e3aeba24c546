"""What a worker counts, printed as Prometheus reads it (text format 0.0.4, prometheus.io/docs/instrumenting/exposition_formats)."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from jobs.slots import Held
from models.job import JobQueue, JobState
from models.job_rows import ClaimedJob, Outcome

# Upper bounds in seconds.
BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
Kind = tuple[str, str]


@dataclass(slots=True)
class Histogram:
    """How many values fell up to each bound, their number and their sum."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    sum: float = 0.0

    def observe(self, value: float) -> None:
        """Count a value in seconds."""
        self.counts[bisect_left(BOUNDS, value)] += 1
        self.sum += value

    def lines(self, name: str, labels: str) -> Iterator[str]:
        """Its samples; each bound's holds those below it too."""
        total = 0
        for bound, count in zip((*map(str, BOUNDS), "+Inf"), self.counts, strict=True):
            total += count
            yield f'{name}_bucket{{{labels},le="{bound}"}} {total}'
        yield f"{name}_sum{{{labels}}} {self.sum!r}"
        yield f"{name}_count{{{labels}}} {total}"


@dataclass(slots=True)
class Metrics:
    """Everything by type and queue. `released` went back uncounted because the worker stopped, `lost` to another worker."""

    counters: dict[str, Counter[Kind]] = field(
        default_factory=lambda: {name: Counter() for name in ("claimed", "done", "failed", "retried", "released", "lost")}
    )
    in_progress: Counter[Kind] = field(default_factory=Counter)
    pick_up: dict[Kind, Histogram] = field(default_factory=dict)
    work: dict[Kind, Histogram] = field(default_factory=dict)

    def claimed(self, queue: JobQueue, jobs: Iterable[ClaimedJob]) -> None:
        """Jobs were claimed."""
        self.counters["claimed"].update((job.type, queue.value) for job in jobs)

    def began(self, held: Held, seconds: float) -> None:
        """An attempt began so many seconds after the job was due."""
        kind = (held.job.type, held.queue.value)
        self.in_progress[kind] += 1
        _of(self.pick_up, kind).observe(seconds)

    def ended(self, held: Held, outcome: Outcome | None, seconds: float) -> None:
        """It ended, or was lost, after so many seconds of work and recording."""
        kind = (held.job.type, held.queue.value)
        self.in_progress[kind] -= 1
        self.counters[_word(outcome)][kind] += 1
        _of(self.work, kind).observe(seconds)

    def text(self) -> str:
        """All samples."""
        lines: list[str] = []
        for word, counter in self.counters.items():
            lines += [f"# TYPE parley_jobs_{word}_total counter", *_samples(f"parley_jobs_{word}_total", counter)]
        lines += ["# TYPE parley_jobs_in_progress gauge", *_samples("parley_jobs_in_progress", self.in_progress)]
        for name, histograms in (("parley_job_pick_up_seconds", self.pick_up), ("parley_job_work_seconds", self.work)):
            lines.append(f"# TYPE {name} histogram")
            for kind, histogram in histograms.items():
                lines += histogram.lines(name, _labels(kind))
        return "\n".join(lines) + "\n"


def _word(outcome: Outcome | None) -> str:
    if outcome is None:
        return "lost"
    if outcome.state is JobState.QUEUED:
        return "retried" if outcome.counted else "released"
    return outcome.state.value


def _of(histograms: dict[Kind, Histogram], kind: Kind) -> Histogram:
    if kind not in histograms:
        histograms[kind] = Histogram()
    return histograms[kind]


def _samples(name: str, values: Mapping[Kind, int]) -> Iterator[str]:
    for kind, value in values.items():
        yield f"{name}{{{_labels(kind)}}} {value}"


def _labels(kind: Kind) -> str:
    escaped = (each.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") for each in kind)
    return 'type="{}",queue="{}"'.format(*escaped)
