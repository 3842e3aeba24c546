"""Which conversations there will be: when, over which channel, about what, how long, with whom."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple
from uuid import UUID

from demo.chance import pick
from demo.contacts import WINDOW
from demo.dialogue import LONGEST, SHORTEST, SPOKEN
from demo.rows import ContactRow

CHANNELS = ("chat", "email", "sms", "voice", "video")
CHANNEL_WEIGHTS = (46, 24, 9, 15, 6)
TOPICS = ("delivery", "invoice", "return", "complaint", "advice", "price", "appointment", "call")
TOPIC_WEIGHTS = (24, 12, 12, 11, 16, 12, 13, 0)
SPOKEN_WEIGHTS = (14, 6, 5, 6, 8, 5, 11, 45)
HOURS = range(24)
HOUR_WEIGHTS = (0, 0, 0, 0, 0, 0, 2, 5, 9, 12, 13, 12, 9, 9, 11, 12, 12, 10, 9, 9, 8, 6, 3, 1)
# No dialogue lasts longer: an e-mail takes up to four hours, and there are at most sixteen of a customer's.
LONGEST_TALK = timedelta(days=3)


class Plan(NamedTuple):
    """A conversation to be written; `at` is when it starts unless it would end after the fill."""

    at: datetime
    channel: str
    topic: str
    length: int
    contact: ContactRow | None
    user_id: UUID | None
    status: str


def lengths(rng: Random, conversations: int, messages: int) -> list[int]:
    """How many messages each conversation has, 4 to 30, `messages` in all; raises `ValueError` when that cannot be."""
    if not conversations * SHORTEST <= messages <= conversations * LONGEST:
        raise ValueError(f"{messages} messages do not fit in {conversations} conversations of {SHORTEST} to {LONGEST}")
    mean = messages / conversations
    drawn = [min(LONGEST, max(SHORTEST, round(rng.gammavariate(3.0, mean / 3)))) for _ in range(conversations)]
    missing = messages - sum(drawn)
    step, limit = (1, LONGEST) if missing > 0 else (-1, SHORTEST)
    while missing:
        at = rng.randrange(conversations)
        if drawn[at] != limit:
            drawn[at] += step
            missing -= step
    return drawn


def plans(rng: Random, wanted: Sequence[int], known: Sequence[ContactRow], users: Sequence[UUID], end: datetime) -> list[Plan]:
    """One plan for each length in `wanted`, oldest first."""
    created = [contact.created_at for contact in known]
    return [
        _plan(rng, (at, end), length, _contact(rng, known, created, min(at, end - LONGEST_TALK)), users)
        for at, length in _times(rng, wanted, end)
    ]


def _times(rng: Random, wanted: Sequence[int], end: datetime) -> Iterator[tuple[datetime, int]]:
    moments = sorted(_moment(rng, end) for _ in wanted)
    return zip(moments, wanted, strict=True)


def _moment(rng: Random, end: datetime) -> datetime:
    """People write in daytime."""
    midnight = end.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=rng.randrange(WINDOW.days))
    at = midnight + timedelta(hours=rng.choices(HOURS, HOUR_WEIGHTS)[0], milliseconds=rng.randrange(3_600_000))
    return at if at <= end else at - timedelta(days=1)


def _contact(rng: Random, known: Sequence[ContactRow], created: Sequence[datetime], at: datetime) -> ContactRow | None:
    """Somebody who was known by then; one conversation in twelve is anonymous."""
    number = bisect_right(created, at)
    return None if not number or rng.random() < 0.08 else known[int(rng.random() * number)]


def _plan(rng: Random, when: tuple[datetime, datetime], length: int, contact: ContactRow | None, users: Sequence[UUID]) -> Plan:
    at, end = when
    channel = rng.choices(CHANNELS, CHANNEL_WEIGHTS)[0]
    topic = rng.choices(TOPICS, SPOKEN_WEIGHTS if channel in SPOKEN else TOPIC_WEIGHTS)[0]
    user_id = pick(rng, users) if users and rng.random() < 0.12 else None
    return Plan(at, channel, topic, length, contact, user_id, _status(rng, end - at, channel))


def _status(rng: Random, age: timedelta, channel: str) -> str:
    if channel not in SPOKEN and age < timedelta(days=8) and rng.random() < 0.6:
        return "active"
    return "archived" if age > timedelta(days=30) and rng.random() < 0.3 else "ended"
