"""The evaluation of search in a database of its own, which is thrown away."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from pydantic import SecretStr

from demo.evaluate import Asked, evaluate
from demo.library import add_documents, knowledge_files
from embedded import PostgresServer
from models.db import Database
from models.migrations import run
from models.system import MemberRows
from resolvers.ctx import Ctx
from resolvers.knowledge import Knowledge
from resolvers.principal import Principal
from settings import Settings


def trial() -> list[Asked]:
    """Ingest the documents and ask the questions; a few seconds."""
    with TemporaryDirectory() as folder:
        server = PostgresServer(Path(folder) / "postgres", durable=False)
        try:
            server.start()
            run.upgrade(server.url("parley_owner"))
            return asyncio.run(_asked(Settings(database_url=SecretStr(server.url("parley")))))
        finally:
            server.stop()
            server.remove()


async def _asked(settings: Settings) -> list[Asked]:
    database, knowledge = Database(settings), Knowledge(settings)
    try:
        member = await MemberRows(database).create(uuid4(), "evaluation@parley.example")
        principal = Principal.system(member.company_id, "documents:read", "documents:write")
        ctx = Ctx(principal, database.session(member.company_id), knowledge)
        await add_documents(ctx, knowledge_files())
        return await evaluate(ctx)
    finally:
        await knowledge.close()
        await database.close()
