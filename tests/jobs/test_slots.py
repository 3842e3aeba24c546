"""The slots of one queue: each job that takes one gives it back, however it ends."""

import asyncio

from jobs.slots import Ending, Held, Slots
from models.ids import new_id
from models.job import JobQueue
from models.job_rows import ClaimedJob


def job() -> ClaimedJob:
    return ClaimedJob(new_id(), new_id(), "test.any", {}, attempt=1, max_attempts=5, fence=1, waited=0.0)


class Place:
    """Slots whose jobs end by themselves at once; `began` are those that did a step, `freed` counts."""

    def __init__(self) -> None:
        self.began: list[Held] = []
        self.freed = 0
        self.slots = Slots(JobQueue.LIGHT, 3, self.run, self.count)

    async def run(self, held: Held) -> None:
        """Nothing to do."""
        self.began.append(held)

    def count(self) -> None:
        """A slot was freed."""
        self.freed += 1


async def test_a_job_takes_a_slot_until_it_has_ended() -> None:
    place, one = Place(), job()
    place.slots.take([one], since=0.0)
    assert (place.slots.free, len(place.slots.unstarted())) == (2, 1)
    task = place.slots.start(one.id)
    assert task is not None
    await task
    await asyncio.sleep(0)
    assert (place.slots.free, place.freed, [held.job for held in place.began]) == (3, 1, [one])


async def test_a_job_is_begun_once() -> None:
    place, one = Place(), job()
    place.slots.take([one], since=0.0)
    first = place.slots.start(one.id)
    assert (first is not None, place.slots.start(one.id), place.slots.start(new_id())) == (True, None, None)


async def test_a_job_that_is_lost_before_it_begins_gives_its_slot_back_and_is_never_begun() -> None:
    place, one = Place(), job()
    place.slots.take([one], since=0.0)
    place.slots.unstarted()[0].end(Ending.LOST)
    assert place.slots.start(one.id) is None
    assert (place.slots.free, place.freed, place.began) == (3, 1, [])


async def test_a_job_that_is_lost_before_its_first_step_gives_its_slot_back() -> None:
    place, one = Place(), job()
    place.slots.take([one], since=0.0)
    task = place.slots.start(one.id)
    assert task is not None
    place.slots.held[one.id].end(Ending.LOST)
    await asyncio.wait({task})
    await asyncio.sleep(0)
    assert (place.slots.free, place.freed, place.began) == (3, 1, [])


async def test_what_was_claimed_since_a_moment_is_not_overdue() -> None:
    place, early, late = Place(), job(), job()
    place.slots.take([early], since=1.0)
    place.slots.take([late], since=2.0)
    assert [held.job for held in place.slots.unstarted(before=1.5)] == [early]
