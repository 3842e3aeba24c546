"""Another company at work: sends requests, watches the answers for what is not its own, and compares them with control requests."""

import base64
import binascii
import re
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx2
import orjson

from models.catalogue import ENTITIES
from tests.contracts.coverage import Coverage
from tests.contracts.planting import Planted
from tests.contracts.rest_walk import Request

# What is left of the company's budget.
LEFT = re.compile(r'"remaining":\d+|"resetAt":"[^"]+"')
CURSOR = re.compile(r'"([A-Za-z0-9_-]{24,})"')
# What differs between any two requests: the clock, the budget and the request's name.
PER_REQUEST = ("ratelimit", "x-ratelimit", "x-request-id")


@dataclass(frozen=True)
class Answer:
    """An answer with everything in it that a caller could learn from."""

    status: int
    text: str
    headers: str

    @classmethod
    def of(cls, response: httpx2.Response) -> "Answer":
        """Headers that differ between any two requests are left out."""
        kept = (f"{name}: {value}" for name, value in response.headers.items() if not name.startswith(PER_REQUEST))
        return cls(response.status_code, response.text, "\n".join(sorted(kept)))

    def told(self) -> str:
        """The whole answer, with the cursors in it decoded."""
        return f"{self.text}\n{self.headers}\n{decoded(self.text)}"

    def without(self, *ids: str) -> tuple[int, str, str]:
        """The answer with ids that were sent blotted out."""
        text, headers = LEFT.sub("", self.text), self.headers
        for each in ids:
            text, headers = text.replace(each, "ID"), headers.replace(each, "ID")
        return self.status, text, headers


def decoded(text: str) -> str:
    """What the cursors in a text say."""
    found: list[str] = []
    for word in CURSOR.findall(text):
        try:
            found.append(base64.urlsafe_b64decode(word + "=" * (-len(word) % 4)).decode("utf-8", "replace"))
        except binascii.Error:
            continue
    return "\n".join(found)


@dataclass
class Drive:
    """All requests of one company against another, and what was wrong with the answers."""

    attacker: Planted
    victim: Planted
    coverage: Coverage = field(default_factory=Coverage)
    operations: set[tuple[str, str]] = field(default_factory=set)
    violations: list[str] = field(default_factory=list)
    calls: int = 0

    async def graphql(self, document: str, variables: dict[str, Any]) -> Answer:
        """Run an operation as the attacker."""
        self.coverage.note(document, variables)
        answer = Answer.of(await self.attacker.tenant.graphql_response(document, **variables))
        self._watch(document.partition("{")[2][:60], answer, orjson.dumps(variables).decode())
        return answer

    async def rest(self, request: Request) -> Answer:
        """Send a REST request as the attacker."""
        answer = Answer.of(await self.attacker.tenant.rest(request.method, request.url, **request.arguments))
        said = orjson.dumps([request.sent["query"], request.sent["body"], request.sent["form"]]).decode()
        self._watch(f"{request.method} {request.url}", answer, f"{request.url} {said}")
        return answer

    def same(self, label: str, attack: tuple[Answer, str], control: tuple[Answer, str]) -> None:
        """The answer for the victim's value and the one for a random value are the same."""
        told, expected = attack[0].without(attack[1]), control[0].without(control[1])
        if told != expected:
            self.violations.append(f"{label}: {told} differs from {expected}")

    def succeeded(self, label: str, answer: Answer) -> None:
        """A request with the attacker's own ids works, so that its refusal with others is due to those."""
        if answer.status >= 300 or '"errors"' in answer.text or ('"data":{' in answer.text and ":null}" in answer.text[:40]):
            self.violations.append(f"{label} does not work with own ids: {answer.status} {answer.text[:300]}")

    def _watch(self, label: str, answer: Answer, sent: str) -> None:
        self.calls += 1
        if answer.status >= 500:
            self.violations.append(f"{label}: {answer.status}")
        told, said = answer.told(), sent + decoded(sent)
        self.violations += [f"{label}: leaked {secret}" for secret in self.victim.secrets if secret in told and secret not in said]


def ids_of(planted: Planted, table: str) -> dict[str, str]:
    """Ids by the names that places have: `id` of this table's row, `contactId` and `contact_id`, and so on."""
    found = {"id": str(planted.ids[table]), "fileId": str(planted.ids["files"])}
    for noun, entity in ENTITIES.items():
        found |= {f"{noun}{suffix}": str(planted.ids[entity.table.name]) for suffix in ("Id", "_id", "Ids", "_ids")}
    return found


def random_id() -> str:
    """An id that nothing has."""
    return str(uuid4())
