"""What the executor does when arq or Redis does not behave."""

import asyncio
from uuid import UUID

from embedded import ValkeyServer
from embedded.process import free_port
from jobs.arq_executor import ArqExecutor, end
from models.ids import new_id
from models.job import JobQueue
from tests.jobs.processes import freeze, thaw
from tests.ops.running import eventually


async def test_a_task_that_swallows_its_first_cancellation_is_ended_all_the_same() -> None:
    cancelled: list[int] = []

    async def deaf_at_first() -> None:
        for turn in range(3):
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                cancelled.append(turn)
        raise asyncio.CancelledError

    task = asyncio.create_task(deaf_at_first())
    await asyncio.sleep(0)
    await asyncio.wait_for(end(task), 2)
    assert (task.cancelled(), cancelled) == (True, [0, 1, 2])


async def test_without_a_connection_nothing_is_taken() -> None:
    executor = ArqExecutor(f"redis://127.0.0.1:{free_port()}/0", JobQueue.LIGHT, 5, lambda _: None, "test")
    assert (executor.up, await executor.hand_over([new_id()])) == (False, False)
    serving = asyncio.create_task(executor.serve())
    await asyncio.sleep(0.1)
    assert (executor.up, serving.done()) == (False, False)
    await end(serving)


async def test_one_message_is_under_way_at_a_time(own_valkey: ValkeyServer) -> None:
    begun: list[UUID] = []
    executor = ArqExecutor(own_valkey.url, JobQueue.LIGHT, 5, begun.append, "test")
    serving = asyncio.create_task(executor.serve())
    await eventually(lambda: executor.up)
    first, second = new_id(), new_id()
    sending = asyncio.create_task(executor.hand_over([first]))
    await asyncio.sleep(0)
    assert await executor.hand_over([new_id()]) is False
    assert await sending is True
    await eventually(lambda: begun == [first])
    assert await executor.hand_over([second]) is True
    await eventually(lambda: begun == [first, second])
    await end(serving)


async def test_after_a_message_was_missed_the_next_is_sent_again(own_valkey: ValkeyServer) -> None:
    begun: list[UUID] = []
    executor = ArqExecutor(own_valkey.url, JobQueue.LIGHT, 5, begun.append, "test")
    serving = asyncio.create_task(executor.serve())
    await eventually(lambda: executor.up)
    freeze(own_valkey.pid)
    lost, later = new_id(), new_id()
    assert await executor.hand_over([lost]) is False
    executor.missed()
    assert (executor.up, await executor.hand_over([new_id()])) == (False, False)
    thaw(own_valkey.pid)
    await eventually(lambda: executor.up)
    assert await executor.hand_over([later]) is True
    await eventually(lambda: later in begun)
    await end(serving)
