"""Fairness: whose jobs the free slots go to."""

import heapq
from collections.abc import Mapping
from uuid import UUID


def most_of_one(slots: int) -> int:
    """How many of a queue's slots one company may take: a quarter stays free, so that nobody waits for somebody else's long jobs."""
    return slots if slots == 1 else slots - max(1, slots // 4)


def shares(waiting: Mapping[UUID, int], held: Mapping[UUID, int], free: int, most: int) -> dict[UUID, int]:
    """How many jobs to claim of each company: each free slot goes to who holds the fewest then, up to `most`.

    `waiting` says how many jobs each has due; among equals its order decides.
    """
    turns = [(held.get(company, 0), place, company) for place, company in enumerate(waiting)]
    heapq.heapify(turns)
    given: dict[UUID, int] = {}
    while turns and free:
        holds, place, company = heapq.heappop(turns)
        if holds >= most:
            break
        given[company] = given.get(company, 0) + 1
        free -= 1
        if given[company] < waiting[company]:
            heapq.heappush(turns, (holds + 1, place, company))
    return given
