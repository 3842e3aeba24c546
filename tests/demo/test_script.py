"""The dialogues' scripts and the notation they are written in."""

from datetime import UTC, datetime

import pytest

from demo.chance import dice
from demo.dialogue import LONGEST, SHORTEST, Scene, compose
from demo.plans import CHANNELS, TOPICS
from demo.profiles import LUMEN
from demo.script import Code, parse, script
from demo.slots import Customer, Setting, slots

START = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
CODES: tuple[Code, ...] = ("en", "it")


def words(code: Code, topic: str) -> dict[str, str]:
    """The slots of one dialogue."""
    return slots(dice("test", topic), Customer(code, "Marta", "", "+39300123456"), Setting(LUMEN, topic, "Vera", "Priya Nair", START))


def test_alternatives_choices_and_marks_are_read() -> None:
    (exchange,) = parse("\nU?- Where is [it|my lamp]?\nU>  Send it.\nA #pdf Here\n    it is.\n")

    assert [(line.text, line.intent, line.mood) for line in exchange.user] == [
        ("Where is it?", "question", "negative"),
        ("Where is my lamp?", "question", "negative"),
        ("Send it.", "request", "neutral"),
    ]
    assert [(line.text, line.file) for line in exchange.agent] == [("Here it is.", "pdf")]
    assert exchange.written


def test_an_aside_has_a_title() -> None:
    first, second = parse("\n= Warranty\nU? How long?\nA Five years.\n\n= Gift\nU Wrap it.\nA Yes.\n")

    assert (first.title, second.title) == ("Warranty", "Gift")


def test_a_line_without_a_speaker_is_refused() -> None:
    with pytest.raises(ValueError, match="begins with U, A or ="):
        parse("\nU Hello\nX what\n")


@pytest.mark.parametrize("code", CODES)
def test_both_languages_have_every_topic_and_enough_to_say(code: Code) -> None:
    spoken = script(code)

    assert set(spoken.topics) == set(spoken.summaries) == set(TOPICS)
    assert all(exchange.user and exchange.agent for topic in spoken.topics.values() for exchange in topic)
    assert len(spoken.asides) == 14


@pytest.mark.parametrize("code", CODES)
def test_every_slot_of_every_line_is_filled(code: Code) -> None:
    spoken = script(code)
    for topic, exchanges in spoken.topics.items():
        filled = words(code, topic)
        for exchange in (*exchanges, *spoken.asides, spoken.farewell):
            for line in (*exchange.user, *exchange.agent):
                assert not set("{}[]|") & set(line.text.format_map(filled))
        assert len(spoken.summaries[topic].format_map(filled)) <= 500
    assert all(text.format_map(filled) is not None for pair in spoken.system.values() for text in pair)


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("still_open", [False, True])
def test_a_dialogue_has_exactly_the_length_asked_for(channel: str, still_open: bool) -> None:
    for length in range(SHORTEST, LONGEST + 1):
        for topic in TOPICS:
            scene = Scene("it", topic, channel, length, still_open, joined=length % 3 == 0)
            said = compose(dice(channel, length, topic), scene)
            senders = [one.sender for one in said if one.sender != "system"]
            assert len(said) == length
            assert senders == [("user", "agent")[at % 2] for at in range(len(senders))]


def test_files_are_not_sent_over_the_telephone() -> None:
    said = [one for n in range(50) for one in compose(dice(n), Scene("en", "complaint", "voice", 28, open=False, joined=False))]

    assert not [one for one in said if one.line.file]
