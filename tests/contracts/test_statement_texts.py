"""F21: values are parameters. No value reaches an SQL text, and the texts are as many as the forms of questions, whatever is asked."""

import base64
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app import Parley
from models.db import Database
from tests.contracts import texts
from tests.contracts.attacks_lists import ListField, conditions, list_fields, shown
from tests.contracts.drive import ids_of
from tests.contracts.hostile import MARK, TEXTS, values
from tests.contracts.planting import Planted
from tests.contracts.rest_walk import Walk

EXAMPLES = settings(
    max_examples=8,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)
LISTS = list_fields()
NAMES = [f"{listed.parent or 'Query'}.{listed.name}" for listed in LISTS]
PAGE = "{ totalCount pageInfo { hasNextPage endCursor } nodes { id } }"
CHECKED: set[str] = set()
CALM = {"BAD_USER_INPUT", "VALIDATION_ERROR", "NOT_FOUND"}


async def ask(planted: Planted, listed: ListField, **given: Any) -> None:
    """Ask for a list with any arguments; whatever they are, the answer is not a fault of ours."""
    kinds = {name: str(argument.type) for name, argument in listed.field.args.items()}
    declared = ", ".join(f"${name}: {kinds[name]}" for name in given)
    text = listed.text(declared, f"{listed.name}({', '.join(f'{name}: ${name}' for name in given)}) {PAGE}")
    answer = await planted.tenant.graphql_response(text, **listed.start(planted), **given)
    assert answer.status_code in {200, 400}, answer.text
    assert {error["extensions"]["code"] for error in answer.json().get("errors", [])} <= CALM, answer.text


def no_mark() -> None:
    """No value of ours stands in a text that the process remembers."""
    fresh = texts.remembered() - CHECKED
    assert [text for text in fresh if MARK in text] == []
    CHECKED.update(fresh)


@pytest.mark.parametrize("listed", LISTS, ids=NAMES)
@EXAMPLES
@given(data=st.data())
async def test_hostile_filters_and_orders_reach_no_text(
    listed: ListField, data: st.DataObject, database: Database, attacker: Planted
) -> None:
    chosen, order = listed.field.args["filter"].type, listed.field.args["orderBy"].type
    await ask(attacker, listed, filter=data.draw(values(chosen)), orderBy=data.draw(values(order)), first=data.draw(st.integers(0, 100)))
    no_mark()


def cursors() -> st.SearchStrategy[str]:
    """Texts that are no cursors, and cursors of any values."""
    kind = TEXTS | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False) | st.none() | st.booleans()
    signed = st.sampled_from(
        ["created_at id", "-created_at -id", "-started_at -id", "title id", "value^ id", "message_count id", "email id"]
    )
    made = st.tuples(signed, kind, kind | st.uuids().map(str)).map(list)
    return TEXTS | made.map(lambda value: base64.urlsafe_b64encode(orjson.dumps(value)).decode().rstrip("="))


@pytest.mark.parametrize("listed", LISTS, ids=NAMES)
@EXAMPLES
@given(cursor=cursors(), backwards=st.booleans(), size=st.integers(0, 100))
async def test_hostile_cursors_reach_no_text(listed: ListField, cursor: str, backwards: bool, size: int, attacker: Planted) -> None:
    await ask(attacker, listed, **({"last": size, "before": cursor} if backwards else {"first": size, "after": cursor}))
    no_mark()


@EXAMPLES
@given(data=st.data())
async def test_hostile_queries_over_rest_reach_no_text(data: st.DataObject, app: Parley, attacker: Planted) -> None:
    anything = TEXTS | st.integers(-5, 2**70).map(str) | st.uuids().map(str) | st.sampled_from(["1e3", "+1", "٣", " 1", "-0", ""])
    for request in Walk(app.openapi(), ids_of(attacker, "contacts")).requests():
        if request.method == "GET":
            query = {name: data.draw(anything) for name in [*request.sent["query"], "offset"]}
            answer = await attacker.tenant.rest("GET", request.url, params=query)
            assert answer.status_code in {200, 400, 404}, (request.name, query, answer.text)
    no_mark()


@EXAMPLES
@given(data=st.data())
async def test_hostile_bodies_over_rest_reach_no_text(data: st.DataObject, app: Parley, attacker: Planted) -> None:
    anything = TEXTS | st.none() | st.integers(-(2**70), 2**62) | st.lists(TEXTS, max_size=2) | st.dictionaries(TEXTS, TEXTS, max_size=2)
    for request in Walk(app.openapi(), ids_of(attacker, "contacts")).requests():
        if request.sent["body"]:
            name = data.draw(st.sampled_from(sorted(request.sent["body"])))
            answer = await attacker.tenant.rest(request.method, request.url, json=request.sent["body"] | {name: data.draw(anything)})
            assert answer.status_code in {200, 201, 400, 404}, (request.name, name, answer.text)
    no_mark()


async def test_the_texts_are_as_many_as_the_forms_of_questions(database: Database, attacker: Planted, victim: Planted) -> None:
    for cache in texts.CACHES.values():
        cache.clear()
    sizes: list[dict[str, int]] = []
    prepared: list[set[str]] = []
    for planted in (attacker, victim, attacker):
        rows = await shown(planted)
        for listed in (each for each in LISTS if each.parent is None):
            for pair in conditions(listed.argument("filter"), rows, 0):
                for chosen in pair:
                    await ask(attacker, listed, filter=chosen, first=7 + len(sizes))
        sizes.append({name: len(cache) for name, cache in texts.CACHES.items()})
        prepared.append(await texts.prepared(database))
    assert sizes[1:] == [sizes[0]] * 2
    assert max(sizes[0].values()) < 1000
    assert [sorted(later - prepared[0]) for later in prepared[1:]] == [[], []]
    assert [text for text in prepared[-1] if MARK in text] == []
