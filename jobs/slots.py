"""The slots of one queue in this process. A job takes one from its claim until what became of it is recorded."""

import asyncio
import math
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any
from uuid import UUID

from jobs.shares import most_of_one
from models.job import JobQueue
from models.job_rows import ClaimedJob


class Ending(Enum):
    """Why an attempt is cut short."""

    LOST = "its lease ran out or the job was dropped"
    STOPPING = "the worker stops"


@dataclass(slots=True, eq=False)
class Held:
    """A job in its slot. `since` and `renewed` are readings of the loop's clock; `task` is there once it was begun."""

    job: ClaimedJob
    queue: JobQueue
    since: float
    renewed: float
    task: asyncio.Task[None] | None = None
    ending: Ending | None = None
    recording: bool = False

    def end(self, why: Ending) -> None:
        """Cancel what runs; what is being recorded already is left to it."""
        if self.ending is None and not self.recording:
            self.ending = why
            if self.task is not None:
                self.task.cancel()


@dataclass(slots=True, eq=False)
class Slots:
    """`run` does a job to its end and may be cancelled; `freed` is called whenever a slot becomes free."""

    queue: JobQueue
    size: int
    run: Callable[[Held], Coroutine[Any, Any, None]]
    freed: Callable[[], None] = lambda: None
    held: dict[UUID, Held] = field(default_factory=dict)

    @property
    def free(self) -> int:
        """How many jobs may be claimed."""
        return self.size - len(self.held)

    @property
    def most_of_one(self) -> int:
        """How many slots one company may take."""
        return most_of_one(self.size)

    def by_company(self) -> Counter[UUID]:
        """How many slots each company has."""
        return Counter(held.job.company_id for held in self.held.values())

    def take(self, jobs: Iterable[ClaimedJob], since: float) -> None:
        """Put claimed jobs into slots; `since` is the time at which their claim was asked for."""
        self.held |= {job.id: Held(job, self.queue, since, since) for job in jobs}

    def start(self, job_id: UUID) -> asyncio.Task[None] | None:
        """Begin a job; None for one that is not here, was begun already, or was lost before it could be: its slot is free then."""
        held = self.held.get(job_id)
        if held is None or held.task is not None:
            return None
        if held.ending is not None:
            self.clear(held)
            return None
        held.task = asyncio.create_task(self.run(held))
        # Not by the task itself: one that is cancelled before its first step does nothing at all.
        held.task.add_done_callback(lambda _: self.clear(held))
        return held.task

    def unstarted(self, before: float = math.inf) -> list[Held]:
        """What was claimed before a moment of the loop's clock and not begun since."""
        return [held for held in self.held.values() if held.task is None and held.since <= before]

    def clear(self, held: Held) -> None:
        """Free a slot."""
        if self.held.get(held.job.id) is held:
            del self.held[held.job.id]
            self.freed()
