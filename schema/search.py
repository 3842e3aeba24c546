"""Search in the knowledge base in GraphQL."""

from collections.abc import Awaitable
from typing import Any
from uuid import UUID

import strawberry
from strawberry.types.nodes import SelectedField
from strawberry.utils.str_converters import to_camel_case

from models.catalogue import entity
from models.chunk import CHUNK
from models.db.row import Row
from models.document import DOCUMENT
from models.search import Passage
from resolvers.ctx import Ctx
from resolvers.errors import BadRequest, Issue
from resolvers.logic.fusion import Ranked
from resolvers.search import MOST, USUAL, KnowledgeSearch, search_knowledge
from schema import scalars
from schema.cost import Cost, ListSize
from schema.ids import read_id
from schema.loaders import one_loader
from schema.naming import list_of, type_named
from schema.scalars import PageSize
from schema.signature import field_with

# Two indexes are searched for each of them, and the question is embedded.
HIT = Cost(weight="5")
SIZED = ListSize(assumed_size=USUAL, slicing_arguments=["first"])


@strawberry.type(description="Why a passage is among the results.")
class KnowledgeExplanation:
    """How it stands in either leg of the search."""

    found_by: list_of(str) = strawberry.field(description="Which legs found it: vector, text.")  # type: ignore[valid-type]  # read by strawberry
    fused: float = strawberry.field(description="What the order goes by: the sum of 1 / (60 + rank) over the legs.")
    cosine: float | None = strawberry.field(description="Cosine similarity with the question, -1 to 1; null while it has no vector.")
    vector_rank: float | None = strawberry.field(description="Its place by the vectors, from 1.")
    text: float | None = strawberry.field(
        description="How much of the question's words it has, each weighed by how rare it is: 0 to 1; null for none."
    )
    text_rank: float | None = strawberry.field(description="Its place by the words; equals share the middle of their places.")


def _far(noun: str, key: str, said: str) -> Any:
    """A field that leads to the row that a hit's passage names, for all hits in one statement."""

    def resolve(root: Any, info: strawberry.Info) -> Awaitable[Row | None]:
        ctx: Ctx = info.context
        target = entity(noun)
        ctx.principal.require(target.read_scope)
        wanted: UUID = getattr(root.passage, key)
        return one_loader(ctx, target).load(wanted)

    return field_with(resolve, {}, type_named(noun) | None, said)


@strawberry.type(description="A passage that answers, ready to be cited.")
class KnowledgeHit:
    """Where it stands, what it says and where it is from."""

    passage: strawberry.Private[Passage]
    rank: int = strawberry.field(description="Its place by vectors and words together, from 1.")
    score: float = strawberry.field(description="Cosine similarity with the question, in [0, 1]; what `threshold` is compared with.")
    document_id: strawberry.ID = strawberry.field(description="The document it is from.")
    chunk_id: strawberry.ID = strawberry.field(description="The chunk that it is.")
    content: str = strawberry.field(description="Its text.")
    title: str = strawberry.field(description="The document's title.")
    source: str = strawberry.field(description="The file's name.")
    page: int | None = strawberry.field(description="The page that it begins on, from 1; null for formats without.")
    version: int = strawberry.field(description="Which ingestion of the document it is from.")
    span_start: int = strawberry.field(description="Where it begins in that version's text, in characters.")
    span_end: int = strawberry.field(description="Where it ends, without the last.")
    headings: list_of(str) = strawberry.field(description="The headings it stands under, from the outermost.")  # type: ignore[valid-type]  # as above
    explain: KnowledgeExplanation = strawberry.field(description="Why it is among the results.", directives=(Cost(weight="0"),))
    document = _far("document", "document_id", "The document it is from, with all its fields; null once it is gone.")
    chunk = _far("chunk", "chunk_id", "The chunk, with all its fields; null once a new ingestion has replaced it.")

    @classmethod
    def of(cls, hit: Ranked[Passage]) -> "KnowledgeHit":
        """A hit as it is shown."""
        passage, standing = hit.passage, hit.standing
        return cls(
            passage=passage,
            rank=hit.rank,
            score=standing.score,
            document_id=strawberry.ID(str(passage.document_id)),
            chunk_id=strawberry.ID(str(passage.chunk_id)),
            content=passage.content,
            title=passage.title,
            source=passage.file_name,
            page=passage.page,
            version=passage.version,
            span_start=passage.span_start,
            span_end=passage.span_end,
            headings=passage.headings,
            explain=KnowledgeExplanation(
                found_by=list(standing.found_by),
                fused=standing.fused,
                cosine=standing.cosine,
                vector_rank=standing.vector_rank,
                text=standing.text,
                text_rank=standing.text_rank,
            ),
        )


def _wanted(given: dict[str, Any]) -> KnowledgeSearch:
    """The resolver's input; raises `BadRequest` whose paths are the arguments' names."""
    values = {name: value for name, value in given.items() if value is not None}
    first = values.pop("first", USUAL)
    if first > MOST:
        raise BadRequest.field("first", f"at most {MOST} passages are given")
    if "agent_id" in values:
        values["agent_id"] = read_id(values["agent_id"], "agentId")
    if "document_ids" in values:
        values["document_ids"] = [read_id(each, f"documentIds.{at}") for at, each in enumerate(values["document_ids"])]
    try:
        return KnowledgeSearch.read(values | {"limit": first})
    except BadRequest as error:
        issues = [Issue(path=to_camel_case(each["path"]), message=each["message"]) for each in error.details["issues"]]
        raise BadRequest.of(issues) from None


async def _search(info: strawberry.Info, **given: Any) -> Any:
    ctx: Ctx = info.context
    ctx.principal.require(CHUNK.read_scope)
    found = await search_knowledge(ctx, _wanted(given), documents=_selects(info, "document"))
    loader = one_loader(ctx, DOCUMENT)
    for row in found.documents:
        loader.prime(row.id, row)
    return [KnowledgeHit.of(hit) for hit in found.hits]


def _selects(info: strawberry.Info, name: str) -> bool:
    """Whether a field is selected outright; what only a fragment selects is loaded when its turn comes."""
    chosen = (selection for field in info.selected_fields for selection in field.selections)
    return any(isinstance(selection, SelectedField) and selection.name == name for selection in chosen)


ARGUMENTS = {
    "query": (str, "A question or some words; a blank one finds nothing."),
    "first": (PageSize | None, f"How many passages: {USUAL} unless said, {MOST} at the most."),
    "threshold": (float | None, "Only passages whose score is at least this, 0 to 1."),
    "agent_id": (strawberry.ID | None, "Only documents for this agent, and those for all of the company's."),
    "document_ids": (list_of(strawberry.ID) | None, "Only these documents, at most 100."),
    "metadata": (scalars.JSON | None, "Only documents whose metadata has all of this: an object."),
}
QUERIES = {
    "search_knowledge": field_with(
        _search,
        ARGUMENTS,
        list_of(KnowledgeHit) | None,
        "The passages of the company's documents that answer best, the best first.",
        (HIT, SIZED),
    )
}
