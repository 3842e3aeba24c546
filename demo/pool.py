"""A pool of finished dialogues that the benchmark's conversations repeat, each time with other people at another time."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from random import Random
from typing import NamedTuple

from demo.binary import prepared
from demo.chance import dice
from demo.conversations import Cast, Talk, talk
from demo.plans import Plan, lengths, plans
from demo.rows import ConversationRow, MessageRow

WRITTEN_AT = datetime(2026, 1, 1, tzinfo=UTC)
PARTS, PART_LENGTH = 3, 20
LONG = PARTS * PART_LENGTH
MICROSECOND = timedelta(microseconds=1)


class Pooled(NamedTuple):
    """A dialogue: its conversation, how long it lasts, and for each message the microseconds after the start and its bytes."""

    row: ConversationRow
    lasts: timedelta
    messages: tuple[tuple[int, bytes], ...]


def pool(cast: Cast, size: int, mean: int) -> list[Pooled]:
    """That many dialogues with `mean` messages on average, one in a hundred of them with 60."""
    rng = dice("bench", "pool")
    long = size // 100
    wanted = lengths(rng, size - long, size * mean - long * LONG)
    short = [_pooled([talk(rng, plan, cast, WRITTEN_AT)]) for plan in plans(rng, wanted, (), (), WRITTEN_AT)]
    return short + [_long(rng, cast) for _ in range(long)]


def _long(rng: Random, cast: Cast) -> Pooled:
    """Three chats in one language, one after the other: a customer who comes back."""
    plan = Plan(WRITTEN_AT - timedelta(days=2), "chat", "delivery", PART_LENGTH, None, None, "ended")
    topics = ("delivery", "complaint", "advice", "appointment", "invoice")
    written = [
        talk(rng, plan._replace(topic=topic, at=plan.at + n * timedelta(hours=9)), cast, WRITTEN_AT) for n, topic in enumerate(topics)
    ]
    by_language = sorted(written, key=_language)
    same = max((list(group) for _, group in groupby(by_language, _language)), key=len)
    return _pooled(same[:PARTS])


def _language(one: Talk) -> str:
    return str(one.conversation.metadata["language"])


def _pooled(talks: Sequence[Talk]) -> Pooled:
    first = talks[0].conversation
    said = [message for one in talks for message in one.messages]
    spoken = tuple(((message.created_at - first.started_at) // MICROSECOND, prepared(_timeless(message))) for message in said)
    return Pooled(first, (talks[-1].conversation.ended_at or said[-1].created_at) - first.started_at, spoken)


def _timeless(message: MessageRow) -> MessageRow:
    """Without the moments in its metadata, which would be wrong at another time."""
    return message._replace(metadata={key: value for key, value in message.metadata.items() if key not in ("read_at", "reactions")})
