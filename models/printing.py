"""Values as both doors print them in JSON; the same text that `models.render` has PostgreSQL print."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID


def print_time(value: datetime) -> str:
    """RFC 3339 in UTC, ending in Z, without trailing zeros of the second's fraction."""
    text = value.astimezone(UTC).replace(tzinfo=None).isoformat()
    return (text.rstrip("0") if "." in text else text) + "Z"


def print_number(value: Decimal) -> int | float:
    """A JSON number; whole numbers have no point."""
    return int(value) if value == value.to_integral_value() else float(value)


def plain(value: Any) -> Any:
    """A column's value as JSON has it."""
    match value:
        case datetime():
            return print_time(value)
        case Decimal():
            return print_number(value)
        case UUID() | date():
            return str(value)
        case _:
            return value
