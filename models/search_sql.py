"""The statements of a search: passages near the question's vector, passages with its words, and what the best of them say.

The first two run side by side. Their texts depend on the vectors' dimension, on whether documents are chosen, and on how deep they
look: never on a value. Row level security holds every table in them. Whatever is compared once a row is a sub-select without
variables, which is computed once.
"""

from models.embedding import INDEXED

# A question's words beyond these, the longest first, are not looked for: each is a bit of a mask.
MOST_WORDS = 8
LONGEST_TEXT = 1000
# From so many passages on the nearest are looked up in an index, which misses some; below, all are compared, which takes as long for
# a company of 30,000 as an index that misses one in five (docs/decisions/0012-hybrid-search.md).
EXACT_BELOW = 50_000

# The question's words as terms of full text, in an order that both statements give them. Where a language takes a word for a stop
# word, it is none to look for.
TERMS = """
words AS MATERIALIZED (
  SELECT w, tsvector_to_array(to_tsvector('english', w)) AS en, tsvector_to_array(to_tsvector('italian', w)) AS it,
         tsvector_to_array(to_tsvector('simple', w)) AS plain
    FROM (SELECT DISTINCT w FROM regexp_split_to_table(left(lower(:query), {longest_text}), '[[:space:]''\u2019]+') w) split),
sought AS MATERIALIZED (
  SELECT w, en, it FROM words WHERE en <> '{{}}' AND it <> '{{}}'
  UNION ALL
  SELECT w, plain, plain FROM words WHERE plain <> '{{}}' AND NOT EXISTS (SELECT FROM words WHERE en <> '{{}}' AND it <> '{{}}')),
terms AS MATERIALIZED (
  SELECT array_agg(term) AS t, string_agg('(' || term || ')', '|') AS any_of
    FROM (SELECT term
            FROM (SELECT w, CASE WHEN en = it THEN {english} ELSE concat_ws('|', {english}, {italian}) END AS term FROM sought) each
           GROUP BY term ORDER BY max(length(w)) DESC, term LIMIT {most_words}) kept)"""

# Records of `Near`.
NEAREST = """
WITH {chosen}size AS MATERIALIZED (SELECT coalesce(sum(chunk_count), 0)::bigint AS n FROM {documents}),
nearest AS MATERIALIZED ({nearest}),{terms}
SELECT near.id, c.mask, (1 - near.distance)::float8
  FROM nearest near, LATERAL (SELECT {mask} AS mask FROM chunks WHERE chunks.id = near.id LIMIT 1) c
 ORDER BY near.distance, near.id
"""

# Records of `Worded`. The company and the words are two conditions, which the index meets at once. As one query they are taken for so
# many rows that PostgreSQL fetches all of the company's keys besides, to have fewer pages to read: half of what finding words took.
WORDED = """
WITH {chosen}size AS MATERIALIZED (SELECT coalesce(sum(chunk_count), 0)::bigint AS n FROM {documents}),{terms},
asked AS MATERIALIZED (
  SELECT quote_literal(current_setting('app.company_id'))::tsquery AS company, any_of::tsquery AS any_of FROM terms WHERE any_of <> ''),
matched AS MATERIALIZED (
  SELECT chunks.id, {mask} AS mask
    FROM chunks WHERE search @@ (SELECT company FROM asked) AND search @@ (SELECT any_of FROM asked){part_of_chunks}),
masks AS MATERIALIZED (SELECT mask, count(*) AS equals FROM matched GROUP BY mask),
weights AS MATERIALIZED (
  SELECT i, ln(1 + (greatest(n, met) - met + 0.5) / (met + 0.5)) AS weight
    FROM size, terms, generate_series(0, cardinality(t) - 1) i,
         LATERAL (SELECT coalesce(sum(equals), 0) AS met FROM masks WHERE mask >> i & 1 = 1) each),
weighed AS (
  SELECT mask, equals, (SELECT sum(weight) FROM weights WHERE mask >> i & 1 = 1) / (SELECT sum(weight) FROM weights) AS weight FROM masks),
ranked AS MATERIALIZED (
  SELECT mask, weight, sum(equals) OVER (ORDER BY weight DESC) - (sum(equals) OVER (PARTITION BY weight) - 1) / 2 AS place FROM weighed),
worth AS MATERIALIZED (
  SELECT array_agg(coalesce(weight, 0) ORDER BY i) AS of_mask FROM generate_series(1, {most_masks}) i LEFT JOIN ranked ON mask = i),
worded AS (SELECT id, mask FROM matched ORDER BY (SELECT of_mask FROM worth)[mask] DESC, id LIMIT {depth})
SELECT w.id, w.mask, (1 - e.distance)::float8, NULL::float8, NULL::float8
  FROM worded w LEFT JOIN LATERAL (
    SELECT {compared} AS distance FROM embeddings WHERE chunk_id = w.id AND model = :model AND dimension = {dimension} LIMIT 1) e ON true
UNION ALL
SELECT NULL, mask, NULL, weight::float8, place::float8 FROM ranked
"""

