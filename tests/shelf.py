"""A company's documents to be searched, as files of the test."""

from dataclasses import replace
from pathlib import Path
from uuid import UUID

from app import Parley
from demo.library import add_document
from models.search import Passage
from resolvers.ctx import Ctx
from resolvers.logic.fusion import Ranked
from resolvers.search import KnowledgeSearch, search_knowledge
from tests.tenant import Tenant


class Shelf:
    """A company's documents, as files of the test."""

    def __init__(self, ctx: Ctx, folder: Path) -> None:
        self.ctx = ctx
        self.folder = folder

    async def add(self, text: str, name: str, **fields: object) -> UUID:
        """A document that is ingested; its id."""
        file = self.folder / name
        file.write_text(text)
        return await add_document(self.ctx, file, **fields)

    async def find(self, query: str, **given: object) -> list[Ranked[Passage]]:
        """The hits of a search."""
        return list((await search_knowledge(self.ctx, KnowledgeSearch.read({"query": query, **given}))).hits)

    async def names(self, query: str, **given: object) -> set[str]:
        """The files that a search finds something in."""
        return {hit.passage.file_name for hit in await self.find(query, **given)}


def shelf_of(tenant: Tenant, app: Parley, folder: Path) -> Shelf:
    """The tenant's, empty."""
    folder.mkdir()
    return Shelf(replace(tenant.ctx(), knowledge=app.services.knowledge), folder)


def sections(count: int, text: str) -> str:
    """A Markdown document of so many passages: the text with each number, and the number three above it."""
    return "\n".join(f"# Part {number}\n\n{text.format(number, number + 3)}\n" for number in range(count))
