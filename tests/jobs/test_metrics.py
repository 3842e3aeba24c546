"""What a worker counts, as Prometheus reads it."""

import httpx2
import pytest

from embedded.process import free_port
from jobs.metrics import Histogram
from jobs.metrics_page import metrics_page
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
    lines = workplace.metrics.text().splitlines()
    for word, count in (("done", 3), ("failed", 2), ("retried", 1)):
        labels = f'{{type="test.{word}",queue="light"}}'
        assert f"parley_jobs_claimed_total{labels} {count}" in lines
        assert f"parley_jobs_{word}_total{labels} {count}" in lines
        assert f"parley_jobs_in_progress{labels} 0" in lines
        assert f'parley_job_pick_up_seconds_count{{type="test.{word}",queue="light"}} {count}' in lines
        assert f'parley_job_work_seconds_bucket{{type="test.{word}",queue="light",le="+Inf"}} {count}' in lines


def test_each_bucket_of_a_histogram_holds_those_below_it() -> None:
    histogram = Histogram()
    for seconds in (0.0005, 0.001, 0.002, 4.0, 1000.0):
        histogram.observe(seconds)
    lines = list(histogram.lines("h", 'a="b"'))
    assert lines[:3] == ['h_bucket{a="b",le="0.001"} 2', 'h_bucket{a="b",le="0.0025"} 3', 'h_bucket{a="b",le="0.005"} 3']
    assert lines[-3:] == ['h_bucket{a="b",le="+Inf"} 5', 'h_sum{a="b"} 1004.0035', 'h_count{a="b"} 5']


async def test_a_type_with_odd_characters_breaks_no_line(workplace: Workplace, queue: Queue, acme: Tenant) -> None:
    await queue.put(acme, type='odd"type\\with\nlines')
    await workplace.sweep()
    assert r'parley_jobs_released_total{type="odd\"type\\with\nlines",queue="light"} 1' in workplace.metrics.text().splitlines()


async def test_the_page_answers_on_loopback_as_long_as_its_block_runs() -> None:
    port = free_port()
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        async with metrics_page(port, lambda: "parley_jobs_done_total 1\n"):
            page, other = await client.get("/metrics"), await client.get("/")
        assert (page.status_code, page.text) == (200, "parley_jobs_done_total 1\n")
        assert page.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert other.status_code == 404
        with pytest.raises(httpx2.ConnectError):
            await client.get("/metrics")


async def test_without_a_port_nothing_listens() -> None:
    async with metrics_page(None, lambda: "") as nothing:
        assert nothing is None
