"""What is asked and what is compared."""

from dataclasses import replace

from bench.work import canonical, differences, items, left_aside
from tests.bench.examples import TENANTS


def test_times_are_equal_however_they_are_spelt() -> None:
    spellings = ("2026-01-02T03:04:05.5Z", "2026-01-02T03:04:05.500000+00:00", "2026-01-02T04:04:05.5+01:00")
    assert {canonical(spelling) for spelling in spellings} == {"2026-01-02T03:04:05.500000+00:00"}
    assert canonical({"said": ["at 2026-01-02T03:04:05Z"]}) == {"said": ["at 2026-01-02T03:04:05Z"]}


def test_answers_are_compared_by_their_common_keys_in_order() -> None:
    one = {"rows": [{"id": 1, "extra": True}, {"id": 2}], "total": 2}
    other = {"rows": [{"id": 1}, {"id": 2}], "total": 2, "limit": 20}
    assert differences({"a": one, "b": other}) == []
    assert left_aside({"a": one, "b": other}) == {".rows[].extra", ".limit"}


def test_another_order_another_length_and_another_value_are_told() -> None:
    assert differences({"a": {"ids": [1, 2]}, "b": {"ids": [2, 1]}}) == [".ids[0]: {'a': 1, 'b': 2}", ".ids[1]: {'a': 2, 'b': 1}"]
    assert differences({"a": {"ids": [1, 2]}, "b": {"ids": [1]}}) == [".ids: lengths {'a': 2, 'b': 1}"]
    assert differences({"a": {"total": 1}, "b": {"total": None}}) == [".total: {'a': 1, 'b': None}"]
    assert differences({"a": {"total": 1}, "b": {"count": 1}}) == ["the answer: no common keys"]


def test_requests_take_turns_between_companies() -> None:
    search = next(item for item in items(TENANTS) if item.name == "Q3")
    asked = [(request.split(b"\r\n")[1], b"grace" in request) for request in search.requests]
    assert asked == [
        (b"X-Company: company-0", False),
        (b"X-Company: company-1", False),
        (b"X-Company: company-0", True),
        (b"X-Company: company-1", True),
    ]


def test_a_posted_request_says_how_long_it_is() -> None:
    request = next(item for item in items(TENANTS) if item.name == "Q2").requests[0]
    head, _, body = request.partition(b"\r\n\r\n")
    assert f"Content-Length: {len(body)}".encode() in head.split(b"\r\n")


def test_of_a_graphql_answer_data_alone_is_compared() -> None:
    by_name = {item.name: item for item in items(TENANTS)}
    answer = {"data": {"id": 1}, "extensions": {"cost": {"actual": 3}}}
    assert {name: item.compared(answer) for name, item in by_name.items()} == {
        "R1": answer,
        "R2": answer,
        "Q1": {"id": 1},
        "Q2": {"id": 1},
        "Q3": {"id": 1},
    }


def test_a_contender_is_asked_its_own_requests() -> None:
    item = items(TENANTS)[0]
    other = replace(item, own={"other": [b"GET /other"]})
    assert (other.asked_of("other"), other.asked_of("parley")) == ([b"GET /other"], item.requests)
