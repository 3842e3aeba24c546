"""Every operator of every filter input, alone and combined, against a Python oracle."""

from datetime import UTC, datetime
from typing import Any

import pytest
from graphql import GraphQLEnumType, GraphQLInputObjectType, get_named_type
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.agent import AGENT
from models.contact import CONTACT
from models.conversation import CONVERSATION
from models.deal import DEAL
from models.message import MESSAGE
from schema.root import SCHEMA
from tests.schema.oracle import EDGES, matches
from tests.schema.rows import add
from tests.tenant import PROMPT, Tenant

NOUNS = ("agent", "contact", "conversation", "deal", "message")
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
WORDS = ["", "a", "A", "é", "É", "%", "_", "o'x", 'q"', "\\", "lamp", "Lamps", "pS"]


@pytest.fixture
async def rows(acme: Tenant) -> dict[str, list[dict[str, Any]]]:
    """A few rows of each noun, with ties, nulls and awkward text, as GraphQL shows them."""
    texts = [None, *WORDS[1:]]
    agents = await add(
        acme,
        AGENT,
        [
            {"name": f"N{each}", "slug": str(n), "system_prompt": PROMPT, "description": each, "enabled": n % 2 == 0, "public_api_key": "k"}
            for n, each in enumerate(texts)
        ],
    )
    contacts = await add(
        acme,
        CONTACT,
        [
            {"email": each, "last_name": texts[-n], "tags": [word for word in WORDS[1:5] if len(word) + n & 1]}
            for n, each in enumerate(texts)
        ],
    )
    conversations = await add(
        acme,
        CONVERSATION,
        [
            {
                "contact_id": contacts[n // 2] if n % 3 else None,
                "agent_id": agents[n] if n % 2 else None,
                "status": ("active", "ended", "archived")[n % 3],
                "channel": ("chat", "voice")[n % 2],
                "summary": each,
                "summary_message_count": n if n % 4 else None,
                "ended_at": datetime(2026, 1, 1 + n, tzinfo=UTC) if n % 3 else None,
            }
            for n, each in enumerate(texts)
        ],
    )
    await add(
        acme,
        DEAL,
        [
            {
                "title": f"T{each}",
                "contact_id": contacts[-n] if n % 2 else None,
                "value": (None, 0, 5, 5.5)[n % 4],
                "probability": n * 5,
                "stage": ("lead", "qualified", "closed-won")[n % 3],
                "expected_close_date": datetime(2026, 1, 1 + n % 3, tzinfo=UTC).date() if n % 4 else None,
            }
            for n, each in enumerate(texts)
        ],
    )
    await add(
        acme,
        MESSAGE,
        [{"conversation_id": conversations[n % 3], "sender_type": "user", "content": each or "-"} for n, each in enumerate(texts)],
    )
    return {noun: await everything(acme, noun) for noun in NOUNS}


def fields_of(noun: str) -> dict[str, tuple[str, ...]]:
    """The compared fields of a noun's filter, with their operators."""
    made = SCHEMA._schema.type_map[f"{noun.title()}Filter"]
    assert isinstance(made, GraphQLInputObjectType)
    found = {}
    for name, field in made.fields.items():
        compared = get_named_type(field.type)
        if isinstance(compared, GraphQLInputObjectType) and name not in {*EDGES[noun], "and", "or", "not", "threads", "thread"}:
            found[name] = tuple(compared.fields)
    return found


async def everything(tenant: Tenant, noun: str) -> list[dict[str, Any]]:
    selection = " ".join(("id", *(name for name in fields_of(noun) if name != "id")))
    return (await tenant.data(f"{{ found: {noun}s(first: 100) {{ nodes {{ {selection} }} }} }}"))["found"]["nodes"]


async def found(tenant: Tenant, noun: str, wanted: dict[str, Any]) -> tuple[list[str], int]:
    query = f"query ($filter: {noun.title()}Filter) {{ found: {noun}s(first: 100, filter: $filter) {{ totalCount nodes {{ id }} }} }}"
    answer = (await tenant.data(query, filter=wanted))["found"]
    return [node["id"] for node in answer["nodes"]], answer["totalCount"]


async def agrees(tenant: Tenant, rows: dict[str, list[dict[str, Any]]], noun: str, wanted: dict[str, Any]) -> None:
    expected = [row["id"] for row in rows[noun] if matches(rows, noun, row, wanted)]
    assert await found(tenant, noun, wanted) == (expected, len(expected)), wanted


def values_for(noun: str, field: str, rows: dict[str, list[dict[str, Any]]]) -> list[Any]:
    """Values that occur, and for text some that do not."""
    seen = [value for row in rows[noun] if (value := row[field]) is not None]
    if isinstance(seen[0], list):
        return ["a", "A", "none of these"]
    compared = get_named_type(get_named_type(SCHEMA._schema.type_map[f"{noun.title()}Filter"].fields[field].type).fields["eq"].type)
    if isinstance(compared, GraphQLEnumType):
        return sorted(compared.values)
    awkward = WORDS if compared.name == "String" else []
    return [*sorted(set(seen), key=str)[:4], *awkward]


CASES = [(noun, field, operator) for noun in NOUNS for field, operators in fields_of(noun).items() for operator in operators]


@pytest.mark.parametrize("noun", NOUNS)
async def test_every_operator_of_every_field_means_what_it_says(acme: Tenant, rows: dict[str, list[dict[str, Any]]], noun: str) -> None:
    for _, field, operator in [case for case in CASES if case[0] == noun]:
        if all(row[field] is None for row in rows[noun]):
            continue
        values = values_for(noun, field, rows)
        given: list[Any] = [True, False] if operator == "isNull" else values[:3] + values[-3:]
        if operator in {"in", "notIn", "hasAny", "hasAll"}:
            given = [[], values[:1], values[-2:]]
        for value in given:
            await agrees(acme, rows, noun, {field: {operator: value}})


LEAF: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "contact": st.one_of(
        st.builds(
            lambda op, word: {"email": {op: word}},
            st.sampled_from(["eq", "ne", "contains", "startsWith", "endsWith"]),
            st.sampled_from(WORDS),
        ),
        st.builds(lambda null: {"lastName": {"isNull": null}}, st.booleans()),
        st.builds(lambda word: {"tags": {"has": word}}, st.sampled_from(WORDS)),
        st.builds(lambda word: {"search": word}, st.sampled_from(WORDS)),
        st.just({}),
    ),
    "deal": st.one_of(
        st.builds(
            lambda op, n: {"value": {op: n}}, st.sampled_from(["eq", "ne", "lt", "lte", "gt", "gte"]), st.sampled_from([0, 5, 5.5, 6])
        ),
        st.builds(lambda low, high: {"probability": {"gte": low, "lt": high}}, st.integers(0, 60), st.integers(0, 60)),
        st.builds(lambda stage: {"stage": {"ne": stage}}, st.sampled_from(["LEAD", "CLOSED_WON"])),
        st.builds(lambda null: {"expectedCloseDate": {"isNull": null}}, st.booleans()),
        st.builds(lambda word: {"search": word}, st.sampled_from(WORDS)),
    ),
    "conversation": st.one_of(
        st.builds(lambda some: {"status": {"in": some}}, st.lists(st.sampled_from(["ACTIVE", "ENDED", "ARCHIVED"]), max_size=2)),
        st.builds(lambda word: {"summary": {"contains": word}}, st.sampled_from(WORDS)),
        st.builds(lambda some: {"summaryMessageCount": {"notIn": some}}, st.lists(st.integers(0, 6), max_size=3)),
    ),
    "agent": st.builds(lambda some: {"enabled": {"eq": some}}, st.booleans()),
    "message": st.builds(lambda word: {"content": {"startsWith": word}}, st.sampled_from(WORDS)),
}


