"""What the README of the examples tells is true: its documents fit the schema, its links and settings exist."""

import re

import pytest
from graphql import parse, validate

from schema.root import SCHEMA
from settings import known_names
from tests.examples.programs import CLIENTS, EXAMPLES, ROOT, Company

TEXT = (EXAMPLES / "README.md").read_text("utf-8")
DOCUMENTS = re.findall(r"```graphql\n(.*?)```", TEXT, re.DOTALL)
LOCKS = sorted(
    path for folder in ("examples", "tests") for path in (ROOT / folder).rglob("package-lock.json") if "node_modules" not in path.parts
)


@pytest.mark.parametrize("document", DOCUMENTS, ids=["a list", "a change", "a file", "its ingestion", "a subscription"])
def test_its_documents_fit_the_schema(document: str) -> None:
    assert validate(SCHEMA._schema, parse(document)) == []


async def test_its_list_and_its_change_run(company: Company) -> None:
    listed, changed, *_ = DOCUMENTS
    deal = company.rest("POST", "/api/crm/deals", title="Lamps", value=2000, stage="proposal")["deal"]
    found = company.rest("POST", "/graphql", query=listed)
    assert found["data"]["deals"] == {"totalCount": 0, "pageInfo": {"hasNextPage": False, "endCursor": None}, "nodes": []}
    won = company.rest("POST", "/graphql", query=changed, variables={"id": deal["id"]})
    assert won["data"]["updateDeal"]["deal"]["stage"] == "CLOSED_WON"


async def test_its_error_is_the_one_that_is_answered(company: Company) -> None:
    (told,) = re.findall(r'"message": "(input\.email: [^"]*)"', TEXT)
    query = "mutation ($email: String!) { createContact(input: {email: $email}) { contact { id } } }"
    (error,) = company.rest("POST", "/graphql", query=query, variables={"email": "a" * 1000})["errors"]
    assert error["message"] == told


def test_its_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)]+)\)", TEXT)
    assert len(links) > 10
    assert [link for link in links if not (EXAMPLES / link).exists()] == []


def test_its_settings_exist() -> None:
    ours = {"PARLEY_URL", "PARLEY_TOKEN"}
    assert set(re.findall(r"PARLEY_\w+", TEXT)) - ours <= set(known_names())


def test_each_client_is_explained() -> None:
    assert {path.name for path in EXAMPLES.iterdir() if path.is_dir()} == set(CLIENTS)
    assert [name for name in CLIENTS if f"[{name}/]({name})" not in TEXT] == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.parent.name)
def test_lock_files_name_no_download_address(lock: object) -> None:
    text = ROOT.joinpath(str(lock)).read_text("utf-8")
    assert '"resolved"' not in text
    assert "://registry." not in text
