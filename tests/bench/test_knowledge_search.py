"""The large knowledge base of the benchmark, and what is asked of it."""

import json
import struct
from uuid import uuid4

import numpy as np

from bench.knowledge_corpus import CHUNKS, STOPS, WORDS, Language, as_vector, chunk_rows
from bench.knowledge_search import Asked, Owner, Recall, recall_lines, request


def test_the_same_seed_gives_the_same_documents() -> None:
    document = Language.of(3).document()
    assert document == Language.of(3).document() != Language.of(4).document()
    assert (len(document), {len(passage.split()) for passage in document}) == (CHUNKS, {WORDS})


def test_no_word_but_stop_words_is_in_more_than_a_quarter_of_the_passages() -> None:
    language = Language.of(3)
    passages = [set(passage.lower().replace(".", "").split()) for _ in range(10) for passage in language.document()[:10]]
    common = {word for passage in passages for word in passage if sum(word in each for each in passages) > 25}
    assert common
    assert common <= set(STOPS)


def test_chunks_lie_one_behind_the_other() -> None:
    rows = list(chunk_rows(uuid4(), uuid4(), [uuid4(), uuid4()], ["one", "three"]))
    assert [(row["ordinal"], row["span_start"], row["span_end"]) for row in rows] == [(0, 0, 3), (1, 4, 9)]


def test_a_vector_is_packed_as_pgvector_has_it() -> None:
    assert as_vector(np.array([1.0, -2.0], dtype=np.float32)) == struct.pack(">HHee", 2, 0, 1.0, -2.0)


def test_both_doors_are_asked_the_same_words() -> None:
    asked = Asked(Owner(uuid4(), "token"), "lamp shade")
    over_rest, over_graphql = [request(door, asked).split(b"\r\n\r\n") for door in ("REST", "GraphQL")]
    assert json.loads(over_rest[1]) == {"query": "lamp shade"}
    assert json.loads(over_graphql[1])["variables"] == {"words": "lamp shade"}
    assert f"content-length: {len(over_rest[1])}".encode() in over_rest[0].lower()


def test_recall_below_the_target_is_missed() -> None:
    assert [recall_lines(Recall(share, 0.5))[0].partition(":")[0] for share in (0.94, 0.95)] == ["MISSED", "met"]
