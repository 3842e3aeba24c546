"""Cursors: what was printed is read back; nothing else is."""

import base64
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.catalogue import Order, complete, parse_order
from models.contact import CONTACT
from models.cursor import BadCursorError, decode_cursor, encode_cursor, signature
from models.deal import DEAL

ID = UUID("123e4567-e89b-42d3-a456-426614174000")
TEXT = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), max_size=200)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "title": TEXT,
    "stage": st.sampled_from(["lead", "closed-won"]),
    "value": st.none() | st.decimals(Decimal("-9999999999.99"), Decimal("9999999999.99"), places=2),
    "probability": st.integers(0, 100),
    "expected_close_date": st.none() | st.dates(date(1, 1, 1), date(9999, 12, 31)),
    "created_at": st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=st.just(UTC)),  # noqa: DTZ001 - bounds are naive
}
KEYS = st.lists(
    st.builds(Order, st.sampled_from(sorted(VALUES)), st.booleans(), st.booleans()), max_size=5, unique_by=lambda key: key.column
)


@given(data=st.data(), keys=KEYS)
def test_what_was_printed_is_read_back(data: st.DataObject, keys: list[Order]) -> None:
    order = complete(keys)
    values = tuple(data.draw(VALUES[key.column]) if key.column in VALUES else ID for key in order)
    assert decode_cursor(DEAL, order, encode_cursor(order, values)).values == values


@given(text=st.text(max_size=60))
def test_other_text_is_refused(text: str) -> None:
    with pytest.raises(BadCursorError):
        decode_cursor(DEAL, parse_order("value"), text)


@given(
    printed=st.recursive(
        st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats() | st.text(), lambda inner: st.lists(inner, max_size=3)
    )
)
def test_other_json_is_refused_or_read_as_its_columns_type(printed: Any) -> None:
    order = parse_order("value")
    try:
        text = base64.urlsafe_b64encode(orjson.dumps(["value id", printed, str(ID)])).decode()
    except TypeError:
        return
    try:
        keyset = decode_cursor(DEAL, order, text)
    except BadCursorError:
        return
    assert keyset.values[0] is None or isinstance(keyset.values[0], Decimal)
    assert keyset.values[1] == ID


def test_the_signature_says_direction_and_place_of_nulls() -> None:
    assert signature((Order("value", True, True), Order("title"), Order("id", True))) == "-value^ title -id"


@pytest.mark.parametrize("column", ["title", "created_at", "id"])
def test_null_is_refused_where_there_can_be_none(column: str) -> None:
    order = complete((Order(column),))
    values = [None, str(ID)][: len(order)]
    with pytest.raises(BadCursorError):
        decode_cursor(DEAL, order, base64.urlsafe_b64encode(orjson.dumps([signature(order), *values])).decode())


@pytest.mark.parametrize("letter", ["a", "é", '"'])
def test_the_longest_text_fits(letter: str) -> None:
    order = complete((Order("email"), Order("first_name"), Order("last_name"), Order("company_name"), Order("created_at")))
    values = (letter * 320, letter * 200, letter * 200, letter * 200, datetime(2026, 1, 1, tzinfo=UTC), ID)
    assert decode_cursor(CONTACT, order, encode_cursor(order, values)).values == values
