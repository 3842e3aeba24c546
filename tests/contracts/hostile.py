"""Values made to break out of SQL, and inputs made of them: every string carries a mark, so that it is found where it may not be."""

from typing import Any

from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLList, is_required_input_field
from hypothesis import strategies as st

from tests.contracts.graphql_walk import bare

MARK = "zq7x"
QUOTES = ("'", '"', "%", "_", "\\", "\x00", "$1", "$$", ";", "--", "/*", "')) OR 1=1 --", "\\'")
MARKS = ("{rows}", "<rows0>", "\u2028", "\U0001f600", "%s", ":p0", "\u0661")
BREAKERS = QUOTES + MARKS
TEXTS = st.lists(st.sampled_from(BREAKERS) | st.text(max_size=4), max_size=5).map(lambda parts: MARK.join(["", *parts, ""]))
IDS = st.uuids().map(str) | TEXTS
TIMES = ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59.999999-14:00", "2026-03-04T05:06:07.123456Z", "2026-03-04")
NUMBERS = st.integers(-(2**70), 2**70) | st.floats() | st.sampled_from(["1e5000", "-1e-5000", "1e99999999", "NaN", "0.1", "\u0661"])
SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "String": TEXTS,
    "ID": IDS,
    "Int": st.integers(-(2**31), 2**31 - 1),
    "Float": st.floats(allow_nan=False, allow_infinity=False),
    "Boolean": st.booleans(),
    "Decimal": NUMBERS.filter(lambda value: not isinstance(value, float) or abs(value) < 1e300),
    "DateTime": st.sampled_from(TIMES),
    "Date": st.sampled_from(("0001-01-01", "9999-12-31", "2026-02-30", "2026-02-28")),
    "JSON": st.dictionaries(TEXTS, TEXTS, max_size=2),
}


def values(of: Any, depth: int = 3) -> st.SearchStrategy[Any]:
    """Values of an input type, of which most are accepted."""
    plain = bare(of)
    if isinstance(plain, GraphQLList):
        return st.lists(values(plain.of_type, depth - 1), max_size=3)
    if isinstance(plain, GraphQLEnumType):
        return st.sampled_from(sorted(plain.values))
    if not isinstance(plain, GraphQLInputObjectType):
        return SCALARS[plain.name]
    if depth <= 0:
        return st.just({})
    required = [name for name, field in plain.fields.items() if is_required_input_field(field)]
    chosen = st.lists(st.sampled_from(sorted(plain.fields)), min_size=1, max_size=2, unique=True)
    return chosen.flatmap(lambda names: _object(plain, [*required, *names], depth))


def _object(of: GraphQLInputObjectType, names: list[str], depth: int) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries({name: values(of.fields[name].type, depth - 1) for name in names})
