"""What a worker counts, as Prometheus reads it."""

import threading

import httpx2
import pytest

from embedded.process import free_port
from jobs.metrics import Metrics, metrics_page
from models.job_rows import ClaimedJob
from resolvers.ctx import Ctx
from resolvers.jobs import GiveUp, RetryLater
from tests.jobs.queue import Queue
from tests.jobs.workplace import Workplace
from tests.tenant import Tenant


async def done(_: Ctx, __: ClaimedJob) -> None:
    """Nothing to do."""


async def failed(_: Ctx, __: ClaimedJob) -> None:
    raise GiveUp("no")


async def retried(_: Ctx, __: ClaimedJob) -> None:
    raise RetryLater("not now")


async def test_each_end_is_counted_by_type_and_queue(workplace: Workplace, queue: Queue, acme: Tenant) -> None:
    for handler, count in ((done, 3), (failed, 2), (retried, 1)):
        workplace.knows(f"test.{handler.__name__}", handler)
        await queue.put_many(acme, count, type=f"test.{handler.__name__}")
    assert await workplace.sweep() == 6
    counted = workplace.metrics.registry.get_sample_value
    for word, count in (("done", 3), ("failed", 2), ("retried", 1)):
        labels = {"type": f"test.{word}", "queue": "light"}
        assert counted("parley_jobs_claimed_total", labels) == count
        assert counted(f"parley_jobs_{word}_total", labels) == count
        assert counted("parley_jobs_in_progress", labels) == 0
        assert counted("parley_job_pick_up_seconds_count", labels) == count
        assert counted("parley_job_work_seconds_bucket", labels | {"le": "+Inf"}) == count


async def test_the_page_answers_on_loopback_as_long_as_its_block_runs() -> None:
    port = free_port()
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        metrics = Metrics()
        metrics.counters["done"].labels('odd"type\\with\nlines', "light").inc()
        with metrics_page(port, metrics):
            page = await client.get("/metrics")
        assert page.status_code == 200
        assert r'parley_jobs_done_total{queue="light",type="odd\"type\\with\nlines"} 1.0' in page.text.splitlines()
        assert "_created" not in page.text
        with pytest.raises(httpx2.ConnectError):
            await client.get("/metrics")


def test_without_a_port_nothing_listens() -> None:
    before = threading.enumerate()
    with metrics_page(None, Metrics()):
        assert threading.enumerate() == before
