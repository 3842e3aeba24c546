"""Passages of the knowledge base that answer a question: by their vectors and by their words, in one order (docs/decisions/0012)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import AliasChoices, Field, StringConstraints

from models.search import Candidate, Sought
from resolvers.ctx import Ctx, query
from resolvers.documents.storage import knowledge_of
from resolvers.inputs import Input
from resolvers.logic.fusion import Ranked, Standing, depth, fuse

USUAL, MOST = 5, 50
NO_QUERY = "Query is required"


class KnowledgeSearch(Input):
    """What to look for, and where."""

    words: ClassVar[Mapping[tuple[str, str], str]] = {("query", kind): NO_QUERY for kind in ("missing", "string_type")}

    query: Annotated[str, StringConstraints(max_length=4000)] = Field(description="A question or some words; a blank one finds nothing.")
    limit: int = Field(
        USUAL, ge=0, validation_alias=AliasChoices("limit", "topK"), description="How many passages: 5 unless said, 50 at the most."
    )
    threshold: float = Field(0.0, ge=0, le=1, description="Only passages whose score is at least this.")
    agent_id: UUID | None = Field(
        None, validation_alias="agentId", description="Only documents for this agent, and those for all of the company's."
    )
    document_ids: Annotated[list[UUID], Field(max_length=100)] | None = Field(
        None, validation_alias="documentIds", description="Only these documents, at most 100."
    )
    meta: dict[str, Any] | None = Field(None, alias="metadata", description="Only documents whose metadata has all of this.")


@dataclass(frozen=True, slots=True)
class Found:
    """The passages, the best first."""

    query: str
    hits: Sequence[Ranked[Candidate]]


@query("documents:read")
async def search_knowledge(ctx: Ctx, wanted: KnowledgeSearch) -> Found:
    """The passages of the company's documents that answer best. An id of a document or agent that is not there is one nobody has.

    Raises `Unavailable` while the question cannot be embedded.
    """
    question, limit = wanted.query.strip(), min(wanted.limit, MOST)
    if not question or not limit:
        return Found(wanted.query, ())
    questions = knowledge_of(ctx).questions
    sought = Sought(
        query=question,
        vector=await questions.vector(question),
        model=questions.embedder.model,
        dimension=questions.embedder.dimension,
        agent_id=wanted.agent_id,
        document_ids=None if wanted.document_ids is None else tuple(wanted.document_ids),
        metadata=wanted.meta or {},
    )
    records = sorted(await ctx.db.records(sought.statement(depth(limit))), key=itemgetter(0))
    return Found(wanted.query, fuse(map(_standing, records), limit, wanted.threshold))


def _standing(record: Sequence[Any]) -> tuple[Standing, Candidate]:
    passage = Candidate(*record)
    return Standing(passage.cosine, passage.vector_rank, passage.text, passage.text_rank), passage
