"""The run of jobs, at the smallest extent that has all its parts."""

from bench.jobs import WAYS, Extent, measure_jobs
from tests.test_embedded import reachable_folder


def test_each_way_does_every_job_and_tells_how_long_each_waited() -> None:
    said: list[str] = []
    with reachable_folder() as folder:
        version, runs = measure_jobs(Extent(jobs=500, seconds=2), said.append, folder)
    assert version
    assert [run.way for run in runs] == list(WAYS)
    assert [line.split(":")[0] for line in said] == [f"jobs {way}" for way in WAYS]
    for run in runs:
        assert (run.jobs, len(run.waits)) == (500, 200)
        assert 0 < run.waits[0] <= run.wait(0.5) <= run.wait(0.99) <= run.waits[-1] < 60
        assert run.cpu > 0 < run.seconds
        assert run.resident > 20_000_000