# Records of `Passage`.
PASSAGES = """
SELECT c.id, c.document_id, c.version, c.ordinal, c.page, c.span_start, c.span_end, c.headings, c.content, d.title, d.file_name, d.agent_id
  FROM chunks c, LATERAL (SELECT * FROM documents d WHERE d.id = c.document_id LIMIT 1) d
 WHERE c.id = ANY(:ids)
"""

DOCUMENTS = "SELECT {columns} FROM documents WHERE id IN (SELECT document_id FROM chunks WHERE id = ANY(:ids))"

CHOSEN = """chosen AS MATERIALIZED (SELECT id, chunk_count FROM documents
  WHERE (CAST(:agent_id AS uuid) IS NULL OR agent_id IS NULL OR agent_id = :agent_id)
    AND (CAST(:document_ids AS uuid[]) IS NULL OR id = ANY(:document_ids)) AND metadata @> CAST(:metadata AS jsonb)),
"""
PART_OF_CHUNKS = " AND document_id IN (SELECT id FROM chosen)"
PART_OF_VECTORS = " AND {key} IN (SELECT id FROM chunks WHERE document_id IN (SELECT id FROM chosen))"

COMPARED = "embedding <=> (SELECT CAST(:vector AS halfvec))"
# The index's own expression, and nothing else, is what the planner finds the index by.
LOOKED_UP = "embedding::halfvec({dimension}) <=> (SELECT CAST(:vector AS halfvec({dimension})))"
# A limit of 0 runs nothing; a condition here would stand between the rows and their sorting, one call a row.
EXACT = """(
  SELECT id, {distance} AS distance
    FROM (SELECT unnest(chunk_ids) AS id, unnest(embeddings) AS embedding FROM embedding_packs
           WHERE model = :model AND dimension = {dimension}{part}) packed
   ORDER BY distance LIMIT {exact_limit})"""
INDEX = """(
  SELECT chunk_id AS id, {distance} AS distance FROM embeddings
   WHERE model = :model AND dimension = {dimension}{part} AND (SELECT n FROM size) >= {exact_below} ORDER BY distance LIMIT {depth})"""

# A lexeme in quotes, and those of one word all together, such as the three of `DRV-24-36`.
QUOTED = r"(SELECT string_agg('''' || replace(replace(l, '\', '\\'), '''', '''''') || '''', '&' ORDER BY l) FROM unnest({}) l)"


def nearest_sql(dimension: int, *, narrowed: bool, depth: int, exact_below: int = EXACT_BELOW) -> str:
    """The statement that finds the `depth` nearest vectors, of that dimension."""
    legs = {"dimension": dimension, "depth": depth, "exact_below": exact_below}
    by_pack, by_row = (PART_OF_VECTORS.format(key=key) if narrowed else "" for key in ("id", "chunk_id"))
    indexed = dimension in INDEXED
    exact_limit = f"(SELECT CASE WHEN n < {exact_below} THEN {depth} ELSE 0 END FROM size)" if indexed else depth
    nearest = EXACT.format(**legs, part=by_pack, distance=COMPARED, exact_limit=exact_limit)
    if indexed:
        nearest += " UNION ALL " + INDEX.format(**legs, part=by_row, distance=LOOKED_UP.format(dimension=dimension))
    return NEAREST.format(**_common(narrowed=narrowed), nearest=nearest)


def worded_sql(dimension: int, *, narrowed: bool, depth: int) -> str:
    """The statement that finds the `depth` passages that have most of the question's words, and how near their vectors are."""
    return WORDED.format(
        **_common(narrowed=narrowed),
        part_of_chunks=PART_OF_CHUNKS if narrowed else "",
        most_masks=(1 << MOST_WORDS) - 1,
        depth=depth,
        dimension=dimension,
        compared=COMPARED,
    )


def _common(*, narrowed: bool) -> dict[str, str]:
    """What both have."""
    bits = (f"{1 << i} * coalesce(search @@ (SELECT t[{i + 1}]::tsquery FROM terms), false)::int" for i in range(MOST_WORDS))
    english, italian = QUOTED.format("en"), QUOTED.format("it")
    return {
        "chosen": CHOSEN if narrowed else "",
        "documents": "chosen" if narrowed else "documents",
        "mask": " + ".join(bits),
        "terms": TERMS.format(longest_text=LONGEST_TEXT, most_words=MOST_WORDS, english=english, italian=italian),
    }
