"""Messages: lines with their slots filled, and what the server knows about each."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple
from uuid import UUID

from demo.chance import id_at, pick, stamp
from demo.dialogue import SPOKEN, Said
from demo.rows import AgentRow, ConversationRow, Json, MessageRow

EMOJI = ("👍", "❤️", "🙏", "🎉")
SCORES = {"positive": (0.45, 0.95), "neutral": (-0.15, 0.2), "mixed": (-0.3, 0.25), "negative": (-0.95, -0.4)}
SPOKEN_TYPES = {"voice": "audio", "video": "video"}
FILE_TYPES = {"photo": "image", "pdf": "file"}
# A prompt with some history, then about four characters for a token.
PROMPT_TOKENS, CHARACTERS_PER_TOKEN = 240, 4


class Place(NamedTuple):
    """Where messages go: their conversation, who answers, the slots, threads by title, the last possible moment, who reacts."""

    row: ConversationRow
    agent: AgentRow
    words: Mapping[str, str]
    threads: Mapping[str, UUID]
    end: datetime
    user_id: UUID


def messages(rng: Random, place: Place, said: Sequence[Said], times: Sequence[timedelta]) -> list[MessageRow]:
    """A row for each thing said, `times` after the start."""
    started_at = place.row.started_at
    rows = []
    waited = timedelta()
    for one, after in zip(said, times, strict=False):
        rows.append(_message(rng, place, one, (started_at + after, after - waited)))
        waited = after
    return rows


def _message(rng: Random, place: Place, one: Said, when: tuple[datetime, timedelta]) -> MessageRow:
    content = one.line.text.format_map(place.words)
    created_at, waited = when
    return MessageRow(
        id_at(rng, created_at),
        place.row.id,
        place.threads.get(one.title),
        one.sender,
        content,
        _type(one, place.row.channel),
        [_attachment(rng, one.line.file, place.words)] if one.line.file else [],
        _answered(place, content, waited) if one.sender == "agent" else None,
        _metadata(rng, place, one, created_at),
        created_at,
    )


def _type(one: Said, channel: str) -> str:
    if one.sender == "system":
        return "system"
    return SPOKEN_TYPES[channel] if channel in SPOKEN else FILE_TYPES.get(one.line.file, "text")


def _attachment(rng: Random, file: str, words: Mapping[str, str]) -> Json:
    name = f"photo-{rng.randrange(100, 999)}.jpg" if file == "photo" else f"{words['order']}.pdf"
    kind = "image/jpeg" if file == "photo" else "application/pdf"
    return {
        "url": f"https://files.{words['domain']}/{words['ref']}/{name}",
        "type": kind,
        "name": name,
        "size": rng.randrange(40_000, 2_400_000),
    }


def _answered(place: Place, content: str, waited: timedelta) -> Json:
    """The model answers within seconds, however late the message was sent."""
    tokens = PROMPT_TOKENS + len(content) // CHARACTERS_PER_TOKEN
    milliseconds = min(int(waited / timedelta(milliseconds=1)), 900 + tokens * 7)
    return {"model": place.agent.model, "tokens_used": tokens, "response_time_ms": milliseconds}


def _metadata(rng: Random, place: Place, one: Said, created_at: datetime) -> Json:
    if one.sender == "system":
        return {}
    meta: Json = _analysed(rng, one) if one.sender == "user" and rng.random() < 0.85 else {}
    read_at = created_at + timedelta(milliseconds=int(2_000 + rng.random() * 240_000))
    if rng.random() < 0.6 and read_at <= place.end:
        meta["read_at"] = stamp(read_at)
        if rng.random() < 0.05:
            meta["reactions"] = [{"emoji": pick(rng, EMOJI), "user_id": str(place.user_id), "created_at": stamp(read_at)}]
    return meta


def _analysed(rng: Random, one: Said) -> Json:
    low, high = SCORES[one.line.mood]
    score, sure = low + (high - low) * rng.random(), 0.7 + 0.29 * rng.random()
    return {
        "intent": {"category": one.line.intent, "confidence": round(sure, 2)},
        "sentiment": {"sentiment": one.line.mood, "score": round(score, 2), "confidence": round(0.7 + 0.29 * rng.random(), 2)},
    }
