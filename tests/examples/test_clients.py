"""The examples against a real server: each lists, changes, is refused, and loses nothing when the server dies under it."""

import asyncio
import signal
from typing import Any

import httpx2

from tests.examples.programs import Example, Lines
from tests.site import Site


def create(served: Site, *emails: str) -> list[str]:
    for email in emails:
        headers = {"Authorization": f"Bearer {served.token()}"}
        answer = httpx2.post(f"{served.url}/api/crm/contacts", headers=headers, json={"email": email})
        assert answer.status_code == 201, answer.text
    return list(emails)


def listed(example: Example, lines: list[Any]) -> list[tuple[str, int]]:
    """Addresses and numbers of deals; curl prints the whole answer."""
    if example.name == "curl":
        found = [(each["email"], each["deals"]["totalCount"]) for each in lines[0]["data"]["contacts"]["nodes"]]
        assert lines[0]["data"]["contacts"]["totalCount"] == len(found)
        return found
    return [(each["email"], each["deals"]) for each in lines]


def refusal(example: Example, lines: list[Any]) -> tuple[str, list[str]]:
    """The code and the wrong fields."""
    (line,) = lines
    if example.name == "curl":
        told = line["errors"][0]["extensions"]
        return told["code"], [each["path"] for each in told.get("issues", [])]
    return line["refused"], [each["path"] for each in line["issues"]]


def change(example: Example, line: Any) -> tuple[str, str, str]:
    """An event's kind, its contact's address, and its cursor."""
    event = line["data"]["contactChanged"] if example.name == "curl" else line
    return event["type"], event["contact"]["email"], event["cursor"]


async def begun(served: Site, example: Example, lines: Lines) -> tuple[list[str], list[tuple[str, str, str]]]:
    """Create contacts until one is told: those that are told from there on, and what was told of the first."""
    emails: list[str] = []
    while (first := await asyncio.to_thread(lines.next, 0.5)) is None:
        emails += create(served, f"{len(emails)}.first@b.c")
        assert len(emails) < 40
    seen = change(example, first)
    return emails[emails.index(seen[1]) :], [seen]


async def test_it_lists_page_after_page(served: Site, example: Example) -> None:
    assert listed(example, (await asyncio.to_thread(example.run, served, "list"))[1]) == []
    emails = create(served, *(f"{number}@b.c" for number in range(5)))
    code, lines = await asyncio.to_thread(example.run, served, "list")
    assert (code, listed(example, lines)) == (0, [(email, 0) for email in reversed(emails)])


async def test_it_changes(served: Site, example: Example) -> None:
    code, (line,) = await asyncio.to_thread(example.run, served, "add", "ada@example.com")
    added = line["data"]["createContact"]["contact"] if example.name == "curl" else line
    assert (code, added["email"]) == (0, "ada@example.com")
    headers = {"Authorization": f"Bearer {served.token()}"}
    assert httpx2.get(f"{served.url}/api/crm/contacts/{added['id']}", headers=headers).json()["email"] == "ada@example.com"


async def test_it_tells_which_field_is_wrong(served: Site, example: Example) -> None:
    _, lines = await asyncio.to_thread(example.run, served, "add", "a" * 1000)
    assert refusal(example, lines) == ("VALIDATION_ERROR", ["input.email"])


async def test_a_token_that_is_none_is_refused(served: Site, example: Example) -> None:
    for command in (("list",), ("add", "a@b.c"), ("watch",)):
        code, lines = await asyncio.to_thread(example.run, served, *command, token="nonsense")
        assert len(lines) == 1, (command, lines)
        assert code == 1 or example.name == "curl"


async def test_it_misses_nothing_while_the_server_dies_and_comes_back(served: Site, example: Example) -> None:
    with example.running(served, "watch") as lines:
        expected, seen = await begun(served, example, lines)
        for how in (signal.SIGKILL, signal.SIGTERM):
            expected += create(served, f"before.{how.name}@b.c")
            await tell(example, lines, seen, expected)
            served.stop(how)
            await served.start()
            # The client waits before it comes back, so these happen while it is away.
            expected += create(served, *(f"{number}.after.{how.name}@b.c" for number in range(5)))
            await tell(example, lines, seen, expected)
        assert lines.next(0.5) is None
    assert [email for _, email, _ in seen] == expected
    assert {kind for kind, _, _ in seen} == {"contact.created"}


async def tell(example: Example, lines: Lines, seen: list[tuple[str, str, str]], expected: list[str]) -> None:
    """Wait until as much was told as happened."""
    while len(seen) < len(expected):
        seen.append(change(example, await asyncio.to_thread(lines.next)))


async def test_it_goes_on_behind_a_cursor(served: Site, example: Example) -> None:
    with example.running(served, "watch") as lines:
        expected, [(_, _, cursor)] = await begun(served, example, lines)
    expected += create(served, "x@b.c", "y@b.c")
    seen: list[tuple[str, str, str]] = []
    with example.running(served, "watch", cursor) as lines:
        await tell(example, lines, seen, expected[1:])
        assert lines.next(0.5) is None
    assert [email for _, email, _ in seen] == expected[1:]
