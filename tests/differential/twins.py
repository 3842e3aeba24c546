"""Two companies that have the same rows but for their marks, and answers with what tells the two apart taken out."""

import base64
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from tests.differential.alike import CURSOR, decoded
from tests.differential.reshaped import UUID_TEXT
from tests.differential.ways import Answer, Question
from tests.differential.world import Company

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)")
RECENT = timedelta(days=1)


@dataclass(frozen=True)
class Twins:
    """`one` is asked in one way, `other` in the other."""

    one: Company
    other: Company

    def asked_of_other(self, question: Question) -> Question:
        """A question about the one, as it is put to the other."""
        variables = orjson.loads(self._turned(orjson.dumps(question.variables).decode()))
        return replace(question, text=self._turned(question.text), variables=variables)

    def _turned(self, text: str) -> str:
        return CURSOR.sub(lambda match: self._cursor(match[0]), text).replace(self.one.mark, self.other.mark)

    def _cursor(self, text: str) -> str:
        turned = decoded(text).replace(self.one.mark, self.other.mark)
        return base64.urlsafe_b64encode(turned.encode()).decode().rstrip("=")


def plain(answer: Answer, company: Company) -> tuple[Any, ...]:
    """An answer's data, errors and cost without marks, new ids and recent times."""
    return _plain(answer.data.decode(), company), [_plain(error.decode(), company) for error in answer.errors], answer.cost


def _plain(text: str, company: Company) -> str:
    seen: dict[str, str] = {}
    text = CURSOR.sub(lambda match: decoded(match[0]), text).replace(company.mark, "OWN")
    text = UUID_TEXT.sub(lambda match: seen.setdefault(match[0], f"ID{len(seen)}"), text)
    return TIME.sub(lambda match: "NOW" if _is_recent(match[0]) else match[0], text)


def _is_recent(text: str) -> bool:
    return abs(datetime.now(UTC) - datetime.fromisoformat(text)) < RECENT
