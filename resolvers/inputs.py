"""Inputs: what the doors hand to commands, validated one way. Not sent differs from null."""

import math
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_core import ErrorDetails, PydanticCustomError

from resolvers.errors import BadRequest, Issue

DEEPEST = 40
LARGEST_INTEGER = 2**63 - 1
# asyncpg sends the ends of Python's calendar as PostgreSQL's infinity, which no client could read back.
INFINITE = (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC), date.min, date.max)
# NUL and lone surrogates.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
ENDLESS = "must lie after 0001-01-01 and before 9999-12-31"


class Input(BaseModel):
    """Base of all inputs. Unknown keys are ignored, so that no input can reach a column it does not name."""

    model_config = ConfigDict(extra="ignore", frozen=True, validate_by_name=True, validate_by_alias=True)

    # The reference clients show these words; everything else is worded by pydantic.
    words: ClassVar[Mapping[tuple[str, str], str]] = {}

    @classmethod
    def read(cls, values: Any) -> Self:
        """Validate plain values; raises `BadRequest` that names each wrong field."""
        problems = [Issue(path=path, message=problem) for path, problem in unstorable(values)]
        if problems:
            raise BadRequest.of(problems)
        try:
            made = cls.model_validate(values)
        except ValidationError as error:
            raise bad_request(error, cls.words) from None
        endless = [Issue(path=name, message=ENDLESS) for name, value in made if value in INFINITE]
        if endless:
            raise BadRequest.of(endless)
        return made

    def sent(self) -> dict[str, Any]:
        """The fields that were sent, null ones included, keyed by column."""
        return {("metadata" if name == "meta" else name): getattr(self, name) for name in self.model_fields_set}


class Patch(Input):
    """An input of which at least one field must be sent."""

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.model_fields_set:
            raise PydanticCustomError("empty_patch", "At least one field must be provided for update")
        return self


def unstorable(value: Any, path: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """What PostgreSQL could not store as it was sent: NUL characters, lone surrogates, boundless numbers and nesting."""
    if depth > DEEPEST:
        yield path, f"must be nested at most {DEEPEST} levels deep"
    elif isinstance(value, str):
        if UNSTORABLE.search(value):
            yield path, "must not contain NUL characters or lone surrogates"
    elif isinstance(value, float):
        if not math.isfinite(value):
            yield path, "must be a finite number"
    elif isinstance(value, int):
        if abs(value) > LARGEST_INTEGER:
            yield path, "must fit in 64 bits"
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from unstorable(key, f"{path}.{key}".lstrip("."), depth + 1)
            yield from unstorable(inner, f"{path}.{key}".lstrip("."), depth + 1)
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from unstorable(inner, f"{path}.{index}".lstrip("."), depth + 1)


def bad_request(error: ValidationError, words: Mapping[tuple[str, str], str] | None = None) -> BadRequest:
    """Pydantic's findings as one error with an issue per field."""
    found = [_issue(detail, words or {}) for detail in error.errors(include_url=False, include_context=True, include_input=False)]
    headline = found[0]["message"] if found[0]["message"] in (words or {}).values() or not found[0]["path"] else None
    refused = BadRequest.of(found)
    if headline:
        refused.message = headline
    return refused


def _issue(detail: ErrorDetails, words: Mapping[tuple[str, str], str]) -> Issue:
    path = ".".join(str(part) for part in detail["loc"])
    return Issue(path=path, message=words.get((path, detail["type"])) or detail["msg"].removeprefix("Value error, "))
