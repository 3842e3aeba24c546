"""Reciprocal rank fusion, by hand."""

import pytest

from resolvers.logic.fusion import Standing, by_score, depth, fuse

BOTH = Standing(cosine=0.5, vector_rank=2, text=0.8, text_rank=1)
VECTOR = Standing(cosine=0.9, vector_rank=1)
TEXT = Standing(cosine=0.1, text=0.8, text_rank=1.5)
NEITHER = Standing(cosine=None, text=0.1, text_rank=40)


def test_what_both_legs_find_comes_before_the_first_of_either() -> None:
    assert BOTH.fused == pytest.approx(1 / 62 + 1 / 61)
    hits = fuse([(VECTOR, "vector"), (TEXT, "text"), (BOTH, "both"), (NEITHER, "neither")], 3, 0)
    assert [(hit.rank, hit.passage) for hit in hits] == [(1, "both"), (2, "vector"), (3, "text")]


def test_the_legs_that_found_it_are_named() -> None:
    assert [each.found_by for each in (BOTH, VECTOR, TEXT, Standing())] == [("vector", "text"), ("vector",), ("text",), ()]


@pytest.mark.parametrize(("cosine", "score"), [(None, 0), (-0.4, 0), (0.1234567, 0.123457), (1.0000001, 1)])
def test_the_score_is_the_cosine_between_0_and_1(cosine: float | None, score: float) -> None:
    assert Standing(cosine=cosine).score == score


def test_a_printed_score_is_a_threshold_that_its_passage_reaches() -> None:
    just = Standing(cosine=0.12345650001)
    assert fuse([(just, "it")], 1, just.score) != []
    assert fuse([(just, "it")], 1, just.score + 0.000001) == []


def test_what_is_below_the_threshold_takes_no_place() -> None:
    assert [hit.passage for hit in fuse([(BOTH, "both"), (VECTOR, "vector"), (TEXT, "text")], 2, 0.4)] == ["both", "vector"]
    assert [hit.rank for hit in fuse([(TEXT, "text"), (VECTOR, "vector")], 2, 0.4)] == [1]


def test_of_equals_the_more_similar_comes_first_then_the_one_that_came_first() -> None:
    worse, better = Standing(cosine=0.2, text_rank=3), Standing(cosine=0.3, text_rank=3)
    assert [hit.passage for hit in fuse([(worse, "a"), (better, "b"), (worse, "c")], 3, 0)] == ["b", "a", "c"]


def test_by_score_reorders_and_keeps_the_ranks() -> None:
    hits = by_score(fuse([(BOTH, "both"), (VECTOR, "vector"), (TEXT, "text")], 3, 0))
    assert [(hit.passage, hit.rank) for hit in hits] == [("vector", 2), ("both", 1), ("text", 3)]


@pytest.mark.parametrize(("limit", "candidates"), [(1, 30), (15, 30), (16, 100), (50, 100)])
def test_more_results_take_more_candidates(limit: int, candidates: int) -> None:
    assert depth(limit) == candidates
