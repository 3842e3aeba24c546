"""F1: workers that are killed mid-delivery lose nothing and send at most one delivery twice for each kill."""

import asyncio
import os
import random
import signal
from multiprocessing.context import ForkServerProcess

from models.job import JobQueue
from settings import Settings
from tests.jobs.processes import POST, Workers
from tests.jobs.queue import Queue
from tests.jobs.receiver import Receiver
from tests.ops.running import eventually, tell
from tests.tenant import Tenant

LONG = bool(os.environ.get("LONG_FAULTS"))
KILLS, EACH = 20, 50
LEASE = 30.0 if LONG else 3.0
# What the fault table allows from the end of a lease to the next offer.
OFFERED_WITHIN = 5.0


class Assassin:
    """Kills a worker at its `number`-th post: before the receiver answers, or so soon after that it may not have been recorded."""

    def __init__(self, receiver: Receiver, seed: int) -> None:
        self.receiver, self.random = receiver, random.Random(seed)
        self.prey: ForkServerProcess | None = None
        receiver.before_answer = self.strike
        self.at = 0

    def watch(self, prey: ForkServerProcess) -> None:
        """The next one to be killed."""
        self.prey, self.at = prey, len(self.receiver.posts) + self.random.randint(1, EACH)

    def strike(self, posts: int) -> None:
        """Called at each post."""
        if self.prey is None or posts < self.at:
            return
        prey, self.prey = self.prey, None
        delay = self.random.choice([0.0, self.random.uniform(0, 0.01)])
        if delay:
            asyncio.get_running_loop().call_later(delay, prey.kill)
        else:
            prey.kill()


async def twenty_kills(settings: Settings, workers: Workers, queue: Queue, assassin: Assassin, tenant: Tenant, slots: int) -> None:
    """Fifty more jobs and another worker each time; the last one lives and finishes what is left."""
    given = {"lease": LEASE, "slots": {JobQueue.LIGHT: slots, JobQueue.HEAVY: 1}}
    for _ in range(KILLS):
        await queue.put_many(tenant, EACH, type=POST, payload=f'{{"port": {assassin.receiver.port}}}')
        prey = workers.start(settings, **given)
        assassin.watch(prey)
        await asyncio.to_thread(prey.join, 60)
        assert prey.exitcode == -signal.SIGKILL
    workers.start(settings, **given)
    await queue.until_settled(KILLS * EACH, LEASE + OFFERED_WITHIN + 60)


async def test_with_one_slot_each_kill_costs_at_most_one_extra_send(
    settings: Settings, workers: Workers, queue: Queue, receiver: Receiver, acme: Tenant
) -> None:
    assassin = Assassin(receiver, seed=1)
    await twenty_kills(settings, workers, queue, assassin, acme, slots=1)
    states, sends = await queue.states(), receiver.sends
    extra = sum(sends.values()) - KILLS * EACH
    tell(f"F1: {KILLS} kills over {KILLS * EACH} jobs in one slot: {KILLS * EACH - len(sends)} lost, {extra} extra sends")
    assert states == {"done": KILLS * EACH}
    assert len(sends) == KILLS * EACH
    assert extra <= KILLS
    for job_id, count in sends.items():
        attempts = receiver.attempts(job_id)
        assert attempts == sorted(set(attempts)), "a repeated send is a later attempt of the same job"
        assert count == 1 or attempts[-1] > 1


async def test_with_many_slots_no_kill_costs_a_job_more_than_one_extra_send(
    settings: Settings, workers: Workers, queue: Queue, receiver: Receiver, acme: Tenant
) -> None:
    assassin = Assassin(receiver, seed=2)
    await twenty_kills(settings, workers, queue, assassin, acme, slots=20)
    states, sends = await queue.states(), receiver.sends
    repeated = {count for count in sends.values() if count > 1}
    extra = sum(sends.values()) - KILLS * EACH
    tell(f"F1: the same in 20 slots: {KILLS * EACH - len(sends)} lost, {extra} extra sends, at most {max(sends.values())} of one job")
    assert states == {"done": KILLS * EACH}
    assert len(sends) == KILLS * EACH
    # One job may meet several kills; each costs it one send at most, and 20 slots can cost 20.
    assert extra <= KILLS * 20
    assert max(repeated, default=1) <= 5
    assert all(attempts == sorted(set(attempts)) for attempts in map(receiver.attempts, sends))


async def test_a_killed_workers_job_is_offered_again_within_5_seconds_of_its_leases_end(
    settings: Settings, workers: Workers, queue: Queue, receiver: Receiver, acme: Tenant
) -> None:
    first, second = workers.start(settings, lease=LEASE), None
    killed: list[float] = []

    def kill(_: int) -> None:
        if not killed:
            first.kill()
            killed.append(asyncio.get_running_loop().time())

    receiver.before_answer = kill
    job_id = await queue.put(acme, {"port": receiver.port}, type=POST)
    await eventually(lambda: killed, 60)
    second = workers.start(settings, lease=LEASE)
    await eventually(lambda: len(receiver.posts) == 2, LEASE + OFFERED_WITHIN + 5)
    seconds = asyncio.get_running_loop().time() - killed[0]
    await queue.until(job_id, "done")
    tell(f"F1: offered again {seconds:.1f} s after the kill, the lease was {LEASE:g} s")
    assert receiver.attempts(job_id) == [1, 2]
    assert seconds < LEASE + OFFERED_WITHIN
    assert second.is_alive()
