"""Search in the knowledge base over REST: `/api/knowledge-base/search`."""

from typing import Any, Literal
from uuid import UUID

import orjson
from pydantic import BaseModel, Field
from starlette.responses import Response

from models.search import Passage
from printed import Printed
from resolvers.ctx import Ctx
from resolvers.logic.fusion import Ranked, by_score
from resolvers.search import KnowledgeSearch, search_knowledge
from rest_compat.examples import SEARCH_BODY, body_example
from rest_compat.route import Caller, router


class PassageSource(BaseModel):
    """Where a passage is from; the keys after the first two are for clients of the older index."""

    source: str = Field(description="The file's name.")
    page: int | None = Field(description="The page that it begins on, from 1; null for formats without.")
    document_id: UUID
    company_id: UUID
    agent_id: UUID | None
    chunk_index: int
    start_index: int
    end_index: int
    file_name: str
    text: str


class Citation(BaseModel):
    """What a passage is cited by: characters `start` to `end`, without the last, of that version of the document's text."""

    document_id: UUID
    title: str
    source: str
    version: int
    page: int | None
    start: int
    end: int
    headings: list[str]


class Explanation(BaseModel):
    """Why a passage is among the results."""

    found_by: list[Literal["vector", "text"]] = Field(description="Which legs of the search found it.")
    rank: int = Field(description="Its place by both legs together, from 1.")
    fused: float = Field(description="What that place goes by: the sum of 1 / (60 + rank) over the legs.")
    cosine: float | None = Field(description="Cosine similarity with the question, -1 to 1; null while it has no vector.")
    vector_rank: float | None
    text: float | None = Field(
        description="How much of the question's words it has, each weighed by how rare it is: 0 to 1; null for none."
    )
    text_rank: float | None = Field(description="Passages with the same words share the middle of their places.")


class SearchResult(BaseModel):
    """A passage that answers."""

    document_id: UUID
    chunk_id: UUID
    id: UUID = Field(description="The chunk's id again, for clients of the older index.")
    content: str
    score: float = Field(description="Cosine similarity with the question, in [0, 1]; what `threshold` is compared with.")
    metadata: PassageSource
    citation: Citation
    explain: Explanation


class SearchResults(BaseModel):
    """The passages that answer best, the highest score first."""

    query: str
    results: list[SearchResult]
    count: int


routes = router()


@routes.post("/api/knowledge-base/search", response_model=SearchResults, tags=["Knowledge base"], openapi_extra=body_example(SEARCH_BODY))
async def search(ctx: Caller, body: KnowledgeSearch) -> Response:
    """Search the company's documents by meaning and by words; more than 50 results are not given."""
    found = await search_knowledge(ctx, body)
    results = [printed(ctx, hit) for hit in by_score(found.hits)]
    return Printed(orjson.dumps({"query": found.query, "results": results, "count": len(results)}, default=str))


def printed(ctx: Ctx, hit: Ranked[Passage]) -> dict[str, Any]:
    """A `SearchResult`."""
    passage, standing = hit.passage, hit.standing
    origin = {"source": passage.file_name, "page": passage.page}
    span = {"start": passage.span_start, "end": passage.span_end}
    return {
        "document_id": passage.document_id,
        "chunk_id": passage.chunk_id,
        "id": passage.chunk_id,
        "content": passage.content,
        "score": standing.score,
        "metadata": origin
        | {
            "document_id": passage.document_id,
            "company_id": ctx.principal.company_id,
            "agent_id": passage.agent_id,
            "chunk_index": passage.ordinal,
            "start_index": passage.span_start,
            "end_index": passage.span_end,
            "file_name": passage.file_name,
            "text": passage.content,
        },
        "citation": {"document_id": passage.document_id, "title": passage.title, "version": passage.version, "headings": passage.headings}
        | origin
        | span,
        "explain": {
            "found_by": standing.found_by,
            "rank": hit.rank,
            "fused": standing.fused,
            "cosine": standing.cosine,
            "vector_rank": standing.vector_rank,
            "text": standing.text,
            "text_rank": standing.text_rank,
        },
    }
