"""Searching contacts: a substring in any case, without wildcards, over names, e-mail and employer."""

import pytest

from tests.tenant import Tenant

PEOPLE = {
    "percent": {"first_name": "100% wool"},
    "underscore": {"last_name": "snake_case"},
    "comma": {"company_name": "Lamps, Inc."},
    "single quote": {"last_name": "O'Brien"},
    "double quote": {"first_name": 'The "Boss"'},
    "backslash": {"company_name": "C:\\Lamps"},
    "upper": {"first_name": "ÉMILE", "last_name": "ZOLA"},
    "address": {"email": "Someone@Example.COM"},
    "plain": {"first_name": "Ada", "last_name": "Lovelace", "phone": "+391234567"},
}


@pytest.mark.parametrize(
    ("term", "names"),
    [
        ("%", ["percent"]),
        ("_", ["underscore"]),
        (",", ["comma"]),
        ("'", ["single quote"]),
        ('"', ["double quote"]),
        ("\\", ["backslash"]),
        ("0% W", ["percent"]),
        ("e_c", ["underscore"]),
        ("S, INC", ["comma"]),
        ("émile", ["upper"]),
        ("zola", ["upper"]),
        ("EXAMPLE.com", ["address"]),
        ("ADA", ["plain"]),
        ("lovelace", ["plain"]),
        ("a_a", []),
        ("ada%", []),
        (".*", []),
        ("391234567", []),
        ("adalovelace", []),
        ("ada lovelace", []),
        ("  ada ", ["plain"]),
    ],
)
async def test_a_term_is_found_as_it_is_written(acme: Tenant, term: str, names: list[str]) -> None:
    ids = {(await acme.contact(**{"email": None} | fields))["id"]: name for name, fields in PEOPLE.items()}
    answer = (await acme.rest("GET", "/api/crm/contacts", params={"search": term})).json()
    assert [ids[contact["id"]] for contact in answer["contacts"]] == names
    assert answer["total"] == len(names)


@pytest.mark.parametrize("term", ["", "  "])
async def test_a_blank_term_lists_everybody(acme: Tenant, term: str) -> None:
    await acme.contact()
    assert (await acme.rest("GET", "/api/crm/contacts", params={"search": term})).json()["total"] == 1


@pytest.mark.parametrize("term", ["a" * 201, "a\x00b"])
async def test_a_term_that_cannot_be_is_refused(acme: Tenant, term: str) -> None:
    answer = await acme.rest("GET", "/api/crm/contacts", params={"search": term})
    assert (answer.status_code, answer.json()["details"]["issues"][0]["path"]) == (400, "search")


async def test_another_companys_contacts_are_not_found(acme: Tenant, rival: Tenant) -> None:
    await rival.contact(first_name="Canary")
    assert (await acme.rest("GET", "/api/crm/contacts?search=canary")).json()["total"] == 0
