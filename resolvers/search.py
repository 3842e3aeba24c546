"""Passages of the knowledge base that answer a question: by their vectors and by their words, in one order (docs/decisions/0012)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, starmap
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import AliasChoices, Field, StringConstraints

from models.db.row import Row, rows_of
from models.document import DOCUMENT
from models.search import Near, Passage, Sought, Worded, documents_of, passages
from resolvers.ctx import Ctx, query
from resolvers.documents.storage import knowledge_of
from resolvers.inputs import Input
from resolvers.logic.fusion import Ranked, Standing, depth, fuse

USUAL, MOST = 5, 50
# A document that is ingested anew between finding passages and reading them has others then, which are looked for again.
LOOKS = 3
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
    """The passages, the best first; their documents when they were asked for."""

    query: str
    hits: Sequence[Ranked[Passage]]
    documents: Sequence[Row] = ()


@query("documents:read")
async def search_knowledge(ctx: Ctx, wanted: KnowledgeSearch, *, documents: bool = False) -> Found:
    """The passages of the company's documents that answer best. An id of a document or agent that is not there is one nobody has.

    Their `documents` are read beside the passages, for who shows them: read afterwards they would take another round trip.
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
    for _ in range(LOOKS):
        hits = fuse(await _candidates(ctx, sought, depth(limit)), limit, wanted.threshold)
        chosen = [hit.passage for hit in hits]
        reads = [passages(chosen), documents_of(chosen)] if documents else [passages(chosen)]
        records, *others = await ctx.db.records_together(*reads) if hits else ((),)
        read = {passage.chunk_id: passage for passage in starmap(Passage, records)}
        if len(read) == len(hits):
            break
    given = [Ranked(hit.rank, hit.standing, read[hit.passage]) for hit in hits if hit.passage in read]
    return Found(wanted.query, given, rows_of(DOCUMENT.table, chain.from_iterable(others)))


async def _candidates(ctx: Ctx, sought: Sought, depth: int) -> Sequence[tuple[Standing, UUID]]:
    """How the passages stand that either leg finds. The legs run side by side."""
    nearest, worded = await ctx.db.records_together(sought.nearest(depth), sought.worded(depth))
    words = [Worded(*record) for record in worded]
    worth = {each.mask: (each.weight, each.place) for each in words if each.chunk_id is None}
    found = {each.chunk_id: Standing(each.cosine, None, *worth[each.mask]) for each in words if each.chunk_id is not None}
    for place, near in enumerate(starmap(Near, nearest), 1):
        found[near.chunk_id] = Standing(near.cosine, place, *worth.get(near.mask, (None, None)))
    return [(standing, chunk_id) for chunk_id, standing in found.items()]
