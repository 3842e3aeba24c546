"""Vectors are kept twice, one a row and many a row: the two must say the same."""

import asyncpg

UNPAIRED = """
SELECT count(*)
  FROM (SELECT company_id, model, dimension, unnest(chunk_ids) AS chunk_id, unnest(embeddings) AS packed FROM embedding_packs) packs
  FULL JOIN embeddings e USING (company_id, chunk_id, model, dimension)
 WHERE e.id IS NULL OR packed IS NULL OR e.embedding <> packed
"""


async def unpaired(connection: asyncpg.Connection) -> int:
    """How many vectors are not the same in both, over a connection that row level security does not bind."""
    return int(await connection.fetchval(UNPAIRED))
