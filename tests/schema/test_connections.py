"""Connections: pages from either end, cursors, and what is refused."""

from typing import Any

import pytest

from models.contact import CONTACT
from models.deal import DEAL
from tests.schema.rows import add, took
from tests.tenant import Tenant

PAGE = """query ($first: PageSize, $after: String, $last: PageSize, $before: String, $orderBy: [DealOrder!]) {
  deals(first: $first, after: $after, last: $last, before: $before, orderBy: $orderBy) {
    nodes { title } edges { cursor node { title } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}"""


async def deals(tenant: Tenant, count: int) -> list[str]:
    titles = [f"{number:03}" for number in range(count)]
    await add(tenant, DEAL, [{"title": title} for title in titles])
    return titles[::-1]


async def page(tenant: Tenant, **arguments: Any) -> dict[str, Any]:
    return (await tenant.data(PAGE, **arguments))["deals"]


def titles(found: dict[str, Any]) -> list[str]:
    return [node["title"] for node in found["nodes"]]


async def test_twenty_unless_said(acme: Tenant) -> None:
    listed = await deals(acme, 25)
    found = await page(acme)
    assert titles(found) == listed[:20]
    assert (found["pageInfo"]["hasNextPage"], found["pageInfo"]["hasPreviousPage"]) == (True, False)


async def test_edges_and_nodes_are_the_same_rows(acme: Tenant) -> None:
    await deals(acme, 3)
    found = await page(acme)
    assert [edge["node"] for edge in found["edges"]] == found["nodes"]
    cursors = [edge["cursor"] for edge in found["edges"]]
    assert [cursors[0], cursors[-1]] == [found["pageInfo"]["startCursor"], found["pageInfo"]["endCursor"]]
    assert len(set(cursors)) == 3


@pytest.mark.parametrize(
    ("end", "place", "cursor", "more"),
    [("first", "after", "endCursor", "hasNextPage"), ("last", "before", "startCursor", "hasPreviousPage")],
)
async def test_pages_walk_through_all_rows_from_either_end(acme: Tenant, end: str, place: str, cursor: str, more: str) -> None:
    listed = await deals(acme, 7)
    pages: list[list[str]] = []
    given: dict[str, Any] = {end: 3}
    while True:
        found = await page(acme, **given)
        pages.append(titles(found))
        if not found["pageInfo"][more]:
            break
        given[place] = found["pageInfo"][cursor]
    expected = [listed[:3], listed[3:6], listed[6:]] if end == "first" else [listed[4:], listed[1:4], listed[:1]]
    assert pages == expected


async def test_between_two_cursors(acme: Tenant) -> None:
    listed = await deals(acme, 6)
    cursors = [edge["cursor"] for edge in (await page(acme))["edges"]]
    assert titles(await page(acme, after=cursors[0], before=cursors[4])) == listed[1:4]
    assert titles(await page(acme, first=2, after=cursors[0], before=cursors[4])) == listed[1:3]
    assert titles(await page(acme, last=2, after=cursors[0], before=cursors[4])) == listed[2:4]


