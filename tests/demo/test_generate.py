"""Generated companies: repeatable, complete and true to themselves."""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from uuid import RFC_4122, UUID

import pytest

from demo.chance import dice
from demo.fill import SIZES
from demo.generate import generate
from demo.plans import lengths
from models.conversation import Channel, ConversationStatus
from models.deal import Stage

END = datetime(2026, 3, 2, 14, 5, tzinfo=UTC)
SEED = 7
LIKELY = {
    "lead": (5, 10),
    "qualified": (20, 30),
    "proposal": (40, 60),
    "negotiation": (70, 90),
    "closed-won": (100, 100),
    "closed-lost": (0, 0),
}


def rows(company: str, seed: int, end: datetime = END) -> dict[str, list[Any]]:
    """All rows by table."""
    found: dict[str, list[Any]] = defaultdict(list)
    for batch in generate(company, seed, SIZES[company], end):
        found[batch.table] += batch.rows
    return dict(found)


@cache
def lumen() -> dict[str, list[Any]]:
    """The big company, made once for all tests."""
    return rows("lumen", SEED)


def test_the_same_seed_and_end_give_the_same_rows() -> None:
    assert rows("lumen", SEED) == lumen()


def test_another_seed_gives_other_rows_of_the_same_agents() -> None:
    other = rows("lumen", SEED + 1)

    assert other["agents"] == lumen()["agents"]
    for table in ("contacts", "deals", "conversations", "threads", "messages"):
        assert not {row.id for row in other[table]} & {row.id for row in lumen()[table]}


@pytest.mark.parametrize(
    ("company", "counts"),
    [("lumen", (1, 3, 6, 400, 120, 1_500, 20_000)), ("northlight", (1, 1, 2, 30, 10, 60, 600))],
)
def test_the_counts_are_exactly_as_said(company: str, counts: tuple[int, ...]) -> None:
    made = rows(company, SEED)

    tables = ("companies", "users", "agents", "contacts", "deals", "conversations", "messages")
    assert tuple(len(made[table]) for table in tables) == counts
    assert made["threads"]


def test_ids_are_unique_and_carry_version_variant_and_time() -> None:
    made = lumen()
    for table in ("companies", "users", "agents", "contacts", "deals", "conversations", "threads", "messages"):
        ids: list[UUID] = [row.id for row in made[table]]
        assert len(set(ids)) == len(ids)
        assert {(one.version, one.variant) for one in ids} == {(7, RFC_4122)}
    for table in ("agents", "contacts", "deals", "conversations", "threads", "messages"):
        assert all(row.id.int >> 80 == int(row.created_at.timestamp() * 1000) for row in made[table])


def test_every_channel_status_and_stage_occurs() -> None:
    conversations, deals = lumen()["conversations"], lumen()["deals"]

    assert {row.channel for row in conversations} == set(Channel)
    assert {row.status for row in conversations} == set(ConversationStatus)
    assert {row.stage for row in deals} == set(Stage)
    assert all(LIKELY[row.stage][0] <= row.probability <= LIKELY[row.stage][1] for row in deals)


def test_a_conversation_is_held_in_the_language_of_its_contact() -> None:
    contacts = {row.id: row for row in lumen()["contacts"]}
    spoken: Counter[str] = Counter()
    for row in lumen()["conversations"]:
        spoken[row.metadata["language"]] += 1
        assert row.contact_id is None or contacts[row.contact_id].metadata["language"] == row.metadata["language"]
    assert min(spoken["en"], spoken["it"]) > 500
    assert any(row.contact_id is None for row in lumen()["conversations"])


def test_nobody_talks_before_being_known() -> None:
    contacts = {row.id: row for row in lumen()["contacts"]}

    assert all(row.contact_id is None or contacts[row.contact_id].created_at <= row.started_at for row in lumen()["conversations"])


def test_messages_lie_within_their_conversation_and_the_ninety_days() -> None:
    said = by_conversation()
    for row in lumen()["conversations"]:
        times = [message.created_at for message in said[row.id]]
        assert END - timedelta(days=91) <= row.started_at < times[0]
        assert times == sorted(set(times))
        assert times[-1] <= (row.ended_at or END) <= END
        assert (row.ended_at is None) == (row.status == "active")


def test_a_conversation_has_4_to_30_messages_and_true_threads() -> None:
    said = by_conversation()
    threads = {row.id: row for row in lumen()["threads"]}

    assert {len(messages) for messages in said.values()} == set(range(4, 31))
    for message in lumen()["messages"]:
        assert message.thread_id is None or threads[message.thread_id].conversation_id == message.conversation_id
    assert {message.thread_id for message in lumen()["messages"]} - {None} == set(threads)


def test_only_agents_have_ai_metadata_and_only_users_a_sentiment() -> None:
    for message in lumen()["messages"]:
        assert (message.ai_metadata is not None) == (message.sender_type == "agent")
        assert message.sender_type == "user" or not {"sentiment", "intent"} & set(message.metadata)
    moods = Counter(message.metadata["sentiment"]["sentiment"] for message in lumen()["messages"] if "sentiment" in message.metadata)
    assert set(moods) == {"positive", "neutral", "mixed", "negative"}


def test_nothing_is_read_or_summarised_in_the_future() -> None:
    moments = [message.metadata["read_at"] for message in lumen()["messages"] if "read_at" in message.metadata]

    assert max(moments) <= END.isoformat().replace("+00:00", "Z")
    assert any("reactions" in message.metadata for message in lumen()["messages"])
    summarised = [row for row in lumen()["conversations"] if row.summary]
    assert all(row.ended_at < row.summary_updated_at <= END for row in summarised)
    assert len(summarised) > 100


def test_impossible_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match="9 messages do not fit in 3 conversations"):
        lengths(dice("test"), 3, 9)


def by_conversation() -> dict[UUID, list[Any]]:
    """The messages of each conversation, in their order."""
    found: dict[UUID, list[Any]] = defaultdict(list)
    for message in lumen()["messages"]:
        found[message.conversation_id].append(message)
    return found
