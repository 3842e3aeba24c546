"""At most one reaction a user."""

from datetime import UTC, datetime
from typing import Any

import pytest

from resolvers.logic.reactions import toggled

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)


def reaction(user: str, emoji: str) -> dict[str, Any]:
    return {"emoji": emoji, "user_id": user, "created_at": "2026-01-01T12:00:00Z"}


@pytest.mark.parametrize(
    ("before", "emoji", "after"),
    [
        ([], "👍", [("a", "👍")]),
        ([("a", "👍")], "👍", []),
        ([("a", "👍")], "❤️", [("a", "❤️")]),
        ([("a", "👍")], None, []),
        ([], None, []),
        ([("b", "👍")], "👍", [("b", "👍"), ("a", "👍")]),
        ([("a", "👍"), ("b", "👍")], None, [("b", "👍")]),
        ([("a", "👍"), ("b", "❤️")], "❤️", [("b", "❤️"), ("a", "❤️")]),
    ],
)
def test_a_user_chooses(before: list[tuple[str, str]], emoji: str | None, after: list[tuple[str, str]]) -> None:
    assert toggled([reaction(*each) for each in before], "a", emoji, NOW) == [reaction(*each) for each in after]


def test_what_was_there_is_not_changed_in_place() -> None:
    before = [reaction("a", "👍")]
    toggled(before, "a", None, NOW)
    assert before == [reaction("a", "👍")]
