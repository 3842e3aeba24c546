"""What the reference clients do with deals beyond the document."""

from typing import Any
from uuid import uuid4

import pytest

from tests.rest_compat.shapes import ID, TIME, differences
from tests.tenant import Tenant

STAGES = ["lead", "qualified", "proposal", "negotiation", "closed-won", "closed-lost"]
FULL = {
    "title": "Lamps",
    "value": 1234.5,
    "stage": "proposal",
    "probability": 75,
    "expected_close_date": "2026-02-01",
    "metadata": {"a": 1},
}


async def test_a_title_is_enough(acme: Tenant) -> None:
    deal = await acme.deal(title="Lamps")
    assert differences(deal, {"id": ID, "company_id": ID, "created_at": TIME, "updated_at": TIME}) == []
    defaults = {
        "contact_id": None,
        "value": None,
        "stage": "lead",
        "probability": 0,
        "expected_close_date": None,
        "metadata": {},
        "contacts": None,
    }
    assert {key: deal[key] for key in defaults} == defaults


async def test_a_deal_carries_its_contact(acme: Tenant) -> None:
    contact = await acme.contact(first_name="Ada")
    deal = await acme.deal(contact_id=contact["id"])
    assert (deal["contact_id"], deal["contacts"]) == (contact["id"], contact)


@pytest.mark.parametrize("value", [0, 50000, 0.01, 1234.5, 9999999999.99, -5, None])
async def test_a_value_is_kept_as_a_json_number(acme: Tenant, value: float | None) -> None:
    deal = await acme.deal(value=value)
    shown = (await acme.rest("GET", f"/api/crm/deals/{deal['id']}")).json()["deal"]["value"]
    assert (shown, type(shown)) == (value, type(value))


@pytest.mark.parametrize("stage", STAGES)
async def test_the_stage_filter_is_exact(acme: Tenant, stage: str) -> None:
    for each in STAGES:
        await acme.deal(title=each, stage=each)
    listed = (await acme.rest("GET", f"/api/crm/deals?stage={stage}")).json()
    assert ([deal["title"] for deal in listed["deals"]], listed["total"]) == ([stage], 1)


async def test_deals_are_listed_by_contact(acme: Tenant) -> None:
    contact = await acme.contact()
    mine = await acme.deal(contact_id=contact["id"])
    await acme.deal()
    listed = (await acme.rest("GET", f"/api/crm/deals?contact_id={contact['id']}")).json()
    assert (listed["deals"], listed["total"]) == ([mine], 1)


async def test_filters_are_combined(acme: Tenant) -> None:
    contact = await acme.contact()
    wanted = await acme.deal(contact_id=contact["id"], stage="proposal")
    await acme.deal(contact_id=contact["id"])
    await acme.deal(stage="proposal")
    listed = (await acme.rest("GET", f"/api/crm/deals?contact_id={contact['id']}&stage=proposal")).json()
    assert [deal["id"] for deal in listed["deals"]] == [wanted["id"]]


@pytest.mark.parametrize(
    ("field", "value"),
    [("title", "Tables"), ("value", 0), ("value", None), ("stage", "closed-won"), ("probability", 100), ("expected_close_date", None)],
)
async def test_a_patch_leaves_everything_else(acme: Tenant, field: str, value: Any) -> None:
    contact = await acme.contact()
    before = await acme.deal(contact_id=contact["id"], **FULL)
    after = (await acme.rest("PATCH", f"/api/crm/deals/{before['id']}", json={field: value})).json()["deal"]
    assert after.pop("updated_at") > before.pop("updated_at")
    assert after == before | {field: value}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", None),
        ("title", "t" * 256),
        ("value", "much"),
        ("value", 0.001),
        ("value", 10_000_000_000),
        ("value", 1e300),
        ("stage", "won"),
        ("stage", None),
        ("stage", 3),
        ("probability", 101),
        ("probability", -1),
        ("probability", 0.5),
        ("expected_close_date", "tomorrow"),
        ("expected_close_date", "2026-02-30"),
        ("contact_id", "somebody"),
        ("metadata", "text"),
    ],
)
async def test_a_wrong_field_is_named(acme: Tenant, field: str, value: Any) -> None:
    deal = await acme.deal(**FULL)
    for method, path in (("POST", "/api/crm/deals"), ("PATCH", f"/api/crm/deals/{deal['id']}")):
        answer = await acme.rest(method, path, json=({"title": "t"} if method == "POST" else {}) | {field: value})
        assert answer.status_code == 400
        assert [issue["path"] for issue in answer.json()["details"]["issues"]] == [field]
    assert (await acme.rest("GET", f"/api/crm/deals/{deal['id']}")).json()["deal"] == deal


async def test_a_deal_needs_a_title(acme: Tenant) -> None:
    answer = await acme.rest("POST", "/api/crm/deals", json={"value": 5})
    assert (answer.status_code, [issue["path"] for issue in answer.json()["details"]["issues"]]) == (400, ["title"])


async def test_a_contact_of_nobody_or_of_another_company_is_not_found(acme: Tenant, rival: Tenant) -> None:
    deal, foreign = await acme.deal(), await rival.contact()
    for contact_id in (str(uuid4()), foreign["id"]):
        for method, path in (("POST", "/api/crm/deals"), ("PATCH", f"/api/crm/deals/{deal['id']}")):
            answer = await acme.rest(method, path, json={"title": "t", "contact_id": contact_id})
            assert answer.status_code == 404
            issues = [{"path": "contact_id", "message": "Contact not found"}]
            assert answer.json() == {"error": "Contact not found", "code": "NOT_FOUND", "details": {"issues": issues}}


async def test_a_deleted_deal_is_gone_and_deleting_it_again_succeeds(acme: Tenant) -> None:
    deal = await acme.deal()
    for _ in range(2):
        answer = await acme.rest("DELETE", f"/api/crm/deals/{deal['id']}")
        assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert (await acme.rest("GET", f"/api/crm/deals/{deal['id']}")).status_code == 404


async def test_deleting_a_foreign_deal_answers_the_same_and_deletes_nothing(acme: Tenant, rival: Tenant) -> None:
    deal = await rival.deal()
    assert (await acme.rest("DELETE", f"/api/crm/deals/{deal['id']}")).json() == {"success": True}
    assert (await rival.rest("GET", f"/api/crm/deals/{deal['id']}")).json()["deal"] == deal
