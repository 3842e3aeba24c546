"""What a worker counts, and the page at http://127.0.0.1:<port>/metrics where a Prometheus on the same machine reads it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, start_http_server

from jobs.slots import Held
from models.job import JobQueue, JobState
from models.job_rows import ClaimedJob, Outcome

LABELS = ("type", "queue")
# Upper bounds in seconds.
BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
COUNTED = {
    "claimed": "Jobs that this worker took",
    "done": "Jobs that it finished",
    "failed": "Jobs that it gave up",
    "retried": "Attempts after which a job waits for another",
    "released": "Jobs that went back uncounted because the worker stopped",
    "lost": "Jobs that another worker had taken over meanwhile",
}

# When a counter was made is a second sample beside each, which nobody asks a worker.
disable_created_metrics()  # type: ignore[no-untyped-call]  # the library leaves it untyped


class Metrics:
    """Everything by type and queue, in a registry of its own."""

    def __init__(self) -> None:
        """Nothing is counted yet."""
        self.registry = registry = CollectorRegistry()
        self.counters = {word: Counter(f"parley_jobs_{word}", said, LABELS, registry=registry) for word, said in COUNTED.items()}
        self.in_progress = Gauge("parley_jobs_in_progress", "Jobs under way", LABELS, registry=registry)
        pick_up, work = "From when a job was due to when it began", "From a job's beginning to when its end was recorded"
        self.pick_up = Histogram("parley_job_pick_up_seconds", pick_up, LABELS, buckets=BOUNDS, registry=registry)
        self.work = Histogram("parley_job_work_seconds", work, LABELS, buckets=BOUNDS, registry=registry)

    def claimed(self, queue: JobQueue, jobs: Iterable[ClaimedJob]) -> None:
        """Jobs were claimed."""
        for job in jobs:
            self.counters["claimed"].labels(job.type, queue.value).inc()

    def began(self, held: Held, seconds: float) -> None:
        """An attempt began so many seconds after the job was due."""
        kind = (held.job.type, held.queue.value)
        self.in_progress.labels(*kind).inc()
        self.pick_up.labels(*kind).observe(seconds)

    def ended(self, held: Held, outcome: Outcome | None, seconds: float) -> None:
        """It ended, or was lost, after so many seconds of work and recording."""
        kind = (held.job.type, held.queue.value)
        self.in_progress.labels(*kind).dec()
        self.counters[_word(outcome)].labels(*kind).inc()
        self.work.labels(*kind).observe(seconds)


def _word(outcome: Outcome | None) -> str:
    if outcome is None:
        return "lost"
    if outcome.state is JobState.QUEUED:
        return "retried" if outcome.counted else "released"
    return outcome.state.value


@contextmanager
def metrics_page(port: int | None, metrics: Metrics) -> Iterator[None]:
    """Answer for as long as the block runs, in a thread; without a port nothing listens."""
    if port is None:
        yield
        return
    server, thread = start_http_server(port, "127.0.0.1", metrics.registry)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
