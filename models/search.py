"""What a search asks of the database, and what comes back: candidates of both legs with what there is to say of each."""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import BindParameter, Text, TextClause, Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from models.search_sql import EXACT_BELOW, search_sql


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

    def statement(self, depth: int) -> TextClause:
        """The statement that finds up to `depth` candidates by either leg."""
        values: dict[str, Any] = {"query": self.query, "vector": self.vector, "model": self.model}
        if self.narrowed:
            ids = None if self.document_ids is None else list(self.document_ids)
            values |= {"agent_id": self.agent_id, "document_ids": ids, "metadata": self.metadata}
        return _form(self.dimension, narrowed=self.narrowed, depth=depth, exact_below=self.exact_below).bindparams(**values)


@lru_cache(maxsize=64)
def _form(dimension: int, *, narrowed: bool, depth: int, exact_below: int) -> TextClause:
    """A form of question, without values: writing it down took three quarters of the way to a statement."""
    bound: list[BindParameter[Any]] = [bindparam(name, type_=Text()) for name in ("query", "vector", "model")]
    if narrowed:
        bound += [
            bindparam("agent_id", type_=Uuid()),
            bindparam("document_ids", type_=ARRAY(Uuid())),
            bindparam("metadata", type_=JSONB()),
        ]
    return text(search_sql(dimension, narrowed=narrowed, depth=depth, exact_below=exact_below)).bindparams(*bound)


class Candidate(NamedTuple):
    """A row of that statement: the passage, its document, and how it stands in either leg (see `resolvers.logic.fusion`)."""

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
    text: float | None
    text_rank: float | None
    cosine: float | None
    vector_rank: float | None
