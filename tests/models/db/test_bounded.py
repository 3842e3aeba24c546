"""The memory of texts: bounded, the oldest goes first."""

from models.db.bounded import Bounded


def test_the_oldest_entry_makes_room() -> None:
    memory: Bounded[str, int] = Bounded(2)
    for place, name in enumerate("abc"):
        memory[name] = place
    assert dict(memory) == {"b": 1, "c": 2}
    assert memory.get("a") is None


def test_an_entry_that_is_written_again_takes_nobodys_room() -> None:
    memory: Bounded[str, int] = Bounded(2)
    for name in "abb":
        memory[name] = len(memory)
    assert dict(memory) == {"a": 0, "b": 2}
