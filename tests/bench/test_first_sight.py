"""First sight: what is asked in which order, and what is made of the times."""

import json

import pytest

from bench import targets
from bench.documents import aliased
from bench.first_sight import LEAD_IN, Sight, in_order, in_pairs
from bench.work import LIST_OF_CONVERSATIONS
from tests.bench.examples import TENANTS


def asked(request: bytes) -> tuple[bytes, str]:
    """A request's company and document."""
    return request.split(b"\r\n")[1], json.loads(request.partition(b"\r\n\r\n")[2])["query"]


def test_each_new_document_is_asked_twice_after_known_ones() -> None:
    requests = [asked(each) for each in in_pairs(LIST_OF_CONVERSATIONS, TENANTS, 2)]
    assert {document for _, document in requests[:LEAD_IN]} == {LIST_OF_CONVERSATIONS}
    new = [aliased(LIST_OF_CONVERSATIONS, mark) for mark in ("f0", "f1")]
    companies = [b"X-Company: company-0", b"X-Company: company-1"]
    assert requests[LEAD_IN:] == [(companies[0], new[0])] * 2 + [(companies[1], new[1])] * 2


def test_times_are_told_apart_by_their_order() -> None:
    sight = in_order("parley", [9.0] * LEAD_IN + [0.005, 0.001, 0.004, 0.002, 0.016, 0.001])
    assert (sight.first, sight.again) == ([0.005, 0.004, 0.016], [0.001, 0.002, 0.001])
    assert (sight.typical, sight.worst, sight.extra) == pytest.approx((0.005, 0.016, 0.004))


def test_one_slow_document_in_three_hundred_is_told_as_the_worst() -> None:
    sight = Sight("parley", [0.005] * 299 + [0.1], [0.001] * 300)
    assert (sight.typical, sight.nearly_worst, sight.worst) == (0.005, 0.005, 0.1)


def test_the_target_of_the_first_sight() -> None:
    quick, slow = Sight("parley", [0.005, 0.015], [0.001] * 2), Sight("parley", [0.005, 0.0151], [0.001] * 2)
    assert targets.first_sight(quick).startswith("met: first sight of a document: ")
    assert targets.first_sight(slow).startswith("MISSED: first sight of a document: ")
