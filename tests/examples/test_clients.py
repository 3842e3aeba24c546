"""The examples against a real server: each lists, changes, is refused, and loses nothing when the server dies under it."""

import signal
from dataclasses import replace
from typing import Any

from tests.examples.programs import Company, Example, Lines

Change = tuple[str, str, str]


def listed(example: Example, lines: list[Any]) -> list[tuple[str, int]]:
    """Addresses and numbers of deals."""
    if example.name != "curl":
        return [(each["email"], each["deals"]) for each in lines]
    contacts = lines[0]["data"]["contacts"]
    assert contacts["totalCount"] == len(contacts["nodes"])
    return [(each["email"], each["deals"]["totalCount"]) for each in contacts["nodes"]]


def refusal(example: Example, lines: list[Any]) -> tuple[str, list[str]]:
    """The code and the wrong fields."""
    (line,) = lines
    if example.name != "curl":
        return line["refused"], [each["path"] for each in line["issues"]]
    told = line["errors"][0]["extensions"]
    return told["code"], [each["path"] for each in told.get("issues", [])]


def change(example: Example, line: Any) -> Change:
    """An event's kind, its contact's address, and its cursor."""
    event = line["data"]["contactChanged"] if example.name == "curl" else line
    return event["type"], event["contact"]["email"], event["cursor"]


async def begun(company: Company, example: Example, lines: Lines) -> tuple[list[str], list[Change]]:
    """Create contacts until one is told: those that are told from there on, and what was told of the first."""
    emails: list[str] = []
    while (first := await lines.next(0.5)) is None:
        emails += company.create(f"{len(emails)}.first@b.c")
        assert len(emails) < 60
    seen = change(example, first)
    return emails[emails.index(seen[1]) :], [seen]


async def told(example: Example, lines: Lines, seen: list[Change], expected: list[str]) -> None:
    """Wait until as much was told as happened."""
    while len(seen) < len(expected):
        seen.append(change(example, await lines.next()))


async def test_it_lists_page_after_page(company: Company, example: Example) -> None:
    assert listed(example, (await example.run(company, "list"))[1]) == []
    emails = company.create(*(f"{number}@b.c" for number in range(5)))
    code, lines = await example.run(company, "list")
    assert (code, listed(example, lines)) == (0, [(email, 0) for email in reversed(emails)])


async def test_it_changes(company: Company, example: Example) -> None:
    code, (line,) = await example.run(company, "add", "ada@example.com")
    added = line["data"]["createContact"]["contact"] if example.name == "curl" else line
    assert (code, added["email"]) == (0, "ada@example.com")
    assert company.rest("GET", f"/api/crm/contacts/{added['id']}")["contact"]["email"] == "ada@example.com"


async def test_it_tells_which_field_is_wrong(company: Company, example: Example) -> None:
    _, lines = await example.run(company, "add", "a" * 1000)
    assert refusal(example, lines) == ("VALIDATION_ERROR", ["input.email"])


async def test_a_token_that_is_none_is_refused(company: Company, example: Example) -> None:
    stranger = replace(company, token="nonsense")
    for command in (("list",), ("add", "a@b.c"), ("watch",)):
        code, lines = await example.run(stranger, *command)
        assert len(lines) == 1, (command, lines)
        assert "UNAUTHORIZED" in str(lines) or command == ("watch",)
        assert code == 1 or example.name == "curl"


async def test_it_misses_nothing_while_the_server_dies_and_comes_back(company: Company, example: Example) -> None:
    with example.running(company, "watch") as lines:
        expected, seen = await begun(company, example, lines)
        for how in (signal.SIGKILL, signal.SIGTERM):
            expected += company.create(f"before.{how.name}@b.c")
            await told(example, lines, seen, expected)
            company.site.stop(how)
            await company.site.start()
            # The client waits before it comes back, so these happen while it is away.
            expected += company.create(*(f"{number}.after.{how.name}@b.c" for number in range(5)))
            await told(example, lines, seen, expected)
        assert await lines.next(0.5) is None
    assert [email for _, email, _ in seen] == expected
    assert {kind for kind, _, _ in seen} == {"contact.created"}


async def test_it_goes_on_behind_a_cursor(company: Company, example: Example) -> None:
    with example.running(company, "watch") as lines:
        expected, [(_, _, cursor)] = await begun(company, example, lines)
    expected += company.create("x@b.c", "y@b.c")
    seen: list[Change] = []
    with example.running(company, "watch", cursor) as lines:
        await told(example, lines, seen, expected[1:])
        assert await lines.next(0.5) is None
    assert [email for _, email, _ in seen] == expected[1:]
