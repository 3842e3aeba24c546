"""Chance that repeats: everything random in the demo comes from a named source, so that one seed gives one result."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import TypeVar
from uuid import UUID

T = TypeVar("T")
VERSION_7 = 0x7 << 76
VARIANT = 0b10 << 62
RANDOM_BITS = 74
LOW_BITS = (1 << 62) - 1


def dice(*names: object) -> Random:
    """The source of chance with these names."""
    return Random(":".join(map(str, names)))  # noqa: S311 - made to repeat; nothing secret comes from it


def id_at(rng: Random, moment: datetime) -> UUID:
    """A UUID of version 7 (RFC 9562, section 5.7) for a row made at `moment`."""
    return UUID(int=id_bits(rng, int(moment.timestamp() * 1000)))


def id_bits(rng: Random, milliseconds: int) -> int:
    """The 128 bits of a version 7 UUID: time, version, 12 random bits, variant, 62 random bits."""
    chance = rng.getrandbits(RANDOM_BITS)
    return milliseconds << 80 | VERSION_7 | chance >> 62 << 64 | VARIANT | chance & LOW_BITS


def moment_between(rng: Random, first: datetime, last: datetime) -> datetime:
    """A moment from `first` to `last`, in whole milliseconds."""
    span = int((last - first) / timedelta(milliseconds=1))
    return first + timedelta(milliseconds=rng.randint(0, max(span, 0)))


def pick(rng: Random, choices: Sequence[T]) -> T:
    """One of the choices; a third of the time `random.choice` takes."""
    return choices[int(rng.random() * len(choices))]


def stamp(moment: datetime) -> str:
    """A moment as JSON columns hold it: RFC 3339, UTC, milliseconds, `Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
