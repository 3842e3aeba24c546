"""Every SQL text there is: what the process remembers, and what the server was told to prepare."""

from models.db import Database
from models.db.compile import STATEMENTS
from models.db.graph import FILLED
from models.db.questions import QUESTIONS
from models.db.statement import JOINED, TEXTS

CACHES = {"statements": STATEMENTS, "questions": QUESTIONS, "texts": TEXTS, "joined": JOINED, "filled": FILLED}


async def prepared(database: Database) -> set[str]:
    """The statements that the idle connections of requests have prepared, without asyncpg's own question about types."""
    found: set[str] = set()
    for pool in (database.reads, database.writes):
        for connection in list(pool._idle):
            found |= {row[0] for row in await connection.fetch("SELECT statement FROM pg_prepared_statements")}
    return {text for text in found if "typeinfo_tree" not in text}


def remembered() -> set[str]:
    """The texts that the caches hold."""
    found = {made.string for made in STATEMENTS.values()} | set(TEXTS.values()) | {filled.text for filled in FILLED.values()}
    return found | {joined.text for joined in JOINED.values()} | {text for asked in QUESTIONS.values() for text in (asked.text, asked.few)}
