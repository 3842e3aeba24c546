"""Scalars that print exactly what PostgreSQL prints for the REST door, so that both doors show the same values."""

from datetime import UTC, date, datetime
from decimal import Decimal as Exact
from typing import Any, NewType

import strawberry
from graphql import GraphQLError, IntValueNode, ValueNode
from graphql.pyutils import inspect
from strawberry.scalars import JSON

from models.page import LARGEST_PAGE
from models.printing import print_number, print_time

__all__ = ["JSON", "SCALARS", "Date", "DateTime", "Decimal", "PageSize"]


MOST_DIGITS = 30


def read_time(value: Any) -> datetime:
    """A point in time with an offset."""
    try:
        found = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise GraphQLError(f"DateTime must be RFC 3339 such as 2026-04-01T00:00:00Z, not {inspect(value)}") from None
    if found.tzinfo is None:
        raise GraphQLError("DateTime must carry an offset, such as the Z in 2026-04-01T00:00:00Z")
    try:
        return found.astimezone(UTC)
    except OverflowError:
        raise GraphQLError(f"DateTime must lie in the years 1 to 9999 in UTC, not {inspect(value)}") from None


def read_date(value: Any) -> date:
    """A day, YYYY-MM-DD."""
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise GraphQLError(f"Date must be YYYY-MM-DD, not {inspect(value)}") from None


def read_number(value: Any) -> Exact:
    """An exact number, from a JSON number or its text."""
    try:
        number = Exact(str(value)) if not isinstance(value, bool) else Exact("NaN")
    except ArithmeticError:
        number = Exact("NaN")
    if not number.is_finite() or number.adjusted() > MOST_DIGITS or len(number.as_tuple().digits) > MOST_DIGITS:
        raise GraphQLError(f"Decimal must be a finite number of at most {MOST_DIGITS} digits, not {inspect(value)}")
    return number if number.adjusted() >= -MOST_DIGITS else Exact(0)


def read_page_size(value: Any) -> int:
    """How many rows a page has, 0 to 100."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LARGEST_PAGE:
        raise GraphQLError(f"PageSize must be a whole number from 0 to {LARGEST_PAGE}, not {inspect(value)}")
    return value


def read_page_literal(node: ValueNode, _variables: dict[str, Any] | None = None) -> int:
    """The same, written in the document."""
    if not isinstance(node, IntValueNode):
        raise GraphQLError(f"PageSize must be a whole number from 0 to {LARGEST_PAGE}", node)
    return read_page_size(int(node.value))


DateTime = NewType("DateTime", datetime)
Date = NewType("Date", date)
Decimal = NewType("Decimal", Exact)
PageSize = NewType("PageSize", int)

SCALARS: dict[Any, Any] = {
    DateTime: strawberry.scalar(
        name="DateTime",
        description="A point in time: RFC 3339 in UTC, ending in Z.",
        serialize=print_time,
        parse_value=read_time,
        specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
    ),
    Date: strawberry.scalar(name="Date", description="A day: YYYY-MM-DD.", serialize=str, parse_value=read_date),
    Decimal: strawberry.scalar(
        name="Decimal", description="An exact number, printed as a JSON number.", serialize=print_number, parse_value=read_number
    ),
    PageSize: strawberry.scalar(
        name="PageSize",
        description=f"How many rows: 0 to {LARGEST_PAGE}.",
        serialize=int,
        parse_value=read_page_size,
        parse_literal=read_page_literal,
    ),
}
