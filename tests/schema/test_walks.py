"""Pages of random sizes, in random orders with ties and nulls, in both directions: always what Python sorts."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.deal import DEAL
from tests.schema.rows import add
from tests.tenant import Tenant

COUNT = 40
FIELDS = {
    "VALUE": ("value", [None, None, 0, 5, 5.25]),
    "EXPECTED_CLOSE_DATE": ("expectedCloseDate", [None, date(2026, 1, 1), date(2026, 1, 2)]),
    "PROBABILITY": ("probability", [0, 50, 100]),
    "TITLE": ("title", ["a", "b", "é", "\U0001f600"]),
    "CREATED_AT": ("createdAt", [datetime(2026, 1, 1, 0, 0, 0, 100_000, UTC), datetime(2026, 1, 1, tzinfo=UTC)]),
    "STAGE": ("stage", ["lead", "qualified"]),
}
COLUMNS = {"expectedCloseDate": "expected_close_date", "createdAt": "created_at"}
QUERY = """query ($orderBy: [DealOrder!], $first: PageSize, $after: String, $last: PageSize, $before: String) {
  deals(orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
    nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""
KEYS = st.lists(
    st.tuples(st.sampled_from(sorted(FIELDS)), st.sampled_from(["ASC", "DESC"]), st.sampled_from(["FIRST", "LAST"])),
    max_size=5,
    unique_by=lambda key: key[0],
)


@pytest.fixture
async def rows(acme: Tenant) -> list[dict[str, Any]]:
    made = []
    for number in range(COUNT):
        made.append({name: values[(number * 7 + number // 5) % len(values)] for name, values in FIELDS.values()})
    ids = await add(acme, DEAL, [{COLUMNS.get(name, name): value for name, value in row.items()} for row in made])
    return [{"id": row_id} | row for row_id, row in zip(ids, made, strict=True)]


def ranked(rows: list[dict[str, Any]], keys: list[tuple[str, str, str]]) -> list[str]:
    """Stable sorts from the last key to the first; the id decides in the direction of the last key."""
    downwards = keys[-1][1] == "DESC" if keys else True
    found = sorted(rows, key=lambda row: row["id"], reverse=downwards)
    for field, direction, nulls in reversed(keys or [("CREATED_AT", "DESC", "LAST")]):
        name = FIELDS[field][0]
        valued = sorted((row for row in found if row[name] is not None), key=lambda row: row[name], reverse=direction == "DESC")
        without = [row for row in found if row[name] is None]
        found = without + valued if nulls == "FIRST" else valued + without
    return [row["id"] for row in found]


async def walk(tenant: Tenant, order: list[dict[str, str]], sizes: list[int], *, forwards: bool) -> list[str]:
    end, place, cursor, more = (
        ("first", "after", "endCursor", "hasNextPage") if forwards else ("last", "before", "startCursor", "hasPreviousPage")
    )
    found: list[str] = []
    given: dict[str, Any] = {}
    for turn in range(COUNT):
        given[end] = sizes[turn % len(sizes)]
        page = (await tenant.data(QUERY, orderBy=order, **given))["deals"]
        ids = [node["id"] for node in page["nodes"]]
        found = found + ids if forwards else ids + found
        if not page["pageInfo"][more]:
            break
        given[place] = page["pageInfo"][cursor]
    return found


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(keys=KEYS, sizes=st.lists(st.integers(5, 30), min_size=1, max_size=4), forwards=st.booleans())
async def test_walking_a_list_shows_every_row_once_in_order(
    acme: Tenant, rows: list[dict[str, Any]], keys: list[tuple[str, str, str]], sizes: list[int], forwards: bool
) -> None:
    order = [{"field": field, "direction": direction, "nulls": nulls} for field, direction, nulls in keys]
    assert await walk(acme, order, sizes, forwards=forwards) == ranked(rows, keys)
