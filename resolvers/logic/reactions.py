"""Reactions: at most one a user on a message."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

LONGEST_EMOJI = 32


def toggled(reactions: Sequence[dict[str, Any]], user_id: str, emoji: str | None, at: datetime) -> list[dict[str, Any]]:
    """The reactions after a user chose an emoji: it replaces the old one; the same one again, or null, removes it."""
    others = [reaction for reaction in reactions if reaction.get("user_id") != user_id]
    had = next((reaction.get("emoji") for reaction in reactions if reaction.get("user_id") == user_id), None)
    if emoji is None or emoji == had:
        return others
    return [*others, {"emoji": emoji, "user_id": user_id, "created_at": at.isoformat().replace("+00:00", "Z")}]
