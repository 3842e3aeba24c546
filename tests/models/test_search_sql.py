"""The statement of a search: its text has no value in it, and its conditions may use their indexes."""

from uuid import uuid4

from models.db import Database
from models.search import Sought
from models.search_sql import EXACT_BELOW, search_sql

VECTOR = f"[{','.join(['0.5'] * 256)}]"


def text_of(**given: object) -> str:
    """The SQL of a question."""
    return str(Sought(**({"query": "lamp", "vector": VECTOR, "model": "m", "dimension": 256} | given)).statement(30))  # type: ignore[arg-type]


def test_questions_of_a_form_have_one_text() -> None:
    assert text_of() == text_of(query="'; DROP TABLE chunks; --", vector="[1]", model="another")
    chosen = [{"agent_id": uuid4()}, {"document_ids": (uuid4(), uuid4())}, {"document_ids": ()}, {"metadata": {"a": 1}}]
    assert len({text_of(**given) for given in chosen}) == 1
    assert text_of() != text_of(**chosen[0])


def test_a_dimension_without_an_index_is_compared_whatever_the_number() -> None:
    assert str(EXACT_BELOW) in search_sql(256, narrowed=False, depth=30)
    assert str(EXACT_BELOW) not in search_sql(300, narrowed=False, depth=30)


async def test_the_bundled_server_may_use_the_index_of_words_under_row_level_security(database: Database) -> None:
    async with database.reads.connection() as connection:
        leakproof = "SELECT proleakproof FROM pg_proc WHERE oid = 'ts_match_vq(tsvector, tsquery)'::regprocedure"
        assert await connection.fetchval(leakproof) is True
