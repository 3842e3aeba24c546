"""Documents that are sent by their hash: those of a manifest, trusted when they were deployed, and those met before.

Both Apollo's persisted-query extension and the `documentId` of GraphQL over HTTP's draft are understood.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from schema.errors import RequestError
from schema.request import GraphQLRequest
from settings import SettingsError

MOST_LEARNED = 1000
LONGEST_LEARNED = 10_000
PREFIX = "sha256:"


@dataclass(slots=True)
class TrustedDocuments:
    """`trusted` is the manifest, by id; with `only`, nothing else runs. What is met on the way is learned, in this process."""

    trusted: Mapping[str, str]
    only: bool
    learned: "OrderedDict[str, str]" = field(default_factory=OrderedDict)

    def text(self, asked: GraphQLRequest) -> str:
        """The document that a request means; raises `RequestError` for one that is unknown, or may not run here."""
        name = asked.document_id and asked.document_id.removeprefix(PREFIX)
        if asked.query is None:
            found = self.trusted.get(name or "") or self.learned.get(name or "")
            if found is None:
                raise RequestError("PersistedQueryNotFound", "PERSISTED_QUERY_NOT_FOUND", headers={"Cache-Control": "no-store"})
            return found
        if name is not None and self.trusted.get(name) != asked.query and name != digest(asked.query):
            raise RequestError("The hash sent with the document is not its SHA-256 in hexadecimal", "PERSISTED_QUERY_MISMATCH")
        if self.only and digest(asked.query) not in self.trusted:
            raise RequestError("Only documents of this installation's manifest run here; have yours added to it", "DOCUMENT_NOT_TRUSTED")
        return asked.query

    def learn(self, asked: GraphQLRequest, text: str) -> None:
        """Remember a valid document that was sent with its hash, so that the hash alone is enough next time."""
        if asked.query is None or asked.document_id is None or len(text) > LONGEST_LEARNED:
            return
        name = asked.document_id.removeprefix(PREFIX)
        if name not in self.trusted:
            self.learned[name] = text
            self.learned.move_to_end(name)
            if len(self.learned) > MOST_LEARNED:
                self.learned.popitem(last=False)


def digest(text: str) -> str:
    """A document's SHA-256 in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def read_manifest(path: Path) -> dict[str, str]:
    """Documents by their ids and by their hashes, from a manifest: `{"<id>": "<document>"}`, or Apollo's with `operations`.

    Raises `SettingsError` that says what is wrong with the file.
    """
    try:
        found = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise SettingsError(f"PARLEY_TRUSTED_DOCUMENTS={path}: {error}") from None
    listed = _apollo(found) if isinstance(found, dict) and "operations" in found else found
    if not isinstance(listed, dict) or not all(isinstance(text, str) for text in listed.values()):
        shapes = '{"<id>": "<document>"} or Apollo\'s manifest with `operations`'
        raise SettingsError(f"PARLEY_TRUSTED_DOCUMENTS={path} must hold {shapes}")
    named = {name.removeprefix(PREFIX): text for name, text in listed.items()}
    return named | {digest(text): text for text in named.values()}


def _apollo(found: Mapping[str, Any]) -> Any:
    try:
        return {each["id"]: each["body"] for each in found["operations"]}
    except (KeyError, TypeError):
        return None