async def test_an_empty_page_has_no_cursors(acme: Tenant) -> None:
    found = await page(acme)
    assert found["pageInfo"] == {"hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None}
    assert (found["nodes"], found["edges"]) == ([], [])


@pytest.mark.parametrize(("end", "more"), [("first", "hasNextPage"), ("last", "hasPreviousPage")])
async def test_a_page_of_none_still_tells_whether_there_are_any(acme: Tenant, end: str, more: str) -> None:
    await deals(acme, 1)
    found = await page(acme, **{end: 0})
    assert (found["nodes"], found["pageInfo"][more]) == ([], True)


async def test_a_full_page_of_exactly_all_has_no_next(acme: Tenant) -> None:
    await deals(acme, 3)
    assert (await page(acme, first=3))["pageInfo"]["hasNextPage"] is False
    assert (await page(acme, last=3))["pageInfo"]["hasPreviousPage"] is False


@pytest.mark.parametrize("size", [101, -1, 2**31, 1.5, "5", True])
@pytest.mark.parametrize("name", ["first", "last"])
async def test_a_page_size_out_of_range_is_refused_by_its_type(acme: Tenant, name: str, size: Any) -> None:
    answer = await acme.graphql_response(PAGE, **{name: size})
    assert (answer.status_code, took(answer)) == (400, 0)
    assert "PageSize must be a whole number from 0 to 100" in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize("literal", ["101", "-1", "1.5", '"5"', "true", "9" * 5000])
async def test_a_page_size_written_in_the_document_is_held_to_the_same(acme: Tenant, literal: str) -> None:
    answer = await acme.graphql_response(f"{{ deals(first: {literal}) {{ nodes {{ id }} }} }}")
    assert (answer.status_code, took(answer)) == (400, 0)


async def test_a_hundred_is_the_largest_page(acme: Tenant) -> None:
    await deals(acme, 101)
    assert len(titles(await page(acme, first=100))) == 100
    assert len(titles(await page(acme, last=100))) == 100


async def test_first_and_last_together_are_refused(acme: Tenant) -> None:
    body = await acme.graphql(PAGE, first=1, last=1)
    assert body["data"] == {"deals": None}
    assert body["errors"][0]["path"] == ["deals"]
    assert body["errors"][0]["extensions"]["code"] == "VALIDATION_ERROR"
    assert body["errors"][0]["extensions"]["issues"] == [{"path": "last", "message": "give first or last, not both"}]


async def test_rows_that_come_in_between_shift_nothing(acme: Tenant) -> None:
    listed = await deals(acme, 6)
    first = await page(acme, first=3)
    await add(acme, DEAL, [{"title": "new"}])
    rest = await page(acme, first=10, after=first["pageInfo"]["endCursor"])
    assert titles(first) + titles(rest) == listed


async def test_a_cursor_outlives_its_row(acme: Tenant) -> None:
    listed = await deals(acme, 4)
    query = "{ deals(first: 2) { nodes { id } pageInfo { endCursor } } }"
    first = (await acme.data(query))["deals"]
    await acme.rest("DELETE", f"/api/crm/deals/{first['nodes'][1]['id']}")
    assert titles(await page(acme, after=first["pageInfo"]["endCursor"])) == listed[2:]


async def test_the_pages_of_each_parent_are_its_own(acme: Tenant) -> None:
    contacts = await add(acme, CONTACT, [{"first_name": name} for name in "ab"])
    await add(acme, DEAL, [{"title": f"{contact}{number}", "contact_id": contacts[contact]} for contact in (0, 1) for number in range(4)])
    query = """query ($after: String) { contacts { nodes { firstName
      deals(first: 2, after: $after, orderBy: [{field: TITLE}]) { totalCount nodes { title } pageInfo { hasNextPage endCursor } } } } }"""
    found = (await acme.data(query))["contacts"]["nodes"]
    assert [[deal["title"] for deal in node["deals"]["nodes"]] for node in found] == [["10", "11"], ["00", "01"]]
    assert [(node["deals"]["totalCount"], node["deals"]["pageInfo"]["hasNextPage"]) for node in found] == [(4, True), (4, True)]


async def test_two_pages_of_one_edge_do_not_mix(acme: Tenant) -> None:
    (contact,) = await add(acme, CONTACT, [{}])
    await add(acme, DEAL, [{"title": str(number), "contact_id": contact} for number in range(3)])
    query = "{ contacts { nodes { a: deals(first: 1) { nodes { title } } b: deals(last: 1) { nodes { title } } } } }"
    node = (await acme.data(query))["contacts"]["nodes"][0]
    assert (node["a"]["nodes"], node["b"]["nodes"]) == ([{"title": "2"}], [{"title": "0"}])
