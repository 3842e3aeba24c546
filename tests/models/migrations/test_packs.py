"""Vectors that were there before packs of them were kept: the migration packs them, whatever the company and the model."""

import asyncpg

from embedded import PostgresServer
from models.migrations import run
from tests.packs import unpaired

# Three documents of two companies; the last is half way to another model.
BEFORE = """
INSERT INTO companies (id, name) SELECT gen_random_uuid(), 'company ' || n FROM generate_series(1, 2) n;
INSERT INTO documents (company_id, id, title, file_name, mime_type, kind, content_hash, file_key)
SELECT c.id, gen_random_uuid(), name, n, 'text/plain', 'text', n, '' FROM companies c, generate_series(1, 3) n;
INSERT INTO chunks (company_id, id, document_id, ordinal, content)
SELECT company_id, gen_random_uuid(), id, n, 'passage ' || n FROM documents, generate_series(1, 20) n;
INSERT INTO embeddings (company_id, id, chunk_id, model, dimension, embedding)
SELECT c.company_id, gen_random_uuid(), c.id, 'model ' || other, size, array_fill(random(), ARRAY[size])::halfvec
  FROM chunks c JOIN documents d ON d.id = document_id,
       LATERAL (SELECT file_name = '3' AND ordinal > 10 AS other) k, LATERAL (SELECT CASE WHEN other THEN 1536 ELSE 256 END AS size) s;
"""
PACKS = "SELECT model, cardinality(chunk_ids) AS held, count(*) FROM embedding_packs GROUP BY 1, 2 ORDER BY 1, 2"


async def test_vectors_are_packed_and_row_level_security_is_as_it_was(url: str, postgres: PostgresServer) -> None:
    run.upgrade(url)
    run.downgrade(url, "0007")
    connection = await asyncpg.connect(postgres.url("postgres", "migrated"))
    await connection.execute(BEFORE)
    run.upgrade(url)
    assert await unpaired(connection) == 0
    packs = [tuple(row) for row in await connection.fetch(PACKS)]
    # Of two companies: two whole documents in two packs each, ten passages of the third in one, and ten of the other model two by two.
    assert packs == [("model false", 6, 4), ("model false", 10, 2), ("model false", 14, 4), ("model true", 2, 10)]
    assert run.drift(url) is None
    forced = "SELECT bool_and(relforcerowsecurity) FROM pg_class WHERE relname IN ('embeddings', 'chunks', 'embedding_packs')"
    assert await connection.fetchval(forced) is True
    await connection.close()
