"""The statements of a search: their texts have no value in them, and their conditions may use their indexes."""

from uuid import uuid4

from models.db import Database
from models.search import Sought
from models.search_sql import EXACT_BELOW, nearest_sql

VECTOR = f"[{','.join(['0.5'] * 256)}]"


def texts_of(**given: object) -> tuple[str, str]:
    """The SQL of a question, by its vector and by its words."""
    sought = Sought(**({"query": "lamp", "vector": VECTOR, "model": "m", "dimension": 256} | given))  # type: ignore[arg-type]
    return sought.nearest(30).text, sought.worded(30).text


def test_questions_of_a_form_have_the_same_texts() -> None:
    assert texts_of() == texts_of(query="'; DROP TABLE chunks; --", vector="[1]", model="another")
    chosen = [{"agent_id": uuid4()}, {"document_ids": (uuid4(), uuid4())}, {"document_ids": ()}, {"metadata": {"a": 1}}]
    assert len({texts_of(**given) for given in chosen}) == 1
    assert not {*texts_of()} & {*texts_of(**chosen[0])}


def test_a_dimension_without_an_index_is_compared_whatever_the_number() -> None:
    assert str(EXACT_BELOW) in nearest_sql(256, narrowed=False, depth=30)
    assert str(EXACT_BELOW) not in nearest_sql(300, narrowed=False, depth=30)


async def test_the_bundled_server_may_use_the_index_of_words_under_row_level_security(database: Database) -> None:
    async with database.reads.connection() as connection:
        leakproof = "SELECT proleakproof FROM pg_proc WHERE oid = 'ts_match_vq(tsvector, tsquery)'::regprocedure"
        assert await connection.fetchval(leakproof) is True
