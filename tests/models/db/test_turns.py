"""Turns: one at a time, in order, whoever leaves."""

import asyncio

import pytest

from models.db.turns import Turns


class Line:
    """People who come one after the other; `passed` tells in which order they had their turn, `inside` how many at once."""

    def __init__(self) -> None:
        self.turns = Turns()
        self.passed: list[str] = []
        self.inside = 0

    async def comes(self, name: str) -> None:
        if not self.turns.take():
            await self.turns.wait()
        try:
            self.inside += 1
            assert self.inside == 1
            await asyncio.sleep(0)
            self.passed.append(name)
        finally:
            self.inside -= 1
            self.turns.give()

    def all(self, names: str) -> list[asyncio.Task[None]]:
        return [asyncio.create_task(self.comes(name)) for name in names]


@pytest.fixture
def line() -> Line:
    return Line()


async def test_each_has_a_turn_in_the_order_of_coming(line: Line) -> None:
    await asyncio.gather(*line.all("abcde"))
    assert line.passed == list("abcde")


async def test_nobody_slips_in_between_a_turn_given_and_taken(line: Line) -> None:
    assert line.turns.take()
    tasks = line.all("b")
    await asyncio.sleep(0)
    line.turns.give()
    assert not line.turns.take()
    await asyncio.gather(*tasks)
    assert line.passed == ["b"]
    assert line.turns.take()


async def test_whoever_leaves_the_line_keeps_nobody_waiting(line: Line) -> None:
    tasks = line.all("abc")
    await asyncio.sleep(0)
    tasks[1].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert line.passed == ["a", "c"]
    await line.comes("d")
    assert line.passed == ["a", "c", "d"]


async def test_whoever_leaves_in_the_moment_of_their_turn_passes_it_on(line: Line) -> None:
    assert line.turns.take()
    tasks = line.all("bc")
    await asyncio.sleep(0)
    line.turns.give()
    tasks[0].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert line.passed == ["c"]
    assert line.turns.take()
