"""Whole statements: the resolver's rows and the door's shape joined, and the tenant bound in the same round trip.

PostgreSQL evaluates the CASE before the uncorrelated sub-select, so the setting is in force when the policies read it.
"""

from typing import Any, NamedTuple

from models.db.bounded import Bounded
from models.db.compile import NOTHING, Compiled, shift
from models.db.questions import rows_sql, total_sql
from models.render import Rendered, render
from models.rows import Rows
from models.shape import Shape

SHAPES: Bounded[Shape, Rendered] = Bounded(1000)
TEXTS: Bounded[str, str] = Bounded(5000)


class Joined(NamedTuple):
    """A shape over one form of rows: the whole text, and which values of the rows and which slots its parameters take."""

    text: str
    places: list[int]
    slots: list[str]


JOINED: Bounded[tuple[Shape, Any], Joined] = Bounded(5000)


class Statement(NamedTuple):
    """SQL text and its values; the last parameter is the company."""

    text: str
    values: list[Any]


def bind_tenant(select: str, parameters: int) -> str:
    """A sub-select that prints, with the company in force, given as the parameter after its own.

    The text comes as bytes in UTF-8, which go to the caller as they are: decoding 15 kB took twice as long as asking for them.
    """
    return _in_company(f"convert_to(({select}), 'UTF8')", parameters)


def _in_company(expression: str, parameters: int) -> str:
    return f"SELECT CASE WHEN set_config('app.company_id', ${parameters + 1}, true) IS NOT NULL THEN {expression} END"


def json_statement(rows: Rows[Any], shape: Shape, slots: dict[str, Any]) -> Statement:
    """The one statement that prints `shape` of `rows`."""
    form, values = rows.form()
    joined = JOINED.get((shape, form))
    if joined is None:
        joined = JOINED[shape, form] = _join(rows, shape)
    return Statement(joined.text, [*map(values.__getitem__, joined.places), *map(slots.__getitem__, joined.slots)])


def _join(rows: Rows[Any], shape: Shape) -> Joined:
    """The page's parameters first, then the total's, then the shape's, the company last."""
    rendered = SHAPES.get(shape)
    if rendered is None:
        rendered = SHAPES[shape] = render(shape)
    page, total = rows_sql(rows), total_sql(rows) if shape.total else NOTHING
    # The total takes values of the conditions alone, which stand before the page's in `Rows.form`.
    places = [*page.names, *total.names]
    body = shift(rendered.body, len(places)).replace("{rows}", page.text).replace("{total}", shift(total.text, len(page.names)))
    return Joined(bind_tenant(body, len(places) + len(rendered.slots)), places, rendered.slots)


def rows_statement(compiled: Compiled) -> Statement:
    """The statement that returns all rows of a select as one array of records."""
    text = TEXTS.get(compiled.text)
    if text is None:
        text = TEXTS[compiled.text] = _in_company(f"(SELECT array_agg(r) FROM ({compiled.text}) r)", len(compiled.values))
    return Statement(text, compiled.values)


def value_statement(compiled: Compiled) -> Statement:
    """The statement that returns one value."""
    return Statement(_in_company(f"({compiled.text})", len(compiled.values)), compiled.values)
