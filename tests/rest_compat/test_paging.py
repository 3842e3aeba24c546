"""limit and offset on every list: defaults, maxima, and what is refused."""

from typing import Any

import pytest

from tests.rest_compat.seed import seed
from tests.tenant import Tenant

LISTS = ("/api/crm/contacts", "/api/crm/deals", "/api/conversations", "/api/conversations/{conversation}/messages")
DEFAULTS = dict(zip(LISTS, (20, 20, 20, 50), strict=True))
MAXIMA = dict(zip(LISTS, (100, 100, 50, 100), strict=True))
WRONG = ("-1", "-0", "+1", "1.5", "1e2", "0x10", "ten", "", " ", "1 ", "null", "٣", "1_000", "9" * 19, "9" * 400, "NaN")


@pytest.mark.parametrize("path", LISTS)
async def test_the_default_and_the_maximum(acme: Tenant, path: str) -> None:
    path = path.format(conversation=await seed(acme, 101)) if "{" in path else await seeded(acme, path)
    key = path.rsplit("/", 1)[1]
    shown = (await acme.rest("GET", path)).json()
    widest = (await acme.rest("GET", path, params={"limit": "9" * 18})).json()
    template = next(each for each in LISTS if each.rsplit("/", 1)[1] == key)
    assert (len(shown[key]), shown["limit"], shown["offset"], shown["total"]) == (DEFAULTS[template], DEFAULTS[template], 0, 101)
    assert (len(widest[key]), widest["limit"]) == (MAXIMA[template], MAXIMA[template])


async def seeded(tenant: Tenant, path: str) -> str:
    await seed(tenant, 101)
    return path


@pytest.mark.parametrize("name", ["limit", "offset"])
@pytest.mark.parametrize("path", LISTS)
async def test_what_is_no_whole_number_is_refused_and_named(acme: Tenant, path: str, name: str) -> None:
    path = path.format(conversation=(await acme.conversation())["id"])
    for value in WRONG:
        answer = await acme.rest("GET", path, params={name: value})
        assert (answer.status_code, answer.json()["code"]) == (400, "VALIDATION_ERROR"), value
        assert [issue["path"] for issue in answer.json()["details"]["issues"]] == [name], value


@pytest.mark.parametrize("path", LISTS)
async def test_an_offset_beyond_the_end_is_an_empty_page(acme: Tenant, path: str) -> None:
    path = path.format(conversation=(await acme.conversation())["id"])
    answer = (await acme.rest("GET", path, params={"offset": str(2**31 - 1)})).json()
    assert answer[path.rsplit("/", 1)[1]] == []


async def test_an_offset_too_large_to_store_is_refused(acme: Tenant) -> None:
    answer = await acme.rest("GET", "/api/crm/contacts", params={"offset": str(2**31)})
    assert (answer.status_code, answer.json()["details"]["issues"][0]["path"]) == (400, "offset")


async def test_a_limit_of_zero_counts_only(acme: Tenant) -> None:
    await acme.contact()
    answer = (await acme.rest("GET", "/api/crm/contacts?limit=0")).json()
    assert (answer["contacts"], answer["total"], answer["limit"]) == ([], 1, 0)


async def test_pages_follow_each_other(acme: Tenant) -> None:
    await seed(acme, 25)
    pages: list[Any] = [(await acme.rest("GET", f"/api/crm/deals?limit=10&offset={offset}")).json()["deals"] for offset in (0, 10, 20)]
    whole = (await acme.rest("GET", "/api/crm/deals?limit=100")).json()["deals"]
    assert [len(page) for page in pages] == [10, 10, 5]
    assert [deal for page in pages for deal in page] == whole


@pytest.mark.parametrize(("query", "limit", "shown"), [("", 50, 50), ("?limit=500", 50, 50), ("?limit=7", 7, 7), ("?limit=0", 0, 0)])
async def test_the_conversations_of_a_contact_are_fifty_at_most(acme: Tenant, query: str, limit: int, shown: int) -> None:
    contact = await acme.contact()
    await seed(acme, 60, contact_id=contact["id"])
    answer = (await acme.rest("GET", f"/api/crm/contacts/{contact['id']}/conversations{query}")).json()
    assert (len(answer["conversations"]), answer["total"]) == (shown, 60)


async def test_the_conversations_of_a_contact_refuse_a_wrong_limit(acme: Tenant) -> None:
    contact = await acme.contact()
    for value in WRONG:
        answer = await acme.rest("GET", f"/api/crm/contacts/{contact['id']}/conversations", params={"limit": value})
        assert (answer.status_code, answer.json()["details"]["issues"][0]["path"]) == (400, "limit"), value
