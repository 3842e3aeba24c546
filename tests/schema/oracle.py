"""What a filter means, in plain Python: SQL's three-valued logic, with `not` taking unknown for false."""

from collections.abc import Mapping
from typing import Any

Rows = Mapping[str, list[dict[str, Any]]]
# noun -> edge -> (kind, target noun, key)
EDGES: dict[str, dict[str, tuple[str, str, str]]] = {
    "contact": {"conversations": ("many", "conversation", "contactId"), "deals": ("many", "deal", "contactId")},
    "deal": {"contact": ("one", "contact", "contactId")},
    "conversation": {
        "contact": ("one", "contact", "contactId"),
        "agent": ("one", "agent", "agentId"),
        "messages": ("many", "message", "conversationId"),
    },
    "agent": {"conversations": ("many", "conversation", "agentId")},
    "message": {"conversation": ("one", "conversation", "conversationId")},
}
SEARCHED = {
    "contact": ("firstName", "lastName", "email", "companyName"),
    "deal": ("title",),
    "conversation": ("summary",),
    "agent": ("name", "description"),
    "message": ("content",),
}
KNOWN: dict[str, Any] = {
    "eq": lambda value, given: value == given,
    "in": lambda value, given: value in given,
    "lt": lambda value, given: value < given,
    "lte": lambda value, given: value <= given,
    "gt": lambda value, given: value > given,
    "gte": lambda value, given: value >= given,
    "contains": lambda value, given: given.lower() in value.lower(),
    "startsWith": lambda value, given: value.lower().startswith(given.lower()),
    "endsWith": lambda value, given: value.lower().endswith(given.lower()),
    "has": lambda value, given: given in value,
    "hasAny": lambda value, given: any(each in value for each in given),
    "hasAll": lambda value, given: all(each in value for each in given),
}
ALWAYS: dict[str, Any] = {
    "ne": lambda value, given: value != given,
    "notIn": lambda value, given: value is None or value not in given,
    "isNull": lambda value, given: (value is None) == given,
}


def matches(rows: Rows, noun: str, row: dict[str, Any], given: dict[str, Any]) -> bool:
    """Whether a row meets a filter as GraphQL states it."""
    return all(_holds(rows, noun, row, name, value) for name, value in given.items())


def _holds(rows: Rows, noun: str, row: dict[str, Any], name: str, value: Any) -> bool:
    if name == "and":
        return all(matches(rows, noun, row, each) for each in value)
    if name == "or":
        return any(matches(rows, noun, row, each) for each in value)
    if name == "not":
        return not matches(rows, noun, row, value)
    if name == "search":
        term = value.strip().lower()
        return not term or any(term in (row[field] or "").lower() for field in SEARCHED[noun])
    if name in EDGES[noun]:
        kind, target, key = EDGES[noun][name]
        far = [each for each in rows[target] if (each["id"] == row[key] if kind == "one" else each[key] == row["id"])]
        return any(matches(rows, target, each, value) for each in far)
    return all(_compares(row[name], operator, wanted) for operator, wanted in value.items())


def _compares(value: Any, operator: str, wanted: Any) -> bool:
    if operator in ALWAYS:
        return bool(ALWAYS[operator](value, wanted))
    return value is not None and bool(KNOWN[operator](value, wanted))
