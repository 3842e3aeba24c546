"""What a search asks of the database, and what comes back: the candidates of either leg, then the passages that are given."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Text, Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.types import TypeEngine

from models.columns import readable
from models.db.compile import Compiled, compile_statement
from models.document import DOCUMENT
from models.search_sql import DOCUMENTS, EXACT_BELOW, PASSAGES, nearest_sql, worded_sql


@dataclass(frozen=True, slots=True)
class Sought:
    """A question with its vector, and which documents may answer: an agent's and those of the whole company, some by their ids,
    those whose metadata contains all that is given. None: no matter. From `exact_below` passages on an index is asked for the nearest."""

    query: str
    vector: str
    model: str
    dimension: int
    agent_id: UUID | None = None
    document_ids: tuple[UUID, ...] | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    exact_below: int = EXACT_BELOW

    @property
    def narrowed(self) -> bool:
        """Whether documents are chosen."""
        return self.agent_id is not None or self.document_ids is not None or bool(self.metadata)

    def nearest(self, depth: int) -> Compiled:
        """The statement that finds up to `depth` passages by their vectors, as records of `Near`."""
        return self._filled(_nearest(self.dimension, narrowed=self.narrowed, depth=depth, exact_below=self.exact_below))

    def worded(self, depth: int) -> Compiled:
        """The statement that finds up to `depth` passages by their words, as records of `Worded`."""
        return self._filled(_worded(self.dimension, narrowed=self.narrowed, depth=depth))

    def _filled(self, form: Compiled) -> Compiled:
        values = {
            "query": self.query,
            "vector": self.vector,
            "model": self.model,
            "agent_id": self.agent_id,
            "document_ids": None if self.document_ids is None else list(self.document_ids),
            "metadata": self.metadata,
        }
        return form._replace(values=[values[name] for name in form.names])


def passages(chunk_ids: Sequence[UUID]) -> Compiled:
    """The statement that reads passages, as records of `Passage`, in no order; one that is gone is left out."""
    return _PASSAGES._replace(values=[list(chunk_ids)])


def documents_of(chunk_ids: Sequence[UUID]) -> Compiled:
    """The statement that reads the documents of passages, with their readable columns, each once and in no order."""
    return _DOCUMENTS._replace(values=[list(chunk_ids)])


_TYPES: dict[str, TypeEngine[Any]] = {
    "query": Text(),
    "vector": Text(),
    "model": Text(),
    "agent_id": Uuid(),
    "document_ids": ARRAY(Uuid()),
    "metadata": JSONB(),
    "ids": ARRAY(Uuid()),
}


def _form(sql: str) -> Compiled:
    """A text whose values are still to come."""
    return compile_statement(text(sql).bindparams(*(bindparam(name, None, type_) for name, type_ in _TYPES.items() if f":{name}" in sql)))


_PASSAGES = _form(PASSAGES)
_DOCUMENTS = _form(DOCUMENTS.format(columns=", ".join(column.name for column in readable(DOCUMENT.table))))


# Writing a form of question down and asking SQLAlchemy for it took a sixth of the server's time for a search.
@lru_cache(maxsize=64)
def _nearest(dimension: int, *, narrowed: bool, depth: int, exact_below: int) -> Compiled:
    return _form(nearest_sql(dimension, narrowed=narrowed, depth=depth, exact_below=exact_below))


@lru_cache(maxsize=64)
def _worded(dimension: int, *, narrowed: bool, depth: int) -> Compiled:
    return _form(worded_sql(dimension, narrowed=narrowed, depth=depth))


class Near(NamedTuple):
    """A passage whose vector is near the question's, the nearest first. `mask` tells which of the question's words it has."""

    chunk_id: UUID
    mask: int
    cosine: float


class Worded(NamedTuple):
    """A passage with some of the question's words, or, without a passage, what a mask is worth.

    `weight` is the share of the words, each weighed by how rare it is; `place` counts from 1, equals share the middle of theirs.
    """

    chunk_id: UUID | None
    mask: int
    cosine: float | None
    weight: float | None
    place: float | None


class Passage(NamedTuple):
    """A passage and its document's names."""

    chunk_id: UUID
    document_id: UUID
    version: int
    ordinal: int
    page: int | None
    span_start: int
    span_end: int
    headings: list[str]
    content: str
    title: str
    file_name: str
    agent_id: UUID | None
