"""Whole statements: the resolver's rows and the door's shape joined, and the tenant bound in the same round trip.

PostgreSQL evaluates the CASE before the uncorrelated sub-select, so the setting is in force when the policies read it.
"""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple

from models.db.bounded import Bounded
from models.db.compile import NOTHING, Compiled, shift
from models.db.questions import narrowed, rows_sql, total_sql
from models.render import BACKWARDS, FORWARDS, GATHERED, Rendered, render
from models.rows import FEW, MOST, Rows
from models.shape import Shape

SHAPES: Bounded[Shape, Rendered] = Bounded(1000)
NONE: Mapping[int, str] = MappingProxyType({})
TEXTS: Bounded[tuple[str, str], str] = Bounded(5000)


class Joined(NamedTuple):
    """A shape over one form of rows: the whole text, and which values of the rows and which slots its parameters take."""

    text: str
    places: list[int]
    slots: list[str]
    few: bool


JOINED: Bounded[tuple[Shape, Any], Joined] = Bounded(5000)


class Statement(NamedTuple):
    """SQL text and its values; the last parameter is the company.

    Where an index finds more rows than are worth sorting, the value is NULL, and `otherwise` makes the statement that reads them
    in their order. It is a second one because beginning both ways took longer than finding what is mostly looked for.
    """

    text: str
    values: list[Any]
    otherwise: "Callable[[], Statement] | None" = None


def bind_tenant(printed: str, parameters: int, few: Mapping[int, str] = NONE) -> str:
    """An expression that prints, with the company in force, given as the parameter after its own.

    What it reads of tables stands in sub-selects; one around it all would copy the whole text once more.
    The text comes as bytes in UTF-8, which go to the caller as they are: decoding 15 kB took twice as long as asking for them.
    `few` are the relations that it reads under `few_name`; where one of them is full, the value is NULL.
    """
    return _in_company(f"convert_to({printed}, 'UTF8')", parameters, few)


def _in_company(expression: str, parameters: int, few: Mapping[int, str] = NONE) -> str:
    stated = ", ".join(f"{few_name(number)} AS MATERIALIZED ({text})" for number, text in few.items())
    if few:
        bounded = " AND ".join(f"(SELECT count(*) FROM {few_name(number)}) < {MOST}" for number in few)
        expression = f"CASE WHEN {bounded} THEN {expression} END"
    selected = f"SELECT CASE WHEN set_config('app.company_id', ${parameters + 1}, true) IS NOT NULL THEN {expression} END"
    return f"WITH {stated} {selected}" if few else selected


def few_name(number: int) -> str:
    """What a statement calls the relation of the rows that an index found for the listing of that number."""
    return f"few{number}"


def named(rows: Compiled, number: int) -> str:
    """The text of rows, in which that relation has its name."""
    return rows.text.replace(FEW, few_name(number))


def json_statement(rows: Rows[Any], shape: Shape, slots: dict[str, Any]) -> Statement:
    """The one statement that prints `shape` of `rows`."""
    form, values = rows.form()
    joined = JOINED.get((shape, form))
    if joined is None:
        joined = JOINED[shape, form] = _join(rows, shape)
    otherwise = partial(json_statement, rows.read_in_order(), shape, slots) if joined.few else None
    return Statement(joined.text, [*map(values.__getitem__, joined.places), *map(slots.__getitem__, joined.slots)], otherwise)


def _join(rows: Rows[Any], shape: Shape) -> Joined:
    """The page's parameters first, then the total's, then the shape's, the company last."""
    rendered = SHAPES.get(shape)
    if rendered is None:
        rendered = SHAPES[shape] = render(shape)
    page = narrowed(rows_sql(rows), rows, rendered.shown)
    total = total_sql(rows, page) if shape.total else NOTHING
    # The total takes values of the conditions alone, which stand before the page's in `Rows.form`.
    places = [*page.names, *total.names]
    body = shift(rendered.body, len(places))
    for mark, sql in zip(GATHERED, BACKWARDS if rows.backwards else FORWARDS, strict=True):
        body = body.replace(mark, sql)
    body = body.replace("{rows}", named(page, 0)).replace("{total}", shift(named(total, 0), len(page.names)))
    few = {0: page.few} if page.few else NONE
    return Joined(bind_tenant(f"({body})", len(places) + len(rendered.slots), few), places, rendered.slots, bool(few))


def page_statement(rows: Rows[Any], ahead: int = 0) -> Statement:
    """The one statement that returns the rows as one array of records."""
    compiled = rows_sql(rows, ahead)
    statement = rows_statement(compiled)
    return statement._replace(otherwise=partial(page_statement, rows.read_in_order(), ahead)) if compiled.few else statement


def rows_statement(compiled: Compiled) -> Statement:
    """The statement that returns all rows of a select as one array of records."""
    key = (compiled.few, compiled.text)
    text = TEXTS.get(key)
    if text is None:
        listed = f"coalesce((SELECT array_agg(r) FROM ({named(compiled, 0)}) r), '{{}}')"
        text = TEXTS[key] = _in_company(listed, len(compiled.values), {0: compiled.few} if compiled.few else NONE)
    return Statement(text, compiled.values)


def value_statement(compiled: Compiled) -> Statement:
    """The statement that returns one value."""
    return Statement(_in_company(f"({compiled.text})", len(compiled.values)), compiled.values)
