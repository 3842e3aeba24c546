"""Hostile values for a column, by its type and its checks: a new column is filled without a word here."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import cycle
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import ARRAY, Boolean, CheckConstraint, Column, Date, DateTime, Integer, Numeric, Text, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from models.event import Xid8

QUOTES = ("'", '"', "\\", "%_%", "')) OR 1=1 --")
MARKS = ("$1", "<rows0>", "<total0>", "{rows}", "\u2028", "\r\n\t\x01\x1f\x7f", "\U0001f3f3\ufe0f")
BREAKERS = QUOTES + MARKS
WORDS = ("", "a", "A", "é", "É", "o'x", 'q"', "\\", "lamp", "Lamps", "pS", "null", "true", "日本", "ǅ", "ß", "%", "_")
MOMENTS = (
    datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC),
    datetime(2026, 3, 4, 5, 6, 7, 120000, tzinfo=UTC),
    datetime(2026, 3, 4, 5, 6, 7, 123456, tzinfo=UTC),
    datetime(2026, 3, 4, tzinfo=UTC),
)
# The first and the last moment and day are missing: asyncpg takes them for infinity.
BEFORE_1970 = datetime(1969, 12, 31, 23, tzinfo=UTC)
EXTREMES = (datetime(1, 1, 1, 0, 0, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, 59, 999998, tzinfo=UTC), BEFORE_1970)
DAYS = (date(2026, 1, 1), date(2026, 1, 2), date(1, 1, 2), date(9999, 12, 30))
DOCUMENTS: tuple[Any, ...] = (
    {},
    {"a": None, "": [1, 1.5, True, {}], "é\u2028'\"\\": "<rows0> $1"},
    {"big": 2**63 - 1, "small": -(2**63), "float": 1e22, "tiny": 1e-7, "whole": 1.0, "zero": -0.0},
    {"z": 1, "a": {"deep": [[[{"x": [""]}]]]}, "Z": 2},
)
BETWEEN = re.compile(r"BETWEEN (-?\d+) AND (-?\d+)")
Pool = Sequence[Any]


def values(column: Column[Any], mark: str) -> Pool:
    """What a column holds from row to row; `mark` stands in texts and documents, so that they are known wherever they show."""
    listed = allowed(column)
    if listed:
        return listed
    for kind, made in MAKERS:
        if isinstance(column.type, kind):
            return made(column, mark)
    raise TypeError(f"no values for {column}")


def allowed(column: Column[Any]) -> list[str]:
    """The values of an enumeration, which a check constraint lists; none for any other column."""
    for check in checks(column):
        if check.startswith(f"{column.name} IN ("):
            return re.findall(r"'([^']*)'", check)
    return []


def checks(column: Column[Any]) -> list[str]:
    """The texts of the check constraints that speak of a column."""
    found = (constraint for constraint in column.table.constraints if isinstance(constraint, CheckConstraint))
    return [text for each in found if re.search(rf"\b{column.name}\b", text := str(each.sqltext))]


def is_written(column: Column[Any]) -> bool:
    """Whether a row states it: not what the database computes, numbers or guards by itself."""
    return column.computed is None and column.identity is None and not isinstance(column.type, Xid8)


def is_unique(column: Column[Any]) -> bool:
    """Whether a company, or a row that it hangs on, has each value of it once."""
    keys: list[Any] = [each for each in column.table.constraints if isinstance(each, UniqueConstraint)]
    keys += [index for index in column.table.indexes if index.unique]
    return any({each.name for each in key.columns if not each.foreign_keys} == {column.name} for key in keys)


def _texts(_: Column[Any], mark: str) -> Pool:
    """Marked and unmarked ones by turns, so that a small table has both."""
    marked = [mark, *(f"{each}{mark}{each}" for each in BREAKERS), f"{mark} " * 40]
    return [each for pair in zip(WORDS, cycle(marked), strict=False) for each in pair]


def _limits(column: Column[Any]) -> tuple[int, int] | None:
    found = next((match for check in checks(column) if (match := BETWEEN.search(check))), None)
    return (int(found[1]), int(found[2])) if found else None


def _numbers(column: Column[Any], _: str) -> Pool:
    limits = _limits(column)
    kind = column.type
    assert isinstance(kind, Numeric)
    assert kind.precision is not None
    assert kind.scale is not None
    step = Decimal(1).scaleb(-kind.scale)
    if limits:
        low, high = map(Decimal, limits)
        return [low, high, low + step, high - step * 10, low + Decimal("0.7")]
    most = Decimal(1).scaleb(kind.precision - kind.scale) - step
    return [Decimal(0), Decimal(5), Decimal("5.50"), Decimal("-1.10"), step, most, -most, Decimal(100), Decimal("1000000")]


def _counts(column: Column[Any], _: str) -> Pool:
    low, high = _limits(column) or (0, 40_000)
    return [low, high, low + 1, low + 1, (low + high) // 2]


def _moments(column: Column[Any], _: str) -> Pool:
    return [*MOMENTS, *EXTREMES] if column.nullable else [*MOMENTS, MOMENTS[0], BEFORE_1970]


def _documents(column: Column[Any], mark: str) -> Pool:
    made = [*DOCUMENTS, {mark: [mark, {"mark": mark}]}]
    if "[]" in str(getattr(column.server_default, "arg", "")):
        made = [[], [{"url": "u", "type": "t", "name": mark, "size": None}], made]
    return [orjson.dumps(each).decode() for each in made]


MAKERS: tuple[tuple[Any, Callable[[Column[Any], str], Pool]], ...] = (
    (ARRAY, lambda _, mark: [[], ["a"], ["", "é", 'q"', "\\", "NULL", "{}", "a,b", "a"], [mark, "A"], ["lamp"] * 3]),
    (JSONB, _documents),
    (Uuid, lambda _, mark: [UUID(f"{mark}-ffff-4000-8000-{number:012x}") for number in range(5)]),
    (Boolean, lambda _, __: [True, False, False]),
    (Numeric, _numbers),
    (Integer, _counts),
    (DateTime, _moments),
    (Date, lambda _, __: DAYS),
    (Text, _texts),
)
