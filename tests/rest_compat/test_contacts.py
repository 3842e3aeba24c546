"""What the reference clients do with contacts beyond the document."""

from typing import Any
from uuid import uuid4

import pytest

from tests.rest_compat.shapes import ID, TIME, differences
from tests.tenant import Tenant

FULL = {
    "email": "ada@example.com",
    "phone": "+390612345678",
    "first_name": "Ada",
    "last_name": "Lovelace",
    "company_name": "Analytical Engines",
    "tags": ["vip", "lead"],
    "metadata": {"plan": "gold", "nested": {"n": [1, 2.5, None, True]}},
}


async def test_everything_is_optional(acme: Tenant) -> None:
    answer = await acme.rest("POST", "/api/crm/contacts", json={})
    assert answer.status_code == 201
    contact = answer.json()["contact"]
    assert differences(contact, {"id": ID, "company_id": ID, "created_at": TIME, "updated_at": TIME}) == []
    assert [contact[key] for key in ("email", "phone", "first_name", "last_name", "company_name")] == [None] * 5
    assert (contact["tags"], contact["metadata"]) == ([], {})


async def test_what_was_sent_is_kept(acme: Tenant) -> None:
    contact = await acme.contact(**FULL)
    assert {key: contact[key] for key in FULL} == FULL


async def test_two_contacts_may_share_an_address(acme: Tenant) -> None:
    assert (await acme.contact(email="a@example.com"))["id"] != (await acme.contact(email="a@example.com"))["id"]


async def test_one_contact_is_under_its_key(acme: Tenant) -> None:
    contact = await acme.contact(**FULL)
    answer = await acme.rest("GET", f"/api/crm/contacts/{contact['id']}")
    assert (answer.status_code, answer.json()) == (200, {"contact": contact})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "new@example.com"),
        ("phone", None),
        ("first_name", "Grace"),
        ("tags", ["other"]),
        ("tags", []),
        ("metadata", {"other": 1}),
        ("metadata", {}),
    ],
)
async def test_a_patch_replaces_what_is_sent_and_leaves_the_rest(acme: Tenant, field: str, value: Any) -> None:
    before = await acme.contact(**FULL)
    after = (await acme.rest("PATCH", f"/api/crm/contacts/{before['id']}", json={field: value})).json()["contact"]
    assert after.pop("updated_at") > before.pop("updated_at")
    assert after == before | {field: value}


@pytest.mark.parametrize("field", ["email", "phone", "first_name", "last_name", "company_name"])
async def test_empty_text_clears_a_field(acme: Tenant, field: str) -> None:
    contact = await acme.contact(**FULL)
    changed = (await acme.rest("PATCH", f"/api/crm/contacts/{contact['id']}", json={field: ""})).json()["contact"]
    assert changed[field] is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", 5),
        ("email", "e" * 321),
        ("phone", "1" * 51),
        ("first_name", ["Ada"]),
        ("last_name", "n" * 201),
        ("company_name", {"name": "Acme"}),
        ("tags", "vip"),
        ("tags", None),
        ("tags", ["t"] * 101),
        ("metadata", []),
        ("metadata", None),
    ],
)
async def test_a_wrong_field_is_named(acme: Tenant, field: str, value: Any) -> None:
    contact = await acme.contact(**FULL)
    for method, path in (("POST", "/api/crm/contacts"), ("PATCH", f"/api/crm/contacts/{contact['id']}")):
        answer = await acme.rest(method, path, json={field: value})
        assert answer.status_code == 400
        assert [issue["path"] for issue in answer.json()["details"]["issues"]] == [field]
    assert (await acme.rest("GET", f"/api/crm/contacts/{contact['id']}")).json()["contact"] == contact


@pytest.mark.parametrize("tags", [[""], [5], ["t" * 101]])
async def test_a_wrong_tag_is_named_by_its_place(acme: Tenant, tags: list[Any]) -> None:
    answer = await acme.rest("POST", "/api/crm/contacts", json={"tags": ["fine", *tags]})
    assert answer.status_code == 400
    assert [issue["path"] for issue in answer.json()["details"]["issues"]] == ["tags.1"]


async def test_a_deleted_contact_is_gone(acme: Tenant) -> None:
    contact = await acme.contact()
    answer = await acme.rest("DELETE", f"/api/crm/contacts/{contact['id']}")
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert (await acme.rest("GET", f"/api/crm/contacts/{contact['id']}")).status_code == 404


async def test_deleting_an_absent_contact_succeeds(acme: Tenant) -> None:
    answer = await acme.rest("DELETE", f"/api/crm/contacts/{uuid4()}")
    assert (answer.status_code, answer.json()) == (200, {"success": True})


async def test_deleting_a_foreign_contact_answers_the_same_and_deletes_nothing(acme: Tenant, rival: Tenant) -> None:
    contact = await rival.contact()
    answer = await acme.rest("DELETE", f"/api/crm/contacts/{contact['id']}")
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert (await rival.rest("GET", f"/api/crm/contacts/{contact['id']}")).json()["contact"] == contact


async def test_a_deleted_contact_leaves_its_conversations_and_deals(acme: Tenant) -> None:
    contact = await acme.contact()
    conversation = await acme.conversation(contactId=contact["id"])
    deal = await acme.deal(contact_id=contact["id"])
    await acme.rest("DELETE", f"/api/crm/contacts/{contact['id']}")
    left = (await acme.rest("GET", f"/api/conversations/{conversation['id']}")).json()["conversation"]
    sale = (await acme.rest("GET", f"/api/crm/deals/{deal['id']}")).json()["deal"]
    assert (left["contact_id"], sale["contact_id"], sale["contacts"]) == (None, None, None)


async def test_the_conversations_of_a_contact_come_with_it(acme: Tenant) -> None:
    contact, other = await acme.contact(), await acme.contact()
    made = [(await acme.conversation(contactId=contact["id"]))["id"] for _ in range(3)]
    await acme.conversation(contactId=other["id"])
    answer = (await acme.rest("GET", f"/api/crm/contacts/{contact['id']}/conversations?limit=2")).json()
    assert answer["contact"] == contact
    assert [each["id"] for each in answer["conversations"]] == made[:0:-1]
    assert answer["total"] == 3


async def test_the_conversations_of_an_absent_contact_are_not_found(acme: Tenant, rival: Tenant) -> None:
    foreign = await rival.contact()
    for contact_id in (uuid4(), foreign["id"]):
        answer = await acme.rest("GET", f"/api/crm/contacts/{contact_id}/conversations")
        assert (answer.status_code, answer.json()["error"]) == (404, "Contact not found")
