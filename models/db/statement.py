"""Whole statements: the resolver's rows and the door's shape joined, and the tenant bound in the same round trip.

PostgreSQL evaluates the CASE before the uncorrelated sub-select, so the setting is in force when the policies read it.
"""

from typing import Any, NamedTuple

from sqlalchemy.util import LRUCache

from models.db.compile import NOTHING, Compiled, shift
from models.db.questions import rows_sql, total_sql
from models.render import Rendered, render
from models.rows import Rows
from models.shape import Shape

SHAPES: LRUCache[Shape, Rendered] = LRUCache(1000)
TEXTS: LRUCache[str, str] = LRUCache(5000)


class Joined(NamedTuple):
    """A shape over one root statement: the whole text, and what the shape's own parameters stand for."""

    text: str
    slots: list[str]


JOINED: LRUCache[tuple[Shape, str, str], Joined] = LRUCache(5000)


class Statement(NamedTuple):
    """SQL text and its values; the last parameter is the company."""

    text: str
    values: list[Any]


def bind_tenant(select: str, parameters: int) -> str:
    """A sub-select that runs with the company in force, given as the parameter after its own."""
    return f"SELECT CASE WHEN set_config('app.company_id', ${parameters + 1}, true) IS NOT NULL THEN ({select}) END"


def json_statement(rows: Rows[Any], shape: Shape, slots: dict[str, Any]) -> Statement:
    """The one statement that prints `shape` of `rows`."""
    page, total = rows_sql(rows), total_sql(rows) if shape.total else NOTHING
    key = (shape, page.text, total.text)
    joined = JOINED.get(key)
    if joined is None:
        joined = JOINED[key] = _join(shape, page, total)
    return Statement(joined.text, [*page.values, *total.values, *(slots[name] for name in joined.slots)])


def _join(shape: Shape, page: Compiled, total: Compiled) -> Joined:
    """The page's parameters first, then the total's, then the shape's, the company last."""
    rendered = SHAPES.get(shape)
    if rendered is None:
        rendered = SHAPES[shape] = render(shape)
    first = len(page.values)
    parameters = first + len(total.values)
    body = shift(rendered.body, parameters).replace("{rows}", page.text).replace("{total}", shift(total.text, first))
    return Joined(bind_tenant(body, parameters + len(rendered.slots)), rendered.slots)


def rows_statement(compiled: Compiled) -> Statement:
    """The statement that returns all rows of a select as one array of records."""
    text = TEXTS.get(compiled.text)
    if text is None:
        text = TEXTS[compiled.text] = bind_tenant(f"SELECT array_agg(r) FROM ({compiled.text}) r", len(compiled.values))
    return Statement(text, compiled.values)


def value_statement(compiled: Compiled) -> Statement:
    """The statement that returns one value."""
    return Statement(bind_tenant(compiled.text, len(compiled.values)), compiled.values)
