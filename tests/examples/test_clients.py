"""The examples against a real server: each lists, changes, is refused, and loses nothing when the server dies under it."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from tests.examples.programs import PATIENCE, Company, Example, Lines

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


@dataclass
class Watching:
    """A client that listens, what it told, and what it has to tell from there on."""

    example: Example
    lines: Lines
    seen: list[Change] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    async def look(self, within: float) -> None:
        """Take what is told in time."""
        if (line := await self.lines.next(within)) is not None:
            self.seen.append(change(self.example, line))

    async def told(self) -> None:
        """Wait until as much was told as happened."""
        deadline = time.monotonic() + PATIENCE
        while len(self.seen) < len(self.expected):
            assert time.monotonic() < deadline, (self.example.name, self.seen, self.expected)
            await self.look(1)

    def check(self) -> None:
        """All of it was told, in order, and nothing twice."""
        assert [email for _, email, _ in self.seen] == self.expected
        assert {kind for kind, _, _ in self.seen} == {"contact.created"}


@asynccontextmanager
async def watching(company: Company, *examples: Example) -> AsyncIterator[list[Watching]]:
    """Clients that were heard of a first contact each: they are created until every client tells of one."""
    with ExitStack() as stack:
        clients = [Watching(each, stack.enter_context(each.running(company, "watch"))) for each in examples]
        emails: list[str] = []
        deadline = time.monotonic() + PATIENCE
        while late := [client for client in clients if not client.seen]:
            assert time.monotonic() < deadline, [client.example.name for client in late]
            emails += company.create(f"{len(emails)}.first@b.c")
            for client in late:
                await client.look(0.1)
        for client in clients:
            client.expected = emails[emails.index(client.seen[0][1]) :]
        yield clients


async def happen(company: Company, clients: list[Watching], *emails: str) -> None:
    """Create these contacts, and wait until every client told of all of them."""
    created = company.create(*emails)
    for client in clients:
        client.expected += created
    for client in clients:
        await client.told()


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
    commands: list[tuple[str, ...]] = [("list",), ("add", "a@b.c"), ("watch",)]
    answers = await asyncio.gather(*(example.run(stranger, *command) for command in commands))
    for command, (code, lines) in zip(commands, answers, strict=True):
        assert len(lines) == 1, (command, lines)
        assert "UNAUTHORIZED" in str(lines) or command == ("watch",)
        assert code == 1 or example.name == "curl"


async def test_they_miss_nothing_while_the_server_dies_and_comes_back(company: Company, examples: list[Example]) -> None:
    async with watching(company, *examples) as clients:
        for how in (signal.SIGKILL, signal.SIGTERM):
            await happen(company, clients, f"before.{how.name}@b.c")
            company.site.stop(how)
            await company.site.start()
            # The clients wait before they come back, so these happen while they are away.
            await happen(company, clients, *(f"{number}.after.{how.name}@b.c" for number in range(5)))
        # What is told twice would be told before what happens last.
        await happen(company, clients, "last@b.c")
        for client in clients:
            client.check()


async def test_they_go_on_behind_a_cursor(company: Company, examples: list[Example]) -> None:
    async with watching(company, examples[-1]) as (first,):
        ((_, _, cursor),) = first.seen[:1]
    emails = first.expected[1:] + company.create("x@b.c", "y@b.c")
    for example in examples:
        with example.running(company, "watch", cursor) as lines:
            client = Watching(example, lines, expected=list(emails))
            await client.told()
            client.check()
