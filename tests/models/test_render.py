"""What PostgreSQL prints is JSON equal to what Python sees, for every kind of column."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.agent import AGENT
from models.catalogue import Entity
from models.contact import CONTACT
from models.conversation import CONVERSATION
from models.deal import DEAL
from models.message import MESSAGE
from models.printing import plain
from models.shape import Object, leaves, one_shape
from resolvers.listing import by_id
from tests.tenant import PROMPT, Tenant

QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
TEXT = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), max_size=30)
NUMBERS = st.one_of(st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False))
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXT),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(TEXT, inner, max_size=4)),
    max_leaves=8,
)
TIMES = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are naive


async def printed(tenant: Tenant, entity: Entity, values: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """A new row as PostgreSQL prints it, and as Python would."""
    ctx, row_id = tenant.ctx(), uuid4()
    async with ctx.db.transaction():
        row = await ctx.db.insert(entity, {"id": row_id, **values})
    text = await tenant.ctx().db.json(by_id(entity, row_id), one_shape(Object(entity, leaves(entity))))
    assert text is not None
    seen = {column.name: plain(getattr(row, "meta" if column.name == "metadata" else column.name)) for column in entity.columns.values()}
    return json.loads(text, parse_float=float), seen


def exact(value: Any) -> Any:
    """JSON with its numbers as floats: jsonb writes 1e300 with all its zeros."""
    return json.loads(json.dumps(value), parse_int=float)


async def agrees(tenant: Tenant, entity: Entity, values: dict[str, Any]) -> dict[str, Any]:
    shown, seen = await printed(tenant, entity, values)
    assert exact(shown) == exact(seen)
    return shown


@QUICK
@given(text=TEXT, tags=st.lists(TEXT, max_size=4), document=st.dictionaries(TEXT, JSON, max_size=4), moment=TIMES)
async def test_text_lists_documents_and_times(acme: Tenant, text: str, tags: list[str], document: dict[str, Any], moment: datetime) -> None:
    values = {"email": text, "first_name": None, "tags": tags, "metadata": document, "created_at": moment}
    shown = await agrees(acme, CONTACT, values)
    assert (shown["email"], shown["tags"], shown["first_name"]) == (text, tags, None)
    assert exact(shown["metadata"]) == exact(document)
    assert datetime.fromisoformat(shown["created_at"]) == moment


@QUICK
@given(
    value=st.one_of(st.none(), st.decimals(Decimal("-9999999999.99"), Decimal("9999999999.99"), places=2)),
    day=st.one_of(st.none(), st.dates(date(1, 1, 1), date(9999, 12, 31))),
    probability=st.integers(0, 100),
)
async def test_numbers_and_days(acme: Tenant, value: Decimal | None, day: date | None, probability: int) -> None:
    shown = await agrees(acme, DEAL, {"title": "t", "value": value, "expected_close_date": day, "probability": probability})
    assert (shown["value"], shown["expected_close_date"]) == (None if value is None else float(value), day and day.isoformat())


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (datetime(2026, 1, 1, tzinfo=UTC), "2026-01-01T00:00:00Z"),
        (datetime(2026, 1, 1, 0, 0, 0, 100_000, UTC), "2026-01-01T00:00:00.1Z"),
        (datetime(2026, 1, 1, 0, 0, 0, 120_300, UTC), "2026-01-01T00:00:00.1203Z"),
        (datetime(2026, 1, 1, 0, 0, 0, 1, UTC), "2026-01-01T00:00:00.000001Z"),
        (datetime(33, 1, 1, tzinfo=UTC), "0033-01-01T00:00:00Z"),
    ],
)
async def test_times_end_in_z_and_have_no_trailing_zeros(acme: Tenant, moment: datetime, text: str) -> None:
    assert (await agrees(acme, CONTACT, {"created_at": moment}))["created_at"] == text


@pytest.mark.parametrize(
    ("value", "text"), [("0", "0"), ("50000", "50000"), ("0.10", "0.1"), ("1234.50", "1234.5"), ("-0.01", "-0.01"), ("100", "100")]
)
async def test_numbers_lose_their_trailing_zeros_and_no_others(acme: Tenant, value: str, text: str) -> None:
    ctx, row_id = acme.ctx(), uuid4()
    async with ctx.db.transaction():
        await ctx.db.insert(DEAL, {"id": row_id, "title": "t", "value": Decimal(value)})
    shown = await acme.ctx().db.json(by_id(DEAL, row_id), one_shape(Object(DEAL, leaves(DEAL))))
    assert f'"value":{text},'.encode() in (shown or b"")


async def test_every_column_of_the_other_nouns(acme: Tenant) -> None:
    agent = await agrees(
        acme,
        AGENT,
        {"name": "n", "slug": "s", "system_prompt": PROMPT, "public_api_key": "k", "temperature": Decimal("0.7"), "enabled": False},
    )
    assert (agent["temperature"], agent["enabled"], agent["voice_settings"]) == (0.7, False, {})
    full = {"agent_id": UUID(agent["id"]), "ended_at": datetime(2026, 1, 1, tzinfo=UTC), "summary": 'a "b"', "summary_message_count": 3}
    conversation = await agrees(acme, CONVERSATION, full)
    assert (conversation["agent_id"], conversation["summary_message_count"], conversation["message_count"]) == (agent["id"], 3, 0)
    message = {
        "conversation_id": UUID(conversation["id"]),
        "sender_type": "agent",
        "content": "c",
        "attachments": [{"size": 1}],
        "ai_metadata": {"n": 1},
    }
    shown = await agrees(acme, MESSAGE, message)
    assert (shown["role"], shown["attachments"], shown["ai_metadata"]) == ("assistant", [{"size": 1}], {"n": 1})
    assert (await agrees(acme, MESSAGE, message | {"ai_metadata": None}))["ai_metadata"] is None