def filters(noun: str, depth: int = 3) -> st.SearchStrategy[dict[str, Any]]:
    """Filters of a noun: comparisons, edges to others, and, or, not."""
    if depth == 0:
        return LEAF[noun]
    inner = filters(noun, depth - 1)
    choices = [
        LEAF[noun],
        st.builds(lambda some: {"and": some}, st.lists(inner, max_size=2)),
        st.builds(lambda some: {"or": some}, st.lists(inner, max_size=3)),
        st.builds(lambda one: {"not": one}, inner),
    ]
    for edge, (_, target, _) in EDGES[noun].items():
        choices.append(st.builds(lambda one, edge=edge: {edge: one}, filters(target, min(depth - 1, 1))))
    return st.one_of(*choices)


@QUICK
@given(wanted=filters("contact"))
async def test_contacts_agree_with_the_oracle(acme: Tenant, rows: dict[str, list[dict[str, Any]]], wanted: dict[str, Any]) -> None:
    await agrees(acme, rows, "contact", wanted)


@QUICK
@given(wanted=filters("deal"))
async def test_deals_agree_with_the_oracle(acme: Tenant, rows: dict[str, list[dict[str, Any]]], wanted: dict[str, Any]) -> None:
    await agrees(acme, rows, "deal", wanted)


@QUICK
@given(wanted=filters("conversation"))
async def test_conversations_agree_with_the_oracle(acme: Tenant, rows: dict[str, list[dict[str, Any]]], wanted: dict[str, Any]) -> None:
    await agrees(acme, rows, "conversation", wanted)
