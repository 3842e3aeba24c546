"""The rows that the documents are asked of are as hostile as they should be, in both companies alike."""

from collections import Counter

import pytest

from models.catalogue import ENTITIES
from tests.differential.pools import Pools
from tests.differential.world import Company, World

TABLES = [noun for noun in ENTITIES if noun != "company"]


@pytest.fixture(params=["acme", "rival"])
def company(world: World, request: pytest.FixtureRequest) -> Company:
    """Each of the two."""
    found: Company = getattr(world, request.param)
    return found


def test_every_nullable_column_has_nulls_and_values(company: Company) -> None:
    for noun in TABLES:
        for column in ENTITIES[noun].columns.values():
            held = {row[column.name] is None for row in company.rows[noun]}
            assert held == ({True, False} if column.nullable else {False}), (noun, column.name)


def test_some_rows_are_busy_and_some_have_none(company: Company) -> None:
    for noun, target, key in (
        ("deal", "contact", "contact_id"),
        ("conversation", "agent", "agent_id"),
        ("message", "conversation", "conversation_id"),
    ):
        pointed = Counter(row[key] for row in company.rows[noun])
        assert max(pointed.values()) >= len(company.rows[noun]) / 4
        assert {row["id"] for row in company.rows[target]} - set(pointed)


def test_one_conversation_has_more_messages_than_a_page(company: Company) -> None:
    assert max(Counter(row["conversation_id"] for row in company.rows["message"]).values()) > 100


def test_sort_keys_have_ties(company: Company) -> None:
    for noun in ("contact", "conversation", "deal", "message"):
        created = [row["created_at"] for row in company.rows[noun]]
        assert len(set(created)) < len(created) / 4


def test_the_mark_begins_every_id_and_stands_in_texts(company: Company) -> None:
    for noun in ENTITIES:
        assert [each for each in company.ids[noun] if not each.startswith(company.mark)] == []
    for noun in TABLES:
        assert any(company.mark in str(value) for row in company.rows[noun] for name, value in row.items() if not name.endswith("id")), noun


def test_the_companies_have_the_same_rows_but_for_their_marks(world: World) -> None:
    acme, rival = (str(company.rows).replace(company.mark, "") for company in (world.acme, world.rival))
    assert acme == rival


def test_there_are_cursors_for_every_order(pools: Pools) -> None:
    assert [key for key, cursors in pools.cursors.items() if not cursors] == []
