"""A request's headers by their names, put together once."""

import pytest

from headers import headers_of
from tests.web.asgi import Headers, http


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ([], {}),
        ([(b"a", b"1"), (b"b", b"2")], {b"a": b"1", b"b": b"2"}),
        ([(b"a", b"1"), (b"b", b"2"), (b"a", b"3"), (b"a", b"")], {b"a": b"1,3,", b"b": b"2"}),
    ],
)
def test_several_of_one_name_are_a_list(sent: Headers, expected: dict[bytes, bytes]) -> None:
    assert headers_of(http(headers=sent)) == expected


def test_they_are_put_together_once_a_request() -> None:
    one, other = http(headers=[(b"a", b"1")]), http(headers=[(b"a", b"2")])
    assert headers_of(one) is headers_of(one)
    assert headers_of(other) == {b"a": b"2"}
